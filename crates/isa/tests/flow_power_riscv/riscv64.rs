//! Tests RISC-V: the expected flow by mnemonic.

use isa::{Arch, Flow, Registers};

use crate::names;
use crate::objdump::{Line, disassemble, libraries};
use crate::sweep::{Expected, Seen, words};

const FRM: Registers = Registers::one(32);
const FFLAGS: Registers = Registers::one(33);

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
        // "The instruction does not carry a dependency": the link depends on nothing.
        "jalr" if is_short => Flow {
            branch: true,
            data: operand(0),
            second: Registers::one(1),
            ..Flow::NONE
        },
        "jalr" => Flow {
            branch: true,
            data: operand(1),
            second: operand(0),
            ..Flow::NONE
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
        _ => {
            let rounding = u16::from_le_bytes([line.bytes[0], line.bytes[1]]) >> 12 & 0b111;
            let status = status(name);
            Flow {
                data: if status.rounds && rounding == 0b111 {
                    after(1) | FRM
                } else {
                    after(1)
                },
                accumulated: if status.flags {
                    FFLAGS
                } else {
                    Registers::NONE
                },
                ..compute(Registers::NONE, operand(0))
            }
        }
    }
}

/// What the tables of "Source and Destination Register Listings" say of an instruction besides its
/// operands.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Status {
    /// `frm` is a source "if rm=111".
    rounds: bool,
    /// It has accumulating CSRs.
    flags: bool,
}

/// The rows of "RV32F", "RV64F", "RV32D" and "RV64D": the instructions, then whether `frm` is a
/// source, and whether there are accumulating CSRs.
const LISTED: [(&str, bool, bool); 11] = [
    (
        "fmadd.s fmsub.s fnmsub.s fnmadd.s fadd.s fsub.s fmul.s fdiv.s fsqrt.s",
        true,
        true,
    ),
    (
        "fsgnj.s fsgnjn.s fsgnjx.s fmv.x.w fclass.s fmv.w.x",
        false,
        false,
    ),
    ("fmin.s fmax.s feq.s flt.s fle.s", false, true),
    ("fcvt.w.s fcvt.wu.s fcvt.s.w fcvt.s.wu", true, true),
    ("fcvt.l.s fcvt.lu.s fcvt.s.l fcvt.s.lu", true, true),
    (
        "fmadd.d fmsub.d fnmsub.d fnmadd.d fadd.d fsub.d fmul.d fdiv.d fsqrt.d",
        true,
        true,
    ),
    (
        "fsgnj.d fsgnjn.d fsgnjx.d fclass.d fcvt.d.w fcvt.d.wu",
        false,
        false,
    ),
    ("fmin.d fmax.d feq.d flt.d fle.d fcvt.d.s", false, true),
    ("fcvt.s.d fcvt.w.d fcvt.wu.d", true, true),
    ("fcvt.l.d fcvt.lu.d fcvt.d.l fcvt.d.lu", true, true),
    ("fmv.x.d fmv.d.x", false, false),
];

/// The extensions after "D" have no rows. Their instructions are like those of "F" with the same
/// name; those that widen count as rounding.
const NOT_LISTED: [(&str, bool, bool); 5] = [
    (
        "fmadd.h fmsub.h fnmsub.h fnmadd.h fadd.h fsub.h fmul.h fdiv.h fsqrt.h",
        true,
        true,
    ),
    (
        "fsgnj.h fsgnjn.h fsgnjx.h fmv.x.h fclass.h fmv.h.x",
        false,
        false,
    ),
    ("fmin.h fmax.h feq.h flt.h fle.h", false, true),
    (
        "fcvt.w.h fcvt.wu.h fcvt.h.w fcvt.h.wu fcvt.l.h fcvt.lu.h fcvt.h.l fcvt.h.lu",
        true,
        true,
    ),
    ("fcvt.s.h fcvt.h.s fcvt.d.h fcvt.h.d", true, true),
];

fn status(name: &str) -> Status {
    let row = LISTED
        .iter()
        .chain(&NOT_LISTED)
        .find(|(names, _, _)| names.split(' ').any(|one| one == name));
    match row {
        Some(&(_, rounds, flags)) => Status { rounds, flags },
        None => {
            assert!(!name.starts_with('f'), "{name} is in no table");
            Status {
                rounds: false,
                flags: false,
            }
        }
    }
}

/// Each floating-point instruction with each rounding mode, by all fields that select one.
#[test]
fn every_float_agrees_with_the_listings() {
    let mut code = Vec::new();
    let operands = 11 << 7 | 12 << 15;
    for rounding in 0..8_u32 {
        for high in 0..128_u32 {
            for rs2 in 0..32_u32 {
                let word = high << 25 | rs2 << 20 | rounding << 12 | operands | 0x53;
                code.push(word.to_le_bytes().to_vec());
            }
            for opcode in [0x43, 0x47, 0x4b, 0x4f] {
                let word = high << 25 | 3 << 20 | rounding << 12 | operands | opcode;
                code.push(word.to_le_bytes().to_vec());
            }
        }
    }
    let mut seen = Seen::default();
    let mut names = std::collections::BTreeSet::new();
    for line in disassemble(Arch::Riscv64, "float", &code) {
        names.insert(line.mnemonic.clone());
        check(&mut seen, &line);
    }
    seen.report(Arch::Riscv64, 5_000);
    for (listed, _, _) in LISTED.iter().chain(&NOT_LISTED) {
        for name in listed.split(' ') {
            assert!(names.contains(name), "{name} was not compared");
        }
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
        // `rd` receives the old value; "carries a dependency from rs1 to csr and from csr to rd".
        name @ ("fflags" | "frm" | "fcsr") => {
            let register = match name {
                "fflags" => FFLAGS,
                "frm" => FRM,
                _ => FFLAGS | FRM,
            };
            let mut flow = Flow {
                second: rd,
                ..Flow::NONE
            };
            if !rd.is_empty() {
                flow.second_data = register;
            }
            // A value that sets or clears bits keeps the others.
            if !is_swap {
                flow.data |= register;
            }
            if !is_immediate {
                flow.data |= self::register(source);
            }
            if writes {
                flow.computed = register;
            }
            flow
        }
        other => panic!("{other}"),
    }
}
