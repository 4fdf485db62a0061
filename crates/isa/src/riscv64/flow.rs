//! Register flow of RISC-V.
//!
//! Register numbers: 1 to 31 are x1 to x31 (x0 is always zero and has no number), 32 is `frm`, 33
//! is `fflags`, and `fcsr` is both; 64 to 95 are f0 to f31.
//!
//! Dependencies are syntactic, as RVWMO defines them ("Syntactic dependencies"): a result depends
//! on every source register, whatever the operation does with it. "Source and Destination Register
//! Listings" has the registers of each instruction, with `frm` and the flags of `fflags`, which are
//! "accumulating CSRs". It has no rows for the extensions after "D": their instructions count like
//! those of "F".
//!
//! `fflags` is one register here, where "CSR Dependency Tracking Granularity" has five.

mod compressed;
mod operands;
mod shapes;

use self::operands::{f, x};
use self::shapes::{branch, compute, load, store};
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// The rounding mode.
const FRM: Registers = Registers::one(32);
/// The sticky flags.
const FFLAGS: Registers = Registers::one(33);

pub(crate) fn flow(bytes: &[u8]) -> Flow {
    if super::decode(bytes).unknown {
        return Flow::UNKNOWN;
    }
    // `decode` has checked the length.
    match *bytes {
        [a, b] => compressed::flow(u16::from_le_bytes([a, b])),
        [a, b, c, d] => uncompressed(u32::from_le_bytes([a, b, c, d])),
        _ => Flow::UNKNOWN,
    }
}

/// "RV32/64G Instruction Set Listings": the map of major opcodes, by bits 6..2.
fn uncompressed(word: u32) -> Flow {
    let (rd, rs1, rs2) = (field(word, 11, 7), field(word, 19, 15), field(word, 24, 20));
    match field(word, 6, 2) {
        // LOAD, LOAD-FP
        0b00_000 => load(x(rs1), x(rd)),
        0b00_001 => load(x(rs1), f(rd)),
        0b00_011 => misc_mem(word),
        // OP-IMM, OP-IMM-32
        0b00_100 | 0b00_110 => compute(x(rs1), x(rd)),
        // AUIPC, LUI; JAL
        0b00_101 | 0b01_101 | 0b11_011 => compute(Registers::NONE, x(rd)),
        // STORE, STORE-FP
        0b01_000 => store(x(rs1), x(rs2)),
        0b01_001 => store(x(rs1), f(rs2)),
        0b01_011 => amo(word),
        // OP, OP-32
        0b01_100 | 0b01_110 if has_two_sources(field(word, 31, 25)) => {
            compute(x(rs1) | x(rs2), x(rd))
        }
        // MADD, MSUB, NMSUB, NMADD
        0b10_000..=0b10_011 => {
            let sources = f(rs1) | f(rs2) | f(field(word, 31, 27));
            known_format(word, rounding(word, compute(sources, f(rd))))
        }
        0b10_100 => known_format(word, op_fp(word)),
        // BRANCH; JALR
        0b11_000 => branch(x(rs1) | x(rs2), Registers::NONE),
        0b11_001 => branch(x(rs1), x(rd)),
        0b11_100 => system(word),
        _ => Flow::UNKNOWN,
    }
}

/// OP and OP-32: whether all instructions with this `funct7` read `rs1` and `rs2` only (`add` …;
/// "M"; "Zba", "Zbb", "Zbc", "Zbs", "Zbkb"; "Zicond").
///
/// The others are reserved, or in extensions in which some instructions read `rd` too.
fn has_two_sources(funct7: u32) -> bool {
    matches!(
        funct7,
        0x00 | 0x20 | 0x01 | 0x04 | 0x05 | 0x07 | 0x10 | 0x14 | 0x24 | 0x30 | 0x34
    )
}

/// Returns `flow`, or unknown for quadruple precision, which QEMU does not emulate.
fn known_format(word: u32, flow: Flow) -> Flow {
    if field(word, 26, 25) == 0b11 {
        Flow::UNKNOWN
    } else {
        flow
    }
}

/// "F", "D", "Zfh", "Zfa": OP-FP by funct5.
fn op_fp(word: u32) -> Flow {
    let (rd, rs1, rs2) = (field(word, 11, 7), field(word, 19, 15), field(word, 24, 20));
    let is_double = field(word, 26, 25) == 0b01;
    match (field(word, 31, 27), rs2) {
        // `fadd`, `fsub`, `fmul`, `fdiv`
        (0b00000..=0b00011, _) => rounding(word, compute(f(rs1) | f(rs2), f(rd))),
        // `fsgnj`, `fsgnjn`, `fsgnjx`
        (0b00100, _) => compute(f(rs1) | f(rs2), f(rd)),
        // `fmin`, `fmax`, `fminm`, `fmaxm`
        (0b00101, _) => flagging(compute(f(rs1) | f(rs2), f(rd))),
        // `fsqrt`
        (0b01011, _) => rounding(word, compute(f(rs1), f(rd))),
        // `fcvt.d.s` is exact.
        (0b01000, 0) if is_double => flagging(compute(f(rs1), f(rd))),
        // `fcvt` between other formats, `fround`, `froundnx`
        (0b01000, _) => rounding(word, compute(f(rs1), f(rd))),
        // `feq`, `flt`, `fle`, `fltq`, `fleq`
        (0b10100, _) => flagging(compute(f(rs1) | f(rs2), x(rd))),
        // `fcvt` to an integer, `fcvtmod.w.d`
        (0b11000, _) => rounding(word, compute(f(rs1), x(rd))),
        // `fmv.x.w`, `fclass`
        (0b11100, 0) => compute(f(rs1), x(rd)),
        // `fcvt.d.w`, `fcvt.d.wu` are exact.
        (0b11010, 0 | 1) if is_double => compute(x(rs1), f(rd)),
        // `fcvt` from other integers
        (0b11010, _) => rounding(word, compute(x(rs1), f(rd))),
        // `fmv.w.x`
        (0b11110, 0) => compute(x(rs1), f(rd)),
        // `fli`: `rs1` is a constant.
        (0b11110, 1) => compute(Registers::NONE, f(rd)),
        _ => Flow::UNKNOWN,
    }
}

/// Returns `flow`, which may also set flags.
fn flagging(flow: Flow) -> Flow {
    Flow {
        accumulated: FFLAGS,
        ..flow
    }
}

/// Returns `flow`, which rounds, by `frm` if `rm` says so, and may set flags.
fn rounding(word: u32, flow: Flow) -> Flow {
    const DYNAMIC: u32 = 0b111;
    let mode = if field(word, 14, 12) == DYNAMIC {
        FRM
    } else {
        Registers::NONE
    };
    flagging(Flow {
        data: flow.data | mode,
        ..flow
    })
}

fn misc_mem(word: u32) -> Flow {
    match (field(word, 14, 12), field(word, 31, 20)) {
        // `fence`, `fence.i`
        (0b000 | 0b001, _) => Flow::NONE,
        // `cbo.clean`, `cbo.flush`
        (0b010, 1 | 2) => Flow::NONE,
        // `cbo.zero`
        (0b010, 4) => Flow {
            several: true,
            ..store(x(field(word, 19, 15)), Registers::NONE)
        },
        // `cbo.inval`
        _ => Flow::UNKNOWN,
    }
}

/// "A" extension; "Zabha", "Zacas".
fn amo(word: u32) -> Flow {
    let (rd, rs1, rs2) = (field(word, 11, 7), field(word, 19, 15), field(word, 24, 20));
    let read_modify_write = Flow {
        store: true,
        data: x(rs2),
        ..load(x(rs1), x(rd))
    };
    let is_quad = field(word, 14, 12) == 0b100;
    match field(word, 31, 27) {
        // `lr`, `sc`
        0b00010 => load(x(rs1), x(rd)),
        0b00011 => Flow {
            status: x(rd),
            ..store(x(rs1), x(rs2))
        },
        // "Zacas": `amocas` compares with `rd`. `amocas.q` takes register pairs; that of x0 is
        // zero.
        0b00101 if is_quad && (bit(rd, 0) || bit(rs2, 0)) => Flow::UNKNOWN,
        0b00101 if is_quad => Flow {
            several: true,
            data: pair(rd) | pair(rs2),
            loaded: pair(rd),
            ..read_modify_write
        },
        0b00101 => Flow {
            data: x(rd) | x(rs2),
            ..read_modify_write
        },
        _ => read_modify_write,
    }
}

/// Returns the register pair that begins with the even register `number`.
fn pair(number: u32) -> Registers {
    if number == 0 {
        Registers::NONE
    } else {
        x(number) | x(number + 1)
    }
}

fn system(word: u32) -> Flow {
    const ECALL: u32 = 0x0000_0073;
    let (rd, rs1) = (field(word, 11, 7), field(word, 19, 15));
    let (csr, is_immediate) = (field(word, 31, 20), bit(word, 14));
    if field(word, 14, 12) == 0 {
        return match word {
            // Linux: the number is in a7, the arguments in a0 to a5, the result in a0.
            ECALL => compute((10..=17).collect(), x(10)),
            // `ebreak`, `wrs.nto`, `wrs.sto`
            _ => Flow::NONE,
        };
    }
    // `cycle`, `time`, `instret`
    if csr >= 0xc00 {
        return compute(Registers::NONE, x(rd));
    }
    let register = match csr {
        1 => FFLAGS,
        2 => FRM,
        // `fcsr`
        _ => FFLAGS | FRM,
    };
    // "Zicsr": `rd` receives the old value of the CSR, which depends on nothing else.
    let is_swap = field(word, 13, 12) == 0b01;
    let new = if is_immediate {
        Registers::NONE
    } else {
        x(rs1)
    };
    let kept = if is_swap { Registers::NONE } else { register };
    let written = if is_swap || rs1 != 0 {
        register
    } else {
        Registers::NONE
    };
    Flow {
        second: x(rd),
        second_data: if rd == 0 { Registers::NONE } else { register },
        ..compute(new | kept, written)
    }
}
