//! Flow of C4.1 "Branches, Exception Generating and System instructions".

use super::operands::{RN, RT, x, x_or_sp};
use super::shapes::compute;
use crate::aarch64::registers::{self, FPCR, FPSR, NZCV, PSTATE, SP, TPIDR_EL0, TPIDR2_EL0};
use crate::aarch64::system::key;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// The link register.
const LR: Registers = registers::x(30);

/// Returns the flow of `word`, whose effect is known.
pub(super) fn flow(word: u32) -> Option<Flow> {
    match field(word, 31, 25) {
        // `b`
        0b000_1010 | 0b000_1011 => Some(Flow::NONE),
        // `bl`
        0b100_1010 | 0b100_1011 => Some(compute(LR, Registers::NONE)),
        // `cbz`, `cbnz`, `tbz`, `tbnz`
        0b001_1010 | 0b001_1011 | 0b101_1010 | 0b101_1011 => Some(branch(x(word, RT))),
        // `b.cond`, `bc.cond`
        0b010_1010 => Some(branch(NZCV)),
        // "Unconditional branch (register)"
        0b110_1011 => branch_register(word),
        0b110_1010 if !bit(word, 24) => exception(word),
        0b110_1010 => system(word),
        _ => None,
    }
}

const fn branch(data: Registers) -> Flow {
    Flow {
        branch: true,
        data,
        ..Flow::NONE
    }
}

/// "Exception generation": `svc`, `brk`. Linux takes the number of a call in x8, the arguments in x0
/// to x5, and returns the result in x0 (arch/arm64/kernel/syscall.c). `rt_sigreturn` writes all
/// registers; the caller, which knows the number, handles it.
fn exception(word: u32) -> Option<Flow> {
    let arguments = (0..6)
        .map(registers::x)
        .fold(registers::x(8), Registers::union);
    match field(word, 23, 21) {
        0b000 if field(word, 4, 0) == 0b00001 => Some(compute(registers::x(0), arguments)),
        0b001 => Some(Flow::NONE),
        _ => None,
    }
}

/// "Unconditional branch (register)". The authenticated forms take a modifier: zero, the register
/// in bits 4..0, or SP (`retaa`, which has no register field).
fn branch_register(word: u32) -> Option<Flow> {
    let authenticated = match field(word, 15, 10) {
        0b000000 => false,
        0b000010 | 0b000011 => true,
        _ => return None,
    };
    let target = x(word, RN);
    match (field(word, 24, 21), authenticated) {
        // `br`, `braaz`; `ret`
        (0b0000, _) | (0b0010, false) => Some(branch(target)),
        // `blr`, `blraaz`
        (0b0001, _) => Some(linked(branch(target))),
        // `retaa`
        (0b0010, true) => Some(branch(LR | SP)),
        // `braa`
        (0b1000, true) => Some(branch(target | x_or_sp(word, 0))),
        // `blraa`
        (0b1001, true) => Some(linked(branch(target | x_or_sp(word, 0)))),
        _ => None,
    }
}

/// Returns `branch`, which also writes the address after it to X30.
const fn linked(branch: Flow) -> Flow {
    Flow {
        second: LR,
        ..branch
    }
}

fn system(word: u32) -> Option<Flow> {
    let read = bit(word, 21);
    match field(word, 20, 19) {
        0b00 => match (field(word, 18, 16), field(word, 15, 12)) {
            (0b011, 0b0010) => Some(hint(field(word, 11, 5))),
            (0b011, 0b0011) => Some(Flow {
                // B2.3 "Context synchronization": `isb`.
                context_sync: field(word, 7, 5) == 0b110,
                ..Flow::NONE
            }),
            // "PSTATE": `cfinv`, `xaflag`, `axflag`.
            (0b000, 0b0100) => Some(compute(NZCV, NZCV)),
            // `msr SSBS, #imm`, `msr DIT, #imm`
            (0b011, 0b0100) => Some(compute(PSTATE, PSTATE)),
            _ => None,
        },
        0b01 => Some(cache_maintenance(word)),
        _ if read => system_register_read(word),
        _ => system_register_write(word),
    }
}

/// "Hints", by CRm:op2. Without pointer authentication in the CPU, they do nothing.
fn hint(number: u32) -> Flow {
    const MODIFIER: Registers = registers::x(16);
    const POINTER: Registers = registers::x(17);
    match number {
        // `pacia1716`, `pacib1716`, `autia1716`, `autib1716`
        8 | 10 | 12 | 14 => compute(POINTER, POINTER.union(MODIFIER)),
        // `xpaclri`; `paciaz`, `pacibz`, `autiaz`, `autibz`
        7 | 24 | 26 | 28 | 30 => compute(LR, LR),
        // `paciasp`, `pacibsp`, `autiasp`, `autibsp`
        25 | 27 | 29 | 31 => compute(LR, LR.union(SP)),
        _ => Flow::NONE,
    }
}

/// "System instructions" that maintain the cache line of an address. `dc zva`, `dc gva` and
/// `dc gzva` (CRm 0100) write a block.
fn cache_maintenance(word: u32) -> Flow {
    let writes = field(word, 11, 8) == 0b0100;
    Flow {
        store: writes,
        several: writes,
        address: x(word, RT),
        ..Flow::NONE
    }
}

/// `mrs` of a register that [`decode`](crate::decode) knows.
fn system_register_read(word: u32) -> Option<Flow> {
    let target = x(word, RT);
    Some(match field(word, 20, 5) {
        key::NZCV => compute(target, NZCV),
        key::FPCR => compute(target, FPCR),
        key::FPSR => compute(target, FPSR),
        key::DIT | key::SSBS => compute(target, PSTATE),
        key::TPIDR_EL0 => compute(target, TPIDR_EL0),
        key::TPIDR2_EL0 => compute(target, TPIDR2_EL0),
        // They set the flags by their success.
        key::RNDR | key::RNDRRS => compute(target | NZCV, Registers::NONE),
        // Identification registers and counters: no instruction of the thread writes them.
        _ => compute(target, Registers::NONE),
    })
}

/// `msr` of a register that [`decode`](crate::decode) knows.
fn system_register_write(word: u32) -> Option<Flow> {
    let data = x(word, RT);
    Some(match field(word, 20, 5) {
        key::NZCV => compute(NZCV, data),
        key::FPCR => compute(FPCR, data),
        key::FPSR => compute(FPSR, data),
        key::DIT | key::SSBS => compute(PSTATE, data | PSTATE),
        key::TPIDR_EL0 => compute(TPIDR_EL0, data),
        key::TPIDR2_EL0 => compute(TPIDR2_EL0, data),
        _ => return None,
    })
}
