//! Keeps the lengths of paths, arguments and environment from moving a guest's stack.
//!
//! QEMU copies the program's path, the environment and the arguments to the top of the guest's stack, and puts a
//! table of pointers to them below (`linux-user/elfload.c`: `load_elf_binary`, `create_elf_tables`). So their sizes
//! decide every address of the stack below, and with it the run. Further variables fill both up to a multiple of a
//! fixed size. They fix the number of variables too: how long `getenv` searches for one that is not set depends on it.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

/// What the names of the variables begin with.
const NAME: &str = "OVERTAKE_PADDING_";

/// The number of arguments and variables becomes a multiple of this. Runners of CI set about 150.
const POINTERS: usize = 256;

/// The number of bytes of path, arguments and variables becomes a multiple of this. Shells set 1 to 10 KiB, some
/// package managers 40. Linux allows a variable at most 128 KiB, whatever the limits are, and so twice this.
const BYTES: usize = 64 << 10;

/// Adds the variables for this program and its arguments, whose first word is the program's path.
pub fn add(command: &mut Command, program: &[OsString]) {
    let mut variables: BTreeMap<OsString, OsString> = env::vars_os().collect();
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => variables.insert(name.to_owned(), value.to_owned()),
            None => variables.remove(name),
        };
    }
    // Those of an `overtake` that started this one.
    let ours = |name: &OsStr| name.as_bytes().starts_with(NAME.as_bytes());
    for name in variables.keys().filter(|it| ours(it)) {
        command.env_remove(name);
    }
    variables.retain(|name, _| !ours(name));
    command.envs(padding(&variables, program));
}

/// The variables to add.
fn padding(
    variables: &BTreeMap<OsString, OsString>,
    program: &[OsString],
) -> Vec<(String, String)> {
    let pointers = variables.len() + program.len();
    let strings = variables.iter().map(|(name, value)| variable(name, value));
    // The path is there twice: as the first argument, and for AT_EXECFN.
    let words = program.iter().chain(program.first());
    let bytes: usize = strings.chain(words.map(|it| it.len() + 1)).sum();

    let number = POINTERS - pointers % POINTERS;
    let name = |number: usize| format!("{NAME}{number:03}");
    let mut added: Vec<_> = (1..=number).map(|it| (name(it), String::new())).collect();
    let empty: usize = added.iter().map(|(name, _)| variable(name, "")).sum();
    added[0].1 = "x".repeat(BYTES - (bytes + empty) % BYTES);
    added
}

/// The size of a variable's string.
fn variable(name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> usize {
    name.as_ref().len() + "=".len() + value.as_ref().len() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of pointers and the bytes of a guest with these.
    fn sizes(variables: &[(&str, &str)], program: &[&str]) -> (usize, usize) {
        let mut all: BTreeMap<OsString, OsString> = variables
            .iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        let program: Vec<OsString> = program.iter().map(OsString::from).collect();
        for (name, value) in padding(&all, &program) {
            assert!(all.insert(name.into(), value.into()).is_none());
        }
        let strings: usize = all.iter().map(|(name, value)| variable(name, value)).sum();
        let words: usize = program.iter().map(|word| word.len() + 1).sum();
        (
            all.len() + program.len(),
            strings + words + program[0].len() + 1,
        )
    }

    #[test]
    fn usual_sizes_become_the_same() {
        let same = (POINTERS, BYTES);
        assert_eq!(sizes(&[], &["p"]), same);
        assert_eq!(
            sizes(&[("A", "b"), ("PATH", "/bin")], &["/a/long/path", "x"]),
            same
        );
        let long = "y".repeat(BYTES / 2);
        assert_eq!(sizes(&[("A", &long)], &["p"]), same);
    }

    #[test]
    fn larger_ones_become_the_next_multiple() {
        let words = vec!["word"; POINTERS];
        assert_eq!(sizes(&[], &words), (2 * POINTERS, BYTES));
        let long = "y".repeat(BYTES);
        assert_eq!(sizes(&[("A", &long)], &["p"]), (POINTERS, 2 * BYTES));
    }
}
