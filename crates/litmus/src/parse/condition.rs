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
        let negated = words.takes("~")? || words.takes_name("not")?;
        let next = words.next()?;
        let word = match &next {
            None if !negated => break,
            Some(Token::Sign("(")) if !negated => "(",
            Some(Token::Name(name)) => name.as_str(),
            _ => return Err(misplaced(&mut words, place)),
        };
        let quantifier = match (word, negated) {
            ("exists", true) => Quantifier::NotExists,
            ("exists" | "final" | "observed" | "Observed", false) => Quantifier::Exists,
            ("(", false) => {
                words.back_to(place);
                Quantifier::Exists
            }
            ("forall", false) => Quantifier::ForAll,
            ("locations", false) => {
                locations(test, &mut words)?;
                continue;
            }
            ("filter", false) => {
                test.filter = Some(Parser::new(test, &mut words, false).any()?);
                continue;
            }
            ("with", false) if found => {
                kinds(&mut words)?;
                continue;
            }
            _ => return Err(misplaced(&mut words, place)),
        };
        if found {
            words.back_to(place);
            return Err(Error::new(
                words.position(),
                "there is a second condition: keep one",
            ));
        }
        found = true;
        let mut parser = Parser::new(test, &mut words, true);
        let proposition = match word {
            "observed" | "Observed" => parser.observed()?,
            _ => parser.any()?,
        };
        test.condition = Condition {
            quantifier,
            proposition,
        };
        words.takes(";")?;
    }
    if !found && test.observables.is_empty() {
        return Err(Error::new(
            words.position(),
            "there is no condition: end with `exists (…)`, `~exists (…)` or `forall (…)`",
        ));
    }
    Ok(())
}

/// Skips `MODEL: QUANTIFIER; …`: what else is claimed of the test.
fn kinds(words: &mut Words<'_>) -> Result<(), Error> {
    loop {
        let Some(Token::Name(_)) = words.peek()? else {
            return Err(words.unexpected("the name of a model"));
        };
        words.next()?;
        words.expect(":", "after the name of a model")?;
        let negated = words.takes("~")? || words.takes_name("not")?;
        let is_known = words.takes_name("exists")? || !negated && words.takes_name("forall")?;
        if !is_known {
            return Err(words.unexpected("`exists`, `~exists` or `forall`"));
        }
        if !words.takes(";")? || words.is_at_end() {
            return Ok(());
        }
    }
}

fn misplaced(words: &mut Words<'_>, place: usize) -> Error {
    words.back_to(place);
    words.unexpected("`exists`, `~exists`, `forall`, `final`, `locations` or `filter`")
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
    let position = words.position();
    let observable = match words.peek()? {
        Some(Token::Number(processor)) => {
            words.next()?;
            words.expect(":", "between a processor and its register")?;
            let processor = usize::try_from(processor)
                .ok()
                .filter(|processor| *processor < test.processors.len())
                .ok_or_else(|| {
                    Error::new(position, format!("there is no processor {processor}"))
                })?;
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

/// Parses a proposition: `\/` binds least, then `/\`, `=>`, `~`, as in herd7.
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

    /// States as a log lists them: `x=1; y=0; and x=2;`.
    fn observed(&mut self) -> Result<Proposition, Error> {
        let mut states = Vec::new();
        loop {
            let mut values = Vec::new();
            while !self.words.is_at_end() && !self.is_name("and")? && !self.is_name("with")? {
                values.push(self.atom()?);
                self.words.expect(";", "after this value")?;
            }
            states.push(one_or(values, Proposition::And));
            if !self.words.takes_name("and")? {
                return Ok(one_or(states, Proposition::Or));
            }
        }
    }

    fn is_name(&mut self, name: &str) -> Result<bool, Error> {
        Ok(matches!(self.words.peek()?, Some(Token::Name(found)) if found == name))
    }

    fn any(&mut self) -> Result<Proposition, Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Error::new(
                self.words.position(),
                format!("the condition is nested more than {DEEPEST} deep"),
            ));
        }
        let mut parts = vec![self.all()?];
        while self.words.takes("\\/")? || self.words.takes("||")? {
            parts.push(self.all()?);
        }
        self.depth -= 1;
        Ok(one_or(parts, Proposition::Or))
    }

    fn all(&mut self) -> Result<Proposition, Error> {
        let mut parts = vec![self.implication()?];
        while self.words.takes("/\\")? || self.words.takes("&&")? {
            parts.push(self.implication()?);
        }
        Ok(one_or(parts, Proposition::And))
    }

    fn implication(&mut self) -> Result<Proposition, Error> {
        let mut parts = vec![self.not()?];
        while self.words.takes("=>")? {
            parts.push(self.not()?);
        }
        // From the right.
        let implies = |then, when| Proposition::Implies(Box::new(when), Box::new(then));
        let last = parts.pop();
        Ok(last.map_or(Proposition::Constant(true), |last| {
            parts.into_iter().rev().fold(last, implies)
        }))
    }

    fn not(&mut self) -> Result<Proposition, Error> {
        let mut negated = false;
        while self.words.takes("~")? || self.words.takes("!")? || self.words.takes_name("not")? {
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
            let inner = self.any()?;
            self.words.expect(")", "after this part of the condition")?;
            return Ok(inner);
        }
        for (name, value) in [("true", true), ("false", false)] {
            if self.words.takes_name(name)? {
                return Ok(Proposition::Constant(value));
            }
        }
        let index = place(self.test, self.words, self.shown)?;
        let negated = self.words.takes("<>")? || self.words.takes("!=")?;
        if !negated && !self.words.takes("==")? {
            self.words.expect("=", "after the register or location")?;
        }
        let equal = if self.is_place()? {
            Proposition::Same(index, place(self.test, self.words, self.shown)?)
        } else {
            let value = self.value()?;
            Proposition::Equal(index, self.test.observables[index].kind.value(&value))
        };
        Ok(if negated {
            Proposition::Not(Box::new(equal))
        } else {
            equal
        })
    }

    /// Whether a register or a location follows, not a number or an address.
    fn is_place(&mut self) -> Result<bool, Error> {
        let place = self.words.place();
        let next = self.words.next()?;
        let is_register = matches!(next, Some(Token::Number(_))) && self.words.is_next(":")?;
        self.words.back_to(place);
        Ok(is_register || matches!(next, Some(Token::Sign("[" | "*"))))
    }

    fn value(&mut self) -> Result<Value, Error> {
        let position = self.words.position();
        let value = constant(self.words)?;
        match &value {
            Value::Address(name) if self.test.location(name).is_none() => Err(Error::new(
                position,
                format!("there is no location `{name}`"),
            )),
            _ => Ok(value),
        }
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
