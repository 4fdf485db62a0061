//! From the text of a relation to the relation.

use crate::{Annotation, Arch, Communication, Dependency, Direction, Error, Fence, Kind, Relation};

impl Relation {
    /// The relation that `text` says for `arch`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn parse(arch: Arch, text: &str) -> Result<Relation, Error> {
        let relation = read(arch, text).ok_or_else(|| unknown(arch, text))?;
        if let Some((first, second)) = relation.annotations {
            for (annotation, direction) in [(first, relation.source), (second, relation.target)] {
                if !annotation.fits(direction) {
                    return Err(Error::Annotation {
                        relation: text.to_owned(),
                        annotation: annotation.letters(arch).to_owned(),
                        direction,
                    });
                }
            }
        }
        Ok(relation)
    }
}

fn unknown(arch: Arch, text: &str) -> Error {
    let elsewhere = Arch::ALL
        .into_iter()
        .find(|other| *other != arch && read(*other, text).is_some());
    Error::Relation {
        relation: text.to_owned(),
        arch,
        elsewhere,
    }
}

fn read(arch: Arch, text: &str) -> Option<Relation> {
    communication(arch, text).or_else(|| program_order(arch, text))
}

fn communication(arch: Arch, text: &str) -> Option<Relation> {
    let (communication, rest) = if let Some(rest) = text.strip_prefix("Ws") {
        (Communication::Coherence, rest)
    } else {
        Communication::ALL
            .into_iter()
            .find_map(|one| Some((one, text.strip_prefix(one.letters())?)))?
    };
    let (kind, rest) = if let Some(rest) = rest.strip_prefix('e') {
        (Kind::External(communication), rest)
    } else {
        (Kind::Internal(communication), rest.strip_prefix('i')?)
    };
    let (source, target) = communication.directions();
    Some(Relation {
        kind,
        same_location: true,
        source,
        target,
        annotations: annotations(arch, rest)?,
    })
}

fn program_order(arch: Arch, text: &str) -> Option<Relation> {
    if let Some(rest) = text.strip_prefix("Dp") {
        return Dependency::all(arch).iter().find_map(|(letters, kind)| {
            let (same_location, rest) = place(rest.strip_prefix(letters)?)?;
            let (target, rest) = direction(rest)?;
            (*kind != Dependency::Data || target == Direction::Write).then_some(())?;
            Some(Relation {
                kind: Kind::Dependency(*kind),
                same_location,
                source: Direction::Read,
                target,
                annotations: annotations(arch, rest)?,
            })
        });
    }
    let plain = [("Po", Kind::ProgramOrder)].into_iter();
    let fences = Fence::all(arch)
        .iter()
        .map(|fence| (fence.relation, Kind::Fence(*fence)));
    plain.chain(fences).find_map(|(letters, kind)| {
        let (same_location, rest) = place(text.strip_prefix(letters)?)?;
        let (source, rest) = direction(rest)?;
        let (target, rest) = direction(rest)?;
        Some(Relation {
            kind,
            same_location,
            source,
            target,
            annotations: annotations(arch, rest)?,
        })
    })
}

/// `s` or `d`: whether both accesses are to one location.
fn place(text: &str) -> Option<(bool, &str)> {
    let different = text.strip_prefix('d').map(|rest| (false, rest));
    different.or_else(|| text.strip_prefix('s').map(|rest| (true, rest)))
}

fn direction(text: &str) -> Option<(Direction, &str)> {
    let read = text.strip_prefix('R').map(|rest| (Direction::Read, rest));
    read.or_else(|| text.strip_prefix('W').map(|rest| (Direction::Write, rest)))
}

/// Nothing, or two annotations; `None` if it is something else.
#[expect(
    clippy::option_option,
    reason = "no annotations and none that are understood differ"
)]
fn annotations(arch: Arch, text: &str) -> Option<Option<(Annotation, Annotation)>> {
    if text.is_empty() {
        return Some(None);
    }
    let all = Annotation::all(arch);
    let both = all.iter().find_map(|(letters, first)| {
        let rest = text.strip_prefix(letters)?;
        let (_, second) = all.iter().find(|(letters, _)| *letters == rest)?;
        Some((*first, *second))
    })?;
    Some(Some(both))
}
