//! One statement of a processor: labels and an instruction, checked and split into pieces.
//!
//! Instructions go to the assembler almost unchanged, so every one that it knows works. Changed are:
//! letters become lower case (except in labels and locations), labels get the processor's number,
//! and on x86 a location in an operand becomes its address. RISC-V's `.aq.rl` becomes `.aqrl`.

mod operands;
mod piece;

use crate::Arch;
use crate::abi::{self, Control, Register};
use crate::error::{Error, Position};
use crate::source::number;
use operands::Operands;
use piece::{is_part, is_start};

pub use piece::Piece;

/// One cell of the program.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The line of the file.
    pub line: usize,
    /// Labels before the instruction.
    pub labels: Vec<String>,
    /// The instruction; empty if there is none.
    pub pieces: Vec<Piece>,
    /// The registers that it uses.
    pub registers: Vec<Register>,
}

impl Statement {
    /// Whether the instruction contains this word.
    pub fn mentions(&self, word: &str) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Text(text) => text
                .split(|c: char| !is_part(c))
                .any(|part| part.eq_ignore_ascii_case(word)),
            Piece::Label(name) | Piece::Location(name, _) => name == word,
        })
    }

    /// The locations that it names.
    pub fn locations(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Location(name, _) => Some(name.as_str()),
            _ => None,
        })
    }
}

/// The labels at the beginning of a cell, and the rest of it.
pub fn labels(cell: &str) -> (Vec<&str>, &str) {
    let mut labels = Vec::new();
    let mut rest = cell.trim();
    while rest.starts_with(is_start) {
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let Some(after) = rest[length..].trim_start().strip_prefix(':') else {
            break;
        };
        labels.push(&rest[..length]);
        rest = after.trim_start();
    }
    (labels, rest)
}

/// Instruction prefixes of x86.
const PREFIXES: [&str; 11] = [
    "lock", "rep", "repe", "repz", "repne", "repnz", "xacquire", "xrelease", "bnd", "data16",
    "rex.w",
];

/// Parses a statement; `known` are the labels of its processor.
pub fn parse(
    arch: Arch,
    position: Position,
    cell: &str,
    known: &[&str],
) -> Result<Statement, Error> {
    let cell = &without_percent_signs(arch, cell);
    let (labels, text) = labels(cell);
    let mut statement = Statement {
        line: position.line,
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        pieces: Vec::new(),
        registers: Vec::new(),
    };
    if text.is_empty() {
        return Ok(statement);
    }
    let refuse =
        |why: &str| Error::new(position, format!("`{text}` cannot be run in a test: {why}"));
    if let Some(c) = text
        .chars()
        .find(|c| !c.is_ascii() || c.is_ascii_control() && !c.is_ascii_whitespace())
    {
        return Err(refuse(&format!("{c:?} cannot be part of an instruction")));
    }
    if text.contains(['=', '"', '\\', ';', '@', '\'', '`']) || text.contains("/*") {
        return Err(refuse(
            "it is more than one instruction; write one, without symbols, strings and literals",
        ));
    }
    if text.starts_with('.') {
        return Err(refuse("it is a directive of the assembler"));
    }

    let mut words = text.split_whitespace().peekable();
    let mut mnemonics = Vec::new();
    while let Some(word) = words.next() {
        let word = word.to_ascii_lowercase();
        let is_prefix = arch == Arch::X86_64
            && (PREFIXES.contains(&word.as_str()) || word.starts_with('{'))
            && words.peek().is_some();
        mnemonics.push(word);
        if !is_prefix {
            break;
        }
    }
    let operands = words.collect::<Vec<_>>().join(" ");
    let Some(mnemonic) = mnemonics.last_mut() else {
        return Ok(statement);
    };
    if arch == Arch::Riscv64 {
        *mnemonic = mnemonic.replace(".aq.rl", ".aqrl");
    }
    if !mnemonic.starts_with(|c: char| c.is_ascii_alphabetic())
        || mnemonic.contains(|c: char| !is_part(c) && !matches!(c, '+' | '-'))
    {
        return Err(refuse("it does not start with the name of an instruction"));
    }
    let mnemonic = mnemonic.clone();
    let abi = abi::of(arch);
    let control = (abi.control)(&mnemonic);
    if control == Control::Leaves {
        return Err(refuse(
            "it leaves the test or uses the stack; branch only to labels of the same processor",
        ));
    }
    let mut text_before = mnemonics.join(" ");
    if !operands.is_empty() {
        text_before.push(' ');
    }
    let is_branch = control == Control::Branch;
    let mut reader = Operands::new(arch, known, is_branch, text_before);
    // Prefixes use registers too: `rep`.
    let implicit = mnemonics.iter().flat_map(|word| (abi.implicit)(word));
    statement.registers = implicit.map(|number| Register(*number)).collect();
    reader.read(&operands).map_err(|why| refuse(&why))?;
    if is_branch && !reader.ends_in_label() {
        return Err(refuse("its target is not a label of the same processor"));
    }
    if arch == Arch::Ppc64le && names_a_register_by_number(&mnemonic, &operands) {
        return Err(refuse("write registers as r0 to r31"));
    }
    statement.pieces = reader.pieces;
    statement.registers.extend(reader.registers);
    Ok(statement)
}

/// The cell with `%x1`, `W%x1` and `%r1` as X1, W1 and r1. On x86 the sign is a part of every register.
fn without_percent_signs(arch: Arch, cell: &str) -> String {
    if arch == Arch::X86_64 || !cell.contains('%') {
        return cell.to_owned();
    }
    let mut parts = cell.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let length = part.find(|c| !is_part(c)).unwrap_or(part.len());
        let (name, after) = part.split_at(length);
        let width = text.chars().next_back().filter(|c| "wWxX".contains(*c));
        let alone = text
            .len()
            .checked_sub(2)
            .is_none_or(|at| !text.is_char_boundary(at) || !text[at..].starts_with(is_part));
        let width = width.filter(|_| arch == Arch::AArch64 && alone);
        match (Register::named(arch, name), width) {
            (None, _) => text.push('%'),
            (Some(_), None) => {}
            // The letter before the sign is that of the name.
            (Some(_), Some(_)) => {
                text.push_str(&name[1..]);
                text.push_str(after);
                continue;
            }
        }
        text.push_str(part);
    }
    text
}

/// Whether the first operand, where a register is written, is a bare number.
fn names_a_register_by_number(mnemonic: &str, operands: &str) -> bool {
    const NUMBERS_FIRST: [&str; 10] = [
        "b", "cmp", "dcb", "icb", "mt", "sync", "wait", "fcmp", "hwsync", "crset",
    ];
    let first = operands.split(',').next().unwrap_or_default().trim();
    number(first).is_some()
        && !NUMBERS_FIRST
            .iter()
            .any(|start| mnemonic.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{Arch, Piece, Position, parse};

    fn text(arch: Arch, cell: &str) -> Result<String, String> {
        let statement =
            parse(arch, Position::from(1), cell, &["L0"]).map_err(|error| error.message)?;
        let pieces = statement.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Label(name) => format!("<{name}>"),
            Piece::Location(name, offset) => format!("<{name}+{offset}>"),
        });
        Ok(pieces.collect())
    }

    #[test]
    fn instructions_are_kept() {
        for (arch, cell, expected) in [
            (Arch::AArch64, "MOV W0,#1", "mov w0,#1"),
            (Arch::AArch64, "L0: CBNZ W0, L0", "cbnz w0, <L0>"),
            (Arch::AArch64, "LDR W%x2,[%x3,X%w4]", "ldr w2,[x3,x4]"),
            (Arch::Ppc64le, "lwzx %r1,%r2,%r3", "lwzx r1,r2,r3"),
            (Arch::Riscv64, "lw %x5,%lo(8)(%a0)", "lw x5,%lo(8)(a0)"),
            (Arch::AArch64, "LDR W1,[X0,W2,SXTW]", "ldr w1,[x0,w2,sxtw]"),
            (
                Arch::Riscv64,
                "amoswap.w.aq.rl x7,x5,(x6)",
                "amoswap.w.aqrl x7,x5,(x6)",
            ),
            (Arch::Ppc64le, "bne-  L0", "bne- <L0>"),
            (Arch::Ppc64le, "lwarx r1,0,r2", "lwarx r1,0,r2"),
            (Arch::X86_64, "movl $1,(x)", "movl $1,<x+0>"),
            (Arch::X86_64, "MOVL [x],%EAX", "movl <x+0>,%eax"),
            (Arch::X86_64, "movw 2(x),%ax", "movw <x+2>,%ax"),
            (Arch::X86_64, "movw x+2(%rip),%ax", "movw <x+2>,%ax"),
            (Arch::X86_64, "lock incl x", "lock incl <x+0>"),
            (
                Arch::X86_64,
                "movl 4(%rax,%rbx,2),%ecx",
                "movl 4(%rax,%rbx,2),%ecx",
            ),
            (Arch::X86_64, "jne L0", "jne <L0>"),
        ] {
            assert_eq!(text(arch, cell).as_deref(), Ok(expected), "{cell}");
        }
    }

    #[test]
    fn what_leaves_the_test_is_refused() {
        for (arch, cell, why) in [
            (Arch::AArch64, "RET", "leaves the test"),
            (Arch::AArch64, "SVC #0", "leaves the test"),
            (Arch::AArch64, "B elsewhere", "label of the same processor"),
            (Arch::AArch64, "B .+8", "not a label"),
            (Arch::AArch64, "CBZ W0, L0+4", "label of the same processor"),
            (Arch::AArch64, "STR W0,[SP]", "stack pointer"),
            (Arch::AArch64, "LDR X0,=1", "more than one instruction"),
            (Arch::AArch64, ".word 1", "directive"),
            (Arch::AArch64, "FMOV D8,#1.0", "preserved"),
            (Arch::Ppc64le, "blr", "leaves the test"),
            (Arch::Ppc64le, "bl L0", "leaves the test"),
            (Arch::Ppc64le, "beqlr", "leaves the test"),
            (Arch::Ppc64le, "li 14,1", "r0 to r31"),
            (Arch::Riscv64, "jalr x1,0(x5)", "leaves the test"),
            (Arch::Riscv64, "ecall", "leaves the test"),
            (Arch::Riscv64, "lw x5,0(sp)", "stack pointer"),
            (Arch::X86_64, "call x", "leaves the test"),
            (Arch::X86_64, "jmp *%rax", "label of the same processor"),
            (Arch::X86_64, "push %rax", "leaves the test"),
            (Arch::X86_64, "movl %esp,%eax", "stack pointer"),
            (Arch::X86_64, "movq $x,%rax", "not a number"),
            (Arch::X86_64, "x = 5", "more than one instruction"),
        ] {
            let message = text(arch, cell).unwrap_err();
            assert!(message.contains(why), "{cell}: {message}");
        }
    }
}
