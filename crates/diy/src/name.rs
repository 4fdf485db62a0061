//! Converts between cycles and names of tests: `MP+dmb.sy+addr`.
//!
//! A name is a family and a part for each processor that has more than one access, in the order
//! of the family's shape. A part is the processor's relations, joined by `-`: `po`, `pos` (same
//! location), `rfi`, a dependency (`addr`), a fence (`dmb.sy`; with `.s`: same location), each
//! with the letters of annotations. If all parts are `po` there are none; if all are equal there
//! is one, with `s` at its end. A cycle of no family is named by its relations, joined by `-`.

use winnow::combinator::{alt, opt, separated};
use winnow::error::EmptyError;
use winnow::prelude::*;

use crate::family::Part;
use crate::grammar::{Parsed, annotations, longest};
use crate::{
    Annotation, Arch, Communication, Cycle, Dependency, Direction, Error, FAMILIES, Family, Fence,
    Kind, Relation, Test,
};

/// The test with this name.
///
/// # Errors
///
/// If `arch` has no test of this name, or its relations do not fit together.
pub fn from_name(name: &str, arch: Arch) -> Result<Test, Error> {
    cycle_from_name(name, arch)?.test_named(name)
}

/// The cycle with this name.
///
/// # Errors
///
/// As [`from_name`].
pub fn cycle_from_name(name: &str, arch: Arch) -> Result<Cycle, Error> {
    let (family, parts) = split(name, arch)?;
    let Some(family) = family else {
        return Cycle::parse(arch, &name.replace('-', " "));
    };
    let slots = family.slots();
    let parts: Vec<&str> = match (parts.as_slice(), slots) {
        ([], _) => vec!["po"; slots],
        ([one], 2..) if one.ends_with('s') => vec![&one[..one.len() - 1]; slots],
        (parts, _) if parts.len() == slots => parts.to_vec(),
        (parts, _) => {
            return Err(Error::Parts {
                name: name.to_owned(),
                found: parts.len(),
                expected: slots,
            });
        }
    };
    let mut parts = parts.into_iter();
    let mut relations = Vec::new();
    for shape in family.parts() {
        match shape {
            Part::External(communication) => relations.push(external(communication)),
            Part::Slot(first, last, same) => {
                let part = parts.next().unwrap_or("po");
                let read = slot(arch, part, first, last, same).ok_or_else(|| Error::Part {
                    name: name.to_owned(),
                    part: part.to_owned(),
                    arch,
                })?;
                relations.extend(read);
            }
        }
    }
    Cycle::new(arch, relations)
}

/// The family that a name starts with, and its parts; no family if the name is a list of relations.
fn split(name: &str, arch: Arch) -> Result<(Option<&'static Family>, Vec<&str>), Error> {
    let families = FAMILIES.iter().filter_map(|family| {
        let rest = name.strip_prefix(family.name)?;
        (rest.is_empty() || rest.starts_with('+')).then_some((family, rest))
    });
    // `W+RWC` is a family, and `2+2W` too: the longest one that fits.
    if let Some((family, rest)) = families.max_by_key(|(family, _)| family.name.len()) {
        return Ok((Some(family), rest.split('+').skip(1).collect()));
    }
    let first = name.split('-').next().unwrap_or(name);
    if Relation::parse(arch, first).is_ok() {
        return Ok((None, Vec::new()));
    }
    Err(Error::Family {
        name: name.to_owned(),
        family: name.split('+').next().unwrap_or(name).to_owned(),
    })
}

fn external(communication: Communication) -> Relation {
    let (source, target) = communication.directions();
    Relation {
        kind: Kind::External(communication),
        same_location: true,
        source,
        target,
        annotations: None,
    }
}

/// A relation whose directions may still be open.
struct Token {
    kind: Kind,
    same_location: bool,
    source: Option<Direction>,
    target: Option<Direction>,
    annotations: Option<(Annotation, Annotation)>,
}

fn slot(
    arch: Arch,
    part: &str,
    first: Direction,
    last: Direction,
    same: bool,
) -> Option<Vec<Relation>> {
    let tokens: Vec<Token> = separated(1.., token(arch, same), '-').parse(part).ok()?;
    let mut relations = Vec::new();
    let mut source = first;
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index + 1);
        let target = match (token.target, next) {
            (Some(target), _) => target,
            (None, Some(next)) => next.source.unwrap_or(Direction::Read),
            (None, None) => last,
        };
        relations.push(Relation {
            kind: token.kind,
            same_location: token.same_location,
            source: token.source.unwrap_or(source),
            target,
            annotations: token.annotations,
        });
        source = target;
    }
    Some(relations)
}

/// All words that a token may start with.
fn vocabulary(arch: Arch) -> Vec<(String, Kind)> {
    let mut words = vec![("po".to_owned(), Kind::ProgramOrder)];
    words.extend(Communication::ALL.map(|one| {
        let letters = one.letters().to_lowercase();
        (format!("{letters}i"), Kind::Internal(one))
    }));
    let dependencies = Dependency::all(arch).iter();
    words.extend(
        dependencies.map(|(letters, one)| (letters.to_lowercase(), Kind::Dependency(*one))),
    );
    let fences = Fence::all(arch).iter();
    words.extend(fences.map(|one| (one.token.to_owned(), Kind::Fence(*one))));
    words
}

fn token<'i>(arch: Arch, same: bool) -> impl Parser<&'i str, Token, EmptyError> {
    let words = vocabulary(arch);
    let letters: Vec<(String, Annotation)> = Annotation::all(arch)
        .iter()
        .map(|(letters, one)| (letters.to_lowercase(), *one))
        .collect();
    let relation = move |input: &mut &'i str| {
        let kind = longest(&words).parse_next(input)?;
        let mark = match kind {
            Kind::ProgramOrder => "s",
            _ => ".s",
        };
        let marked = opt(mark).parse_next(input)?.is_some();
        let (source, target) = match kind {
            Kind::Internal(one) => {
                let (source, target) = one.directions();
                (Some(source), Some(target))
            }
            Kind::Dependency(Dependency::Data) => (Some(Direction::Read), Some(Direction::Write)),
            Kind::Dependency(_) => (Some(Direction::Read), None),
            _ => (None, None),
        };
        Ok(Token {
            kind,
            same_location: same || marked || matches!(kind, Kind::Internal(_)),
            source,
            target,
            annotations: annotations(&letters).parse_next(input)?,
        })
    };
    alt((corr, relation))
}

/// `CoRR`: two reads of one location.
fn corr(input: &mut &str) -> Parsed<Token> {
    "CoRR".parse_next(input)?;
    Ok(Token {
        kind: Kind::ProgramOrder,
        same_location: true,
        source: Some(Direction::Read),
        target: Some(Direction::Read),
        annotations: None,
    })
}

impl Cycle {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        self.in_family().map_or_else(
            || self.to_string().replace(' ', "-"),
            |(family, parts)| joined(family, &parts),
        )
    }

    /// The name of its family, if it has one.
    #[must_use]
    pub fn family(&self) -> Option<&'static Family> {
        self.in_family().map(|(family, _)| family)
    }

    /// Its family and the parts of its name.
    fn in_family(&self) -> Option<(&'static Family, Vec<String>)> {
        let mut relations = self.relations().to_vec();
        // The annotation of an access that is alone on its processor has no place in the name.
        let followed = relations.iter().zip(relations.iter().cycle().skip(1));
        let mut alone = followed.filter(|(one, next)| one.is_external() && next.is_external());
        if alone.any(|(one, _)| {
            one.annotations
                .is_some_and(|(_, last)| last != Annotation::Plain)
        }) {
            return None;
        }
        for _ in 0..relations.len() {
            if relations.last().is_some_and(Relation::is_external) {
                for family in &FAMILIES {
                    if let Some(parts) = matches(self.arch(), family, &relations) {
                        return Some((family, parts));
                    }
                }
            }
            relations.rotate_left(1);
        }
        None
    }
}

/// The parts of the name, if the relations have the family's shape.
fn matches(arch: Arch, family: &Family, relations: &[Relation]) -> Option<Vec<String>> {
    let mut rest = relations;
    let mut parts = Vec::new();
    for shape in family.parts() {
        match shape {
            Part::External(communication) => {
                let (first, tail) = rest.split_first()?;
                (first.kind == Kind::External(communication)).then_some(())?;
                rest = tail;
            }
            Part::Slot(source, target, same) => {
                let length = rest.iter().take_while(|one| !one.is_external()).count();
                let (slot, tail) = rest.split_at(length);
                let (first, last) = (slot.first()?, slot.last()?);
                let stays = slot.iter().all(|one| one.same_location);
                (first.source == source && last.target == target && stays == same).then_some(())?;
                let texts = slot.iter().map(|one| part(arch, one, same));
                parts.push(texts.collect::<Vec<_>>().join("-"));
                rest = tail;
            }
        }
    }
    rest.is_empty().then_some(parts)
}

/// A relation's text in names. In a slot of one location, `s` is omitted.
fn part(arch: Arch, relation: &Relation, same: bool) -> String {
    let mut text = match relation.kind {
        Kind::External(_) => String::new(),
        Kind::Internal(one) => format!("{}i", one.letters().to_lowercase()),
        Kind::ProgramOrder => "po".to_owned(),
        Kind::Dependency(one) => one.letters(arch).to_lowercase(),
        Kind::Fence(fence) => fence.token.to_owned(),
    };
    if relation.same_location && !same {
        text.push_str(match relation.kind {
            Kind::ProgramOrder => "s",
            Kind::Internal(_) | Kind::External(_) => "",
            Kind::Dependency(_) | Kind::Fence(_) => ".s",
        });
    }
    if let Some((first, second)) = relation.annotations {
        text.push_str(&first.letters(arch).to_lowercase());
        text.push_str(&second.letters(arch).to_lowercase());
    }
    text
}

fn joined(family: &Family, parts: &[String]) -> String {
    if parts.iter().all(|part| part == "po") {
        return family.name.to_owned();
    }
    match parts {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|part| part == first) => {
            format!("{}+{first}s", family.name)
        }
        _ => format!("{}+{}", family.name, parts.join("+")),
    }
}
