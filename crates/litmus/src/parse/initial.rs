//! Parses the initial state: `x=1; uint64_t y; 0:X1=x; int 1:X2=3;`.

use crate::abi::Register;
use crate::error::{Error, Position};
use crate::source::{Token, Words};
use crate::test::{Initial, Test};
use crate::value::{Type, Value};

/// The place of a register's entry, its processor, and its initial value.
type Found = (Position, usize, Initial);

/// Parses the initial state. Locations go into the test, registers are returned.
pub fn read(test: &mut Test, mut words: Words<'_>) -> Result<Vec<Found>, Error> {
    let mut registers = Vec::new();
    while !words.is_at_end() {
        if words.takes(";")? {
            continue;
        }
        entry(test, &mut words, &mut registers)?;
        if !words.is_at_end() {
            words.expect(";", "after this entry of the initial state")?;
        }
    }
    Ok(registers)
}

fn entry(test: &mut Test, words: &mut Words<'_>, found: &mut Vec<Found>) -> Result<(), Error> {
    let position = words.position();
    let mut names = Vec::new();
    while let Some(Token::Name(name)) = words.peek()? {
        words.next()?;
        if !matches!(name.as_str(), "const" | "volatile" | "_Atomic") {
            names.push(name);
        }
    }
    let mut pointer = false;
    while words.takes("*")? {
        // Without a type, `*x` is the location x.
        pointer = !names.is_empty();
    }
    let bracket = words.takes("[")?;
    let target = words.peek()?;
    let kind = |names: &[String]| -> Result<Option<Type>, Error> {
        if pointer {
            return Ok(Some(Type::Address));
        }
        if names.is_empty() {
            return Ok(None);
        }
        let written = names.join(" ");
        match Type::of_words(&written) {
            Some(kind) => Ok(Some(kind)),
            None => Err(Error::new(
                position,
                format!(
                    "the type `{written}` is not supported: use int, or intN_t or uintN_t for N \
                     of 8, 16, 32, 64"
                ),
            )),
        }
    };
    match target {
        Some(Token::Number(processor)) if !bracket => {
            words.next()?;
            let kind = kind(&names)?;
            words.expect(":", "between a processor and its register")?;
            let register = register(test, words)?;
            let value = value(test, words)?;
            // Too large a number is refused later.
            let processor = usize::try_from(processor).unwrap_or(usize::MAX);
            found.retain(|(_, p, initial)| (*p, initial.register) != (processor, register));
            found.push((
                position,
                processor,
                Initial {
                    register,
                    value: value.unwrap_or(Value::Number(0)),
                    kind,
                },
            ));
            Ok(())
        }
        target => {
            let name = match target {
                Some(Token::Name(name)) if bracket || pointer || names.is_empty() => {
                    words.next()?;
                    name
                }
                _ if bracket && !names.is_empty() => return Err(array(position)),
                _ if bracket => return Err(words.unexpected("the name of a location")),
                _ => match names.pop() {
                    Some(name) => name,
                    None => return Err(words.unexpected("a location or a register")),
                },
            };
            if bracket && !names.is_empty() && words.is_next("[")? {
                return Err(array(position));
            }
            if bracket {
                words.expect("]", "after the name of a location")?;
            }
            let kind = kind(&names)?;
            if words.takes("[")? {
                return Err(array(position));
            }
            let value = value(test, words)?;
            location(test, position, &name, kind, value)
        }
    }
}

fn array(position: Position) -> Error {
    Error::new(
        position,
        "arrays are not supported: use a location for each element",
    )
}

/// Parses a register.
pub fn register(test: &Test, words: &mut Words<'_>) -> Result<crate::Register, Error> {
    Ok(register_and_bits(test, words)?.0)
}

/// Parses a register; returns it, and how many of its bits the name means.
pub fn register_and_bits(test: &Test, words: &mut Words<'_>) -> Result<(Register, u32), Error> {
    let expected = format!("a general-purpose register of {}", test.arch.herd_name());
    match words.peek()? {
        Some(Token::Name(name)) => match Register::named(test.arch, &name) {
            Some(found) => {
                words.next()?;
                Ok(found)
            }
            None => Err(words.unexpected(&expected)),
        },
        _ => Err(words.unexpected(&expected)),
    }
}

/// Parses `= value`, which is optional.
fn value(test: &mut Test, words: &mut Words<'_>) -> Result<Option<Value>, Error> {
    if !words.takes("=")? {
        return Ok(None);
    }
    let initializer = words.takes_name("ATOMIC_INIT")?;
    if initializer {
        words.expect("(", "after `ATOMIC_INIT`")?;
    }
    let value = constant(words)?;
    if initializer {
        words.expect(")", "after the value")?;
    }
    if let Value::Address(name) = &value {
        test.location_or_new(name);
    }
    Ok(Some(value))
}

/// Parses a number or the address of a location.
pub fn constant(words: &mut Words<'_>) -> Result<Value, Error> {
    let negative = words.takes("-")?;
    let address = !negative && words.takes("&")?;
    match words.peek()? {
        Some(Token::Number(number)) if !address => {
            words.next()?;
            Ok(Value::Number(if negative { -number } else { number }))
        }
        Some(Token::Name(name)) if !negative => {
            words.next()?;
            Ok(Value::Address(name))
        }
        Some(Token::Sign("{")) => Err(array(words.position())),
        _ => Err(words.unexpected("a number or a location")),
    }
}

fn location(
    test: &mut Test,
    position: Position,
    name: &str,
    kind: Option<Type>,
    value: Option<Value>,
) -> Result<(), Error> {
    let index = test.location_or_new(name);
    let location = &mut test.locations[index];
    if let Some(kind) = kind {
        location.kind = kind;
    }
    if let Some(value) = value {
        let is_address = matches!(value, Value::Address(_));
        if is_address && location.kind.bytes() < 8 && kind.is_some() {
            return Err(Error::new(
                position,
                format!("`{name}` is too small for an address: give it the type `int *`"),
            ));
        }
        if is_address {
            location.kind = Type::Address;
        }
        location.value = value;
    }
    Ok(())
}
