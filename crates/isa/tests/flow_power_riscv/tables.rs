//! Checks the decoders with tables of instructions and their flow, and the names in the tables
//! with the disassembler, so that a wrong byte cannot hide behind a right name.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use isa::{Arch, flow};

use crate::names::notation;
use crate::objdump::disassemble;

#[test]
fn ppc64le() {
    check(Arch::Ppc64le);
}

#[test]
fn riscv64() {
    check(Arch::Riscv64);
}

/// A row of a table: bytes, text, flow, and whether the disassembler knows the instruction.
struct Row {
    bytes: Vec<u8>,
    text: String,
    flow: String,
    has_name: bool,
}

fn rows(arch: Arch) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/flow_tables/{arch}.txt"));
    let table = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<_> = line.split(" | ").collect();
            let (bytes, text, flow, has_name) = match columns[..] {
                [bytes, text, flow] => (bytes, text, flow, true),
                [bytes, text, flow, "-"] => (bytes, text, flow, false),
                _ => panic!("{path:?}: {line:?} is not `bytes | text | flow`"),
            };
            let bytes = (0..bytes.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&bytes[at..at + 2], 16).expect("hexadecimal digits"))
                .collect();
            let (text, flow) = (text.to_owned(), flow.to_owned());
            Row {
                bytes,
                text,
                flow,
                has_name,
            }
        })
        .collect()
}

fn check(arch: Arch) {
    let rows = rows(arch);
    assert!(rows.len() > 100, "{arch}: {} rows", rows.len());
    let code: Vec<_> = rows.iter().map(|row| row.bytes.clone()).collect();
    let names: HashMap<Vec<u8>, String> = disassemble(arch, "table", &code)
        .into_iter()
        .map(|line| (line.bytes.clone(), line.text()))
        .collect();
    let mut wrong = Vec::new();
    for row in rows {
        let found = notation(arch, &flow(arch, &row.bytes));
        if found != row.flow {
            wrong.push(format!("{:02x?} | {} | {found}", row.bytes, row.text));
        }
        let name = names.get(&row.bytes);
        if name != row.has_name.then_some(&row.text) {
            wrong.push(format!("{:02x?} {} is {name:?}", row.bytes, row.text));
        }
    }
    assert!(wrong.is_empty(), "{arch}:\n{}", wrong.join("\n"));
}
