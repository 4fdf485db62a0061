//! Parses the part after the program: `locations [x;] filter (…) exists (0:X1=1 /\ ~(x=2))`.

use super::initial::{constant, register_and_bits};
use crate::condition::{Condition, Proposition, Quantifier};
use crate::error::Error;
use crate::source::{Token, Words};
use crate::state::{Observable, Place};
use crate::test::Test;
use crate::value::{Type, Value};

/// How deeply a proposition may be nested.
const DEEPEST: usize = 100;

/// Parses it into the test.
pub fn read(test: &mut Test, mut words: Words<'_>) -> Result<(), Error> {
    let mut found = false;
    loop {
        let place = words.place();
        let negated = words.takes("~")? || takes_name(&mut words, "not")?;
        let quantifier = match words.next()? {
            None if !negated => break,
            Some(Token::Name(name)) => match name.as_str() {
                "exists" if negated => Quantifier::NotExists,
                "exists" => Quantifier::Exists,
                "forall" if !negated => Quantifier::ForAll,
                "locations" if !negated => {
                    locations(test, &mut words)?;
                    continue;
                }
                "filter" if !negated => {
                    let filter = Parser::new(test, &mut words, false).implication()?;
                    test.filter = Some(filter);
                    continue;
                }
                _ => return Err(misplaced(&mut words, place)),
            },
            _ => return Err(misplaced(&mut words, place)),
        };
        if found {
            return Err(Error::new(
                words.line(),
                "there is a second condition: keep one",
            ));
        }
        found = true;
        let proposition = Parser::new(test, &mut words, true).implication()?;
        test.condition = Condition {
            quantifier,
            proposition,
        };
    }
    if !found && test.observables.is_empty() {
        return Err(Error::new(
            words.line(),
            "there is no condition: end with `exists (…)`, `~exists (…)` or `forall (…)`",
        ));
    }
    Ok(())
}

fn misplaced(words: &mut Words<'_>, place: usize) -> Error {
    words.back_to(place);
    words.unexpected("`exists`, `~exists`, `forall`, `locations` or `filter`")
}

fn takes_name(words: &mut Words<'_>, name: &str) -> Result<bool, Error> {
    let found = matches!(words.peek()?, Some(Token::Name(found)) if found == name);
    if found {
        words.next()?;
    }
    Ok(found)
}

fn locations(test: &mut Test, words: &mut Words<'_>) -> Result<(), Error> {
    words.expect("[", "after `locations`")?;
    while !words.takes("]")? {
        if words.takes(";")? {
            continue;
        }
        place(test, words, true)?;
        // A type may follow.
        while matches!(words.peek()?, Some(Token::Name(_))) {
            words.next()?;
        }
        words.takes("*")?;
    }
    Ok(())
}

/// Parses an observable; returns its index.
fn place(test: &mut Test, words: &mut Words<'_>, shown: bool) -> Result<usize, Error> {
    let line = words.line();
    let observable = match words.peek()? {
        Some(Token::Number(processor)) => {
            words.next()?;
            words.expect(":", "between a processor and its register")?;
            let processor = usize::try_from(processor)
                .ok()
                .filter(|processor| *processor < test.processors.len())
                .ok_or_else(|| Error::new(line, format!("there is no processor {processor}")))?;
            let (register, bits) = register_and_bits(test, words)?;
            let initial = test.processors[processor].registers.iter();
            let declared = initial
                .filter(|initial| initial.register == register)
                .find_map(|initial| initial.kind);
            let kind = match (declared, bits) {
                (Some(kind), _) => kind,
                (None, 64) => Type::Undeclared,
                (None, bits) => Type::Integer { bits, signed: true },
            };
            Observable {
                place: Place::Register(processor, register),
                name: format!("{processor}:{}", register.name(test.arch)),
                kind,
                shown,
            }
        }
        _ => {
            let starred = words.takes("*")?;
            let bracket = !starred && words.takes("[")?;
            let Some(Token::Name(name)) = words.peek()? else {
                return Err(words.unexpected("a register (`0:X1`) or a location (`[x]`)"));
            };
            words.next()?;
            if bracket {
                words.expect("]", "after the name of a location")?;
            }
            let index = test.location_or_new(&name);
            Observable {
                place: Place::Location(index),
                name,
                kind: test.locations[index].kind,
                shown,
            }
        }
    };
    let known = test
        .observables
        .iter()
        .position(|known| known.place == observable.place);
    Ok(match known {
        Some(index) => {
            test.observables[index].shown |= shown;
            index
        }
        None => {
            test.observables.push(observable);
            test.observables.len() - 1
        }
    })
}

/// Parses a proposition: `=>` binds least, then `\/`, `/\`, `~`.
struct Parser<'a, 'b> {
    test: &'a mut Test,
    words: &'a mut Words<'b>,
    shown: bool,
    depth: usize,
}

impl<'a, 'b> Parser<'a, 'b> {
    fn new(test: &'a mut Test, words: &'a mut Words<'b>, shown: bool) -> Self {
        Parser {
            test,
            words,
            shown,
            depth: 0,
        }
    }

    fn implication(&mut self) -> Result<Proposition, Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Error::new(
                self.words.line(),
                format!("the condition is nested more than {DEEPEST} deep"),
            ));
        }
        let when = self.any()?;
        let result = if self.words.takes("=>")? {
            Proposition::Implies(Box::new(when), Box::new(self.implication()?))
        } else {
            when
        };
        self.depth -= 1;
        Ok(result)
    }

    fn any(&mut self) -> Result<Proposition, Error> {
        let mut parts = vec![self.all()?];
        while self.words.takes("\\/")? || self.words.takes("||")? {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Proposition::Or))
    }

    fn all(&mut self) -> Result<Proposition, Error> {
        let mut parts = vec![self.not()?];
        while self.words.takes("/\\")? || self.words.takes("&&")? {
            parts.push(self.not()?);
        }
        Ok(one_or(parts, Proposition::And))
    }

    fn not(&mut self) -> Result<Proposition, Error> {
        let mut negated = false;
        while self.words.takes("~")? || self.words.takes("!")? || takes_name(self.words, "not")? {
            negated = !negated;
        }
        let inner = self.atom()?;
        Ok(if negated {
            Proposition::Not(Box::new(inner))
        } else {
            inner
        })
    }

    fn atom(&mut self) -> Result<Proposition, Error> {
        if self.words.takes("(")? {
            let inner = self.implication()?;
            self.words.expect(")", "after this part of the condition")?;
            return Ok(inner);
        }
        for (name, value) in [("true", true), ("false", false)] {
            if takes_name(self.words, name)? {
                return Ok(Proposition::Constant(value));
            }
        }
        let index = place(self.test, self.words, self.shown)?;
        let negated = self.words.takes("<>")? || self.words.takes("!=")?;
        if !negated && !self.words.takes("==")? {
            self.words.expect("=", "after the register or location")?;
        }
        let line = self.words.line();
        let written = constant(self.words)?;
        if let Value::Address(name) = &written
            && self.test.location(name).is_none()
        {
            return Err(Error::new(line, format!("there is no location `{name}`")));
        }
        let value = self.test.observables[index].kind.value(&written);
        let equal = Proposition::Equal(index, value);
        Ok(if negated {
            Proposition::Not(Box::new(equal))
        } else {
            equal
        })
    }
}

fn one_or(
    mut parts: Vec<Proposition>,
    many: impl FnOnce(Vec<Proposition>) -> Proposition,
) -> Proposition {
    match parts.pop() {
        Some(part) if parts.is_empty() => part,
        Some(part) => {
            parts.push(part);
            many(parts)
        }
        None => Proposition::Constant(true),
    }
}
