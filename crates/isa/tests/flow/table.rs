//! Checks `flow_tables/ARCH.txt`: bytes, name, flow, and capstone's name if it is different.

use std::fs;
use std::path::Path;

use isa::{Arch, flow};

use crate::notation::notation;
use crate::support::{Disassembler, unhex};

/// Checks each row of the table of `arch`, which must have at least `least` rows.
pub fn check(arch: Arch, least: usize, name: fn(u8) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/flow_tables/{arch}.txt"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let disassembler = Disassembler::new(arch);
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split(" | ").collect();
        let [bytes, text, expected, alias @ ..] = &columns[..] else {
            panic!("{path:?}: {line:?} has too few columns");
        };
        rows += 1;
        let bytes = unhex(bytes);
        let found = notation(&flow(arch, &bytes), name);
        if found != *expected {
            wrong.push(format!("{line}\n    decodes as {found}"));
        }
        let called = disassembler.text(&bytes);
        let expected = match alias {
            [] => Some(*text),
            ["-", ..] => None,
            [alias, ..] => Some(*alias),
        };
        if called.as_deref() != expected {
            wrong.push(format!("{line}\n    capstone says {called:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows >= least, "{path:?} has {rows} rows only");
}
