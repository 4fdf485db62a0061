//! Final states: the observables and their text.

use std::fmt;

use crate::Arch;
use crate::abi::Register;
use crate::value::{Type, Value};

/// A register or a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A register of a processor.
    Register(usize, Register),
    /// A location, by its index.
    Location(usize),
}

/// A place whose final value is observed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observable {
    /// The place.
    pub place: Place,
    /// Its name in states: `1:X3`, `x`.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Whether states show it. A filter may name further observables.
    pub shown: bool,
}

/// The text of a state: `1:X1=1; x=2`, sorted.
pub fn shown<'a>(values: impl Iterator<Item = (&'a Observable, &'a Value)>) -> String {
    let items = values
        .filter(|(observable, _)| observable.shown)
        .map(|(observable, value)| format!("{}={value}", observable.name));
    sorted(items)
}

fn sorted(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<_> = items.collect();
    items.sort();
    items.join("; ")
}

/// A state in the form of this crate: sorted, with the full names of registers.
pub fn canonical(arch: Arch, state: &str) -> String {
    let items = state
        .split(';')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    sorted(items.map(|item| {
        let Some((place, value)) = item.split_once('=') else {
            return item.to_owned();
        };
        let (place, value) = (place.trim(), value.trim());
        let name = match place.split_once(':') {
            Some((processor, register)) => {
                match Register::named(arch, register.trim_start_matches('%')) {
                    Some((register, _)) => format!("{processor}:{}", register.name(arch)),
                    None => place.to_owned(),
                }
            }
            None => place
                .trim_start_matches(|c: char| matches!(c, '[' | '*') || c.is_whitespace())
                .trim_end_matches(|c: char| c == ']' || c.is_whitespace())
                .to_owned(),
        };
        format!("{name}={value}")
    }))
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Register(..) => f.write_str(&self.name),
            Place::Location(_) => write!(f, "[{}]", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Arch, canonical};

    #[test]
    fn one_spelling_is_its_own() {
        assert_eq!(canonical(Arch::Ppc64le, "[ x ]=1"), "x=1");
    }

    #[test]
    fn states_have_one_spelling() {
        assert_eq!(
            canonical(Arch::X86_64, "[x]=2;  1:%eax=0;0:rbx=1;"),
            "0:rbx=1; 1:rax=0; x=2"
        );
        assert_eq!(
            canonical(Arch::Riscv64, "1:a0=1; 0:x5=0"),
            "0:x5=0; 1:x10=1"
        );
    }
}
