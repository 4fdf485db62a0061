//! Unique ids for a page.

use std::collections::HashSet;

/// The ids that are taken.
pub struct Ids(HashSet<String>);

impl Ids {
    /// These are taken from the start.
    pub fn new<const N: usize>(taken: [&str; N]) -> Self {
        Ids(taken.map(str::to_owned).into())
    }

    /// A free id made from a name: its letters and digits, and a number if that id is taken. The id
    /// with `-title` and with `-desc` at its end is reserved too.
    pub fn of(&mut self, kind: &str, name: &str) -> String {
        let mut id = kind.to_owned();
        for word in name.split(|c: char| !c.is_ascii_alphanumeric()) {
            if !word.is_empty() {
                id.push('-');
                id.push_str(&word.to_ascii_lowercase());
            }
        }
        let numbered = (2..).map(|number| format!("{id}-{number}"));
        let free = |id: &String| {
            ["", "-title", "-desc"]
                .iter()
                .all(|end| !self.0.contains(&format!("{id}{end}")))
        };
        let id = [id.clone()]
            .into_iter()
            .chain(numbered)
            .find(free)
            .unwrap_or(id);
        for end in ["", "-title", "-desc"] {
            self.0.insert(format!("{id}{end}"));
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn each_once() {
        let mut ids = Ids::new(["a-b"]);
        assert_eq!(ids.of("a", "<B>"), "a-b-2");
        assert_eq!(ids.of("a", "b"), "a-b-3");
        assert_eq!(ids.of("a", "ü"), "a");
        assert_eq!(ids.of("a", "title"), "a-title-2");
        assert_eq!(ids.of("x", "MP on x86_64"), "x-mp-on-x86-64");
    }
}
