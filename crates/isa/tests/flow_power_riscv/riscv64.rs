//! Tests RISC-V: the expected flow by mnemonic.

use isa::{Arch, Flow, Registers};

use crate::names;
use crate::objdump::{Line, disassemble, libraries};
use crate::sweep::{Expected, Seen, words};

const FCSR: Registers = Registers::one(32);

fn check(seen: &mut Seen, line: &Line) {
    seen.check(Arch::Riscv64, line, |line| {
        Expected::Exactly(expected(line))
    });
}

#[test]
fn libraries_agree() {
    let mut seen = Seen::default();
    for line in libraries(Arch::Riscv64) {
        check(&mut seen, &line);
    }
    seen.report(Arch::Riscv64, 40_000);
    let unknown: Vec<_> = seen.unknown.keys().map(String::as_str).collect();
    assert_eq!(unknown, ["c.unimp"]);
}

#[test]
fn compressed_agree() {
    let code: Vec<_> = (0..=u16::MAX)
        .filter(|half| half & 0b11 != 0b11)
        .map(|half| half.to_le_bytes().to_vec())
        .collect();
    let mut seen = Seen::default();
    for line in disassemble(Arch::Riscv64, "compressed", &code) {
        check(&mut seen, &line);
    }
    seen.report(Arch::Riscv64, 45_000);
    let unknown: Vec<_> = seen.unknown.keys().map(String::as_str).collect();
    // All zeros; reserved encodings.
    assert_eq!(unknown, ["c.addi16sp", "c.unimp"]);
}

#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "it takes too long under emulation: a sample is compared"
)]
fn words_agree() {
    compare_words(1);
}

#[test]
#[cfg(not(target_arch = "x86_64"))]
fn one_word_of_20_agrees() {
    compare_words(20);
}

/// Compares one of `sample` words.
fn compare_words(sample: u64) {
    let mut code = Vec::new();
    for opcode in 0..31 {
        let value = opcode << 2 | 0b11;
        // Longer instructions are left out.
        if opcode & 0b111 == 0b111 {
            continue;
        }
        for word in words(0x7f, value, 8_000_u64.div_ceil(sample)) {
            code.push(word.to_le_bytes().to_vec());
        }
        // The groups by their high bits, with a small number as `rs2`.
        for high in 0..128 {
            for word in words(0xffc0_007f, high << 25 | value, 100_u64.div_ceil(sample)) {
                code.push(word.to_le_bytes().to_vec());
            }
        }
    }
    // CSRs: `fflags`, `frm`, `fcsr`; `cycle`, `time`, `instret`.
    for csr in [1, 2, 3, 0xc00, 0xc01, 0xc02] {
        for word in words(0xfff0_007f, csr << 20 | 0x73, 500_u64.div_ceil(sample)) {
            code.push(word.to_le_bytes().to_vec());
        }
    }
    let mut seen = Seen::default();
    for line in disassemble(Arch::Riscv64, "words", &code) {
        check(&mut seen, &line);
    }
    seen.report(Arch::Riscv64, 200_000 / sample as usize);
    for mnemonic in seen.unknown.keys() {
        let is_expected = match mnemonic.split('.').next().unwrap_or_default() {
            // CSRs other than those above.
            "csrrw" | "csrrs" | "csrrc" | "csrrwi" | "csrrsi" | "csrrci" => true,
            // Privileged instructions.
            "sret" | "mret" | "uret" | "dret" | "wfi" | "sfence" | "hfence" => true,
            // Quadruple precision.
            _ => mnemonic.split('.').any(|part| part == "q") || mnemonic.ends_with('q'),
        };
        assert!(is_expected, "{mnemonic} is unknown");
    }
}

/// Returns the register of an operand, with or without brackets.
fn register(operand: &str) -> Registers {
    let name = operand
        .split_once('(')
        .map_or(operand, |(_, base)| base.trim_end_matches(')'));
    names::register(Arch::Riscv64, name)
}

fn expected(line: &Line) -> Flow {
    let operands: Vec<Registers> = line.operands.iter().map(|text| register(text)).collect();
    let operand = |n: usize| operands.get(n).copied().unwrap_or_default();
    let after = |n: usize| {
        operands
            .iter()
            .skip(n)
            .fold(Registers::NONE, |all, &one| all | one)
    };
    let (is_short, name) = match line.mnemonic.strip_prefix("c.") {
        Some(name) => (true, name),
        None => (false, line.mnemonic.as_str()),
    };
    let first = name.split('.').next().unwrap_or_default();
    let compute = |data, computed| Flow {
        data,
        computed,
        ..Flow::NONE
    };
    match first {
        "lb" | "lh" | "lw" | "ld" | "lbu" | "lhu" | "lwu" | "flh" | "flw" | "fld" | "lwsp"
        | "ldsp" | "fldsp" | "lr" => Flow {
            load: true,
            address: after(1),
            loaded: operand(0),
            ..Flow::NONE
        },
        "sb" | "sh" | "sw" | "sd" | "fsh" | "fsw" | "fsd" | "swsp" | "sdsp" | "fsdsp" => Flow {
            store: true,
            address: after(1),
            data: operand(0),
            ..Flow::NONE
        },
        "sc" => Flow {
            store: true,
            address: operand(2),
            data: operand(1),
            status: operand(0),
            ..Flow::NONE
        },
        _ if first.starts_with("amo") => Flow {
            load: true,
            store: true,
            address: operand(2),
            data: operand(1),
            loaded: operand(0),
            ..Flow::NONE
        },
        "beq" | "bne" | "blt" | "bge" | "bltu" | "bgeu" | "beqz" | "bnez" | "jr" => Flow {
            branch: true,
            data: after(0),
            ..Flow::NONE
        },
        "jalr" if is_short => Flow {
            branch: true,
            ..compute(operand(0), Registers::one(1))
        },
        "jalr" => Flow {
            branch: true,
            ..compute(operand(1), operand(0))
        },
        "jal" | "lui" | "auipc" | "li" => compute(Registers::NONE, operand(0)),
        "j" | "nop" | "ebreak" | "fence" | "cbo" | "wrs" | "pause" | "unimp" => Flow::NONE,
        "ecall" => compute((10..=17).collect(), Registers::one(10)),
        "csrrw" | "csrrs" | "csrrc" | "csrrwi" | "csrrsi" | "csrrci" => csr(line),
        // Two operands: the first is also a source.
        "add" | "sub" | "and" | "or" | "xor" | "addw" | "subw" | "addi" | "addiw" | "addi16sp"
        | "slli" | "srli" | "srai" | "slli64" | "srli64" | "srai64" | "andi" | "mul" | "not"
        | "zext" | "sext"
            if is_short =>
        {
            compute(after(0), operand(0))
        }
        _ => compute(after(1), operand(0)),
    }
}

fn csr(line: &Line) -> Flow {
    let [rd, csr, source] = &line.operands[..] else {
        panic!("{}", line.text());
    };
    let is_immediate = line.mnemonic.ends_with('i');
    let is_swap = line.mnemonic.starts_with("csrrw");
    let writes = is_swap || !(source == "x0" || source == "0");
    let rd = register(rd);
    match csr.as_str() {
        "cycle" | "time" | "instret" => Flow {
            computed: rd,
            ..Flow::NONE
        },
        "fflags" | "frm" | "fcsr" => Flow {
            data: match (rd.is_empty(), is_immediate) {
                (false, _) => Registers::ALL,
                (true, true) => FCSR,
                (true, false) => FCSR | register(source),
            },
            computed: if writes { rd | FCSR } else { rd },
            ..Flow::NONE
        },
        other => panic!("{other}"),
    }
}
