//! Disassembles a function of a program as text that does not depend on its address.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use arch::Arch;
use emulator::disassembler::disassembler;
use emulator::error::Error;
use object::{Object, ObjectSection, ObjectSymbol};

/// An instruction as text that does not depend on its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// The label before it.
    pub label: Option<String>,
    /// `str`.
    pub mnemonic: String,
    /// `x1, [x0]`; a branch goes to a label.
    pub operands: String,
}

impl Instruction {
    /// As assembly, without its label.
    pub fn text(&self) -> String {
        let line = format!("{:<8}{}", self.mnemonic, self.operands);
        line.trim_end().to_owned()
    }
}

/// The code of the function `symbol` in the program at `path`.
pub fn function(path: &Path, target: Arch, symbol: &str) -> Result<Vec<Instruction>, Error> {
    let wrong = |source| Error::ProgramUnreadable {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::read(path).map_err(wrong)?;
    let found = found(&bytes, symbol)
        .ok_or_else(|| wrong(io::Error::other(format!("it has no function `{symbol}`"))))?;
    let (bytes, address) = found;
    // On Power a table for debuggers follows the code, after a word of zeros, which is no
    // instruction.
    let table = match target {
        Arch::Ppc64le => bytes.chunks_exact(4).position(|word| word == [0; 4]),
        _ => None,
    };
    let bytes = table.map_or(bytes, |words| &bytes[..4 * words]);
    normalised(target, bytes, address).ok_or_else(|| {
        wrong(io::Error::other(format!(
            "`{symbol}` contains an instruction that the disassembler does not know"
        )))
    })
}

/// The bytes of a function, and its address.
fn found<'a>(file: &'a [u8], symbol: &str) -> Option<(&'a [u8], u64)> {
    let file = object::File::parse(file).ok()?;
    let function = file.symbols().find(|one| one.name() == Ok(symbol))?;
    let section = file.section_by_index(function.section_index()?).ok()?;
    let bytes = section.data_range(function.address(), function.size());
    Some((bytes.ok()??, function.address()))
}

/// As assembly, a label or an instruction a line.
pub fn shown(code: &[Instruction]) -> String {
    let mut text = String::new();
    for one in code {
        if let Some(label) = &one.label {
            text += &format!("{label}:\n");
        }
        text += &format!("    {}\n", one.text());
    }
    text
}

/// Disassembles a function. Branch targets become labels, because nothing else in the text depends on the
/// address.
fn normalised(target: Arch, bytes: &[u8], address: u64) -> Option<Vec<Instruction>> {
    let capstone = disassembler(target);
    let decoded = capstone.disasm_all(bytes, address).ok()?;
    let end = address + bytes.len() as u64;
    // Capstone stops before an instruction that it does not know.
    let last = decoded.iter().last()?;
    if last.address() + last.bytes().len() as u64 != end {
        return None;
    }

    let texts: Vec<_> = decoded
        .iter()
        .map(|one| {
            let mnemonic = one.mnemonic().unwrap_or_default();
            let operands = one.op_str().unwrap_or_default();
            (one.address(), mnemonic, operands)
        })
        .collect();
    let destinations: Vec<_> = texts
        .iter()
        .map(|&(at, mnemonic, operands)| destination(target, at, mnemonic, operands))
        .collect();
    let mut labels: BTreeMap<u64, String> = destinations
        .iter()
        .flatten()
        .map(|&(destination, _)| (destination, String::new()))
        .collect();
    for (number, (destination, label)) in labels.iter_mut().enumerate() {
        *label = if (address..end).contains(destination) {
            format!(".{number}")
        } else {
            "elsewhere".to_owned()
        };
    }
    let instructions =
        texts
            .into_iter()
            .zip(destinations)
            .map(|((at, mnemonic, operands), destination)| Instruction {
                label: labels.get(&at).cloned(),
                mnemonic: mnemonic.to_owned(),
                operands: match destination {
                    Some((destination, rest)) => format!("{rest}{}", labels[&destination]),
                    None => operands.to_owned(),
                },
            });
    Some(instructions.collect())
}

/// The target of a branch, and the operands before it; none for other instructions.
fn destination<'a>(
    target: Arch,
    at: u64,
    mnemonic: &str,
    operands: &'a str,
) -> Option<(u64, &'a str)> {
    let first = match target {
        // `b`, `b.eq`, `bl`, `cbz`, `tbz`; not `bic`, `bfi`.
        Arch::AArch64 => {
            ["b.", "cbz", "cbnz", "tbz", "tbnz"]
                .iter()
                .any(|start| mnemonic.starts_with(start))
                || ["b", "bl"].contains(&mnemonic)
        }
        // `b`, `bl`, `beq`, `bne-`, `bdnz`; not `blr`, which has no operands.
        Arch::Ppc64le => mnemonic.starts_with('b'),
        // `beq`, `bgeu`, `c.beqz`, `j`, `jal`, `c.j`.
        Arch::Riscv64 => mnemonic.trim_start_matches("c.").starts_with(['b', 'j']),
        Arch::X86_64 => mnemonic.starts_with('j') || mnemonic == "call",
    };
    if !first {
        return None;
    }
    let start = operands.rfind([' ', ',']).map_or(0, |space| space + 1);
    let (rest, number) = operands.split_at(start);
    let number = number.trim_start_matches('#');
    let (number, negative) = match number.strip_prefix('-') {
        Some(number) => (number, true),
        None => (number, false),
    };
    let value = match number.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => number.parse(),
    };
    // Otherwise the destination is in a register.
    let value = value.ok()?;
    let value = if negative {
        value.wrapping_neg()
    } else {
        value
    };
    let destination = match target {
        // Capstone gives the distance here, and the address for the others.
        Arch::Riscv64 => at.wrapping_add(value),
        _ => value,
    };
    Some((destination, rest))
}
