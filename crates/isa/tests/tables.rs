//! Checks the decoders with tables of instructions and their effects, and the names in the tables
//! with an independent disassembler, so that a wrong byte cannot hide behind a right name.
//!
//! - `tables/ARCH.txt` has every instruction that orders, in all its forms, and the instructions
//!   whose encodings are close to those.
//! - `tables/ARCH-common.txt` has one example of each ordinary instruction that was found in
//!   compiled programs and libraries (Rust's standard library, glibc, libstdc++). All are plain.

mod support;

use std::fs;
use std::path::Path;

use isa::{Arch, Effect, decode};
use support::{Disassembler, notation, unhex};

/// Returns the rows of a table, split at the bars.
fn rows(file: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tables")
        .join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(" | ").map(str::to_owned).collect())
        .collect()
}

/// Describes how capstone's name for `bytes` differs from the table's, if it does.
fn misnamed(
    disassembler: &Disassembler,
    bytes: &[u8],
    name: &str,
    alias: Option<&String>,
) -> Option<String> {
    let expected = match alias.map(String::as_str) {
        None => Some(name),
        Some("-") => None,
        alias => alias,
    };
    let text = disassembler.text(bytes);
    (text.as_deref() != expected).then(|| format!("capstone says {text:?}, the table {expected:?}"))
}

#[test]
fn ordering() {
    let mut wrong = Vec::new();
    for arch in Arch::ALL {
        let disassembler = Disassembler::new(arch);
        let rows = rows(&format!("{arch}.txt"));
        assert!(rows.len() > 100, "{arch}: {} rows", rows.len());
        for row in rows {
            let [bytes, name, expected, alias @ ..] = &row[..] else {
                panic!("{arch}: {row:?}");
            };
            let bytes = unhex(bytes);
            let effect = notation(&decode(arch, &bytes));
            if effect != *expected {
                wrong.push(format!("{arch}: {row:?} decodes as {effect}"));
            }
            if let Some(problem) = misnamed(&disassembler, &bytes, name, alias.first()) {
                wrong.push(format!("{arch}: {row:?}: {problem}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn common_instructions_are_plain() {
    let mut wrong = Vec::new();
    for arch in Arch::ALL {
        let disassembler = Disassembler::new(arch);
        let rows = rows(&format!("{arch}-common.txt"));
        assert!(rows.len() > 100, "{arch}: {} rows", rows.len());
        for row in rows {
            let [bytes, name, alias @ ..] = &row[..] else {
                panic!("{arch}: {row:?}");
            };
            let bytes = unhex(bytes);
            let effect = decode(arch, &bytes);
            if effect != Effect::PLAIN {
                wrong.push(format!("{arch}: {row:?} decodes as {}", notation(&effect)));
            }
            if let Some(problem) = misnamed(&disassembler, &bytes, name, alias.first()) {
                wrong.push(format!("{arch}: {row:?}: {problem}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
