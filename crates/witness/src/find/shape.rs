//! The name of a cycle: a family of litmus tests, or its relations.

use diy::FAMILIES;

use super::edges::Kind;

/// An edge of a cycle, as far as shapes tell edges apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Program order: whether the first and the second access write, and whether they are to the
    /// same bytes.
    Slot { writes: [bool; 2], same: bool },
    /// Communication with another thread.
    Step(Kind),
}

impl Part {
    /// Its form in [`FAMILIES`].
    fn text(self) -> String {
        match self {
            Part::Slot { writes, same } => {
                let letters = writes.map(|write| if write { 'W' } else { 'R' });
                let letters = String::from_iter(letters);
                if same { format!("s{letters}") } else { letters }
            }
            Part::Step(kind) => kind.letters().to_owned(),
        }
    }

    /// Its name in diy7.
    fn relation(self) -> String {
        match self {
            Part::Slot { writes, same } => {
                let letters = writes.map(|write| if write { 'W' } else { 'R' });
                let order = if same { "Pos" } else { "Pod" };
                format!("{order}{}", String::from_iter(letters))
            }
            Part::Step(kind) => format!("{}e", kind.letters()),
        }
    }
}

/// The name of a cycle, or its relations if it has none; and the edge with which its family starts.
pub(super) fn name(parts: &[Part]) -> (String, usize) {
    let texts: Vec<String> = parts.iter().map(|part| part.text()).collect();
    for turn in 0..texts.len() {
        let (end, start) = texts.split_at(turn);
        let shape = [start, end].concat().join(" ");
        if let Some(family) = FAMILIES.iter().find(|family| family.shape == shape) {
            return (family.name.to_owned(), turn);
        }
    }
    let relations: Vec<String> = parts.iter().map(|part| part.relation()).collect();
    (relations.join(" "), 0)
}
