//! Final states: what is looked at, and how it is written.

use std::fmt;

use crate::Arch;
use crate::abi::Register;
use crate::value::{Type, Value};

/// A place whose final value matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A register of a processor.
    Register(usize, Register),
    /// A location, by its number.
    Location(usize),
}

/// A place that is looked at when an iteration is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observable {
    /// Which.
    pub place: Place,
    /// What it is called in states: `1:X3`, `x`.
    pub name: String,
    /// What it holds.
    pub kind: Type,
    /// Whether states show it; a filter may look at more.
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

/// A state that somebody wrote, as this crate writes it: sorted, with the full names of registers.
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
