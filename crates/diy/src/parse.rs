//! Parses the text of a relation.

use winnow::combinator::alt;
use winnow::error::EmptyError;
use winnow::prelude::*;

use crate::grammar::{Parsed, annotations, longest};
use crate::{Annotation, Arch, Communication, Dependency, Direction, Error, Fence, Kind, Relation};

impl Relation {
    /// Parses a relation of `arch`.
    ///
    /// # Errors
    ///
    /// If there is no such relation, or an access cannot carry its annotation.
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
    let relation = alt((communication, dependency(arch), program_order(arch)));
    (relation, annotations(Annotation::all(arch)))
        .map(|(relation, annotations)| Relation {
            annotations,
            ..relation
        })
        .parse(text)
        .ok()
}

fn communication(input: &mut &str) -> Parsed<Relation> {
    let communication = longest(&[
        ("Rf", Communication::ReadsFrom),
        ("Fr", Communication::FromRead),
        ("Co", Communication::Coherence),
        ("Ws", Communication::Coherence),
    ])
    .parse_next(input)?;
    let kind = alt((
        'e'.value(Kind::External(communication)),
        'i'.value(Kind::Internal(communication)),
    ))
    .parse_next(input)?;
    let (source, target) = communication.directions();
    Ok(Relation {
        kind,
        same_location: true,
        source,
        target,
        annotations: None,
    })
}

fn dependency<'i>(arch: Arch) -> impl Parser<&'i str, Relation, EmptyError> {
    let kinds = longest(Dependency::all(arch));
    ("Dp", kinds, same_location, direction)
        .verify(|(_, kind, _, target)| *kind != Dependency::Data || *target == Direction::Write)
        .map(|(_, kind, same_location, target)| Relation {
            kind: Kind::Dependency(kind),
            same_location,
            source: Direction::Read,
            target,
            annotations: None,
        })
}

fn program_order<'i>(arch: Arch) -> impl Parser<&'i str, Relation, EmptyError> {
    let mut kinds = vec![("Po", Kind::ProgramOrder)];
    let fences = Fence::all(arch).iter();
    kinds.extend(fences.map(|fence| (fence.relation, Kind::Fence(*fence))));
    move |input: &mut &'i str| {
        let (kind, same_location, source, target) =
            (longest(&kinds), same_location, direction, direction).parse_next(input)?;
        Ok(Relation {
            kind,
            same_location,
            source,
            target,
            annotations: None,
        })
    }
}

/// `s` or `d`: whether both accesses are to one location.
fn same_location(input: &mut &str) -> Parsed<bool> {
    alt(('s'.value(true), 'd'.value(false))).parse_next(input)
}

fn direction(input: &mut &str) -> Parsed<Direction> {
    alt(('R'.value(Direction::Read), 'W'.value(Direction::Write))).parse_next(input)
}
