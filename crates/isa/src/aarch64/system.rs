//! Effect of branches, exceptions, barriers, hints and system registers: C4.1 "Branches,
//! Exception Generating and System instructions".

use super::registers::ZR;
use crate::bits::{bit, field};
use crate::{Effect, Pairs};

pub(super) fn decode(word: u32) -> Effect {
    // `b`, `bl`
    if field(word, 30, 26) == 0b00101
        // `cbz`, `cbnz`
        || field(word, 30, 25) == 0b01_1010
        // `tbz`, `tbnz`
        || field(word, 30, 25) == 0b01_1011
        // `b.cond`, `bc.cond`
        || field(word, 31, 24) == 0b0101_0100
    {
        return Effect::PLAIN;
    }
    if field(word, 31, 24) == 0b1101_0100 {
        return exception(word);
    }
    if field(word, 31, 22) == 0b11_0101_0100 {
        return system(word);
    }
    if field(word, 31, 25) == 0b110_1011 {
        return branch_register(word);
    }
    Effect::UNKNOWN
}

/// "Exception generation". A system call orders nothing by itself; the caller handles it
/// separately.
fn exception(word: u32) -> Effect {
    let svc = field(word, 23, 21) == 0b000 && field(word, 4, 0) == 0b00001;
    let brk = field(word, 23, 21) == 0b001 && field(word, 4, 0) == 0b00000;
    // Not `hlt`, which is semihosting under QEMU, nor `hvc`, `smc`, `dcps`, which are privileged.
    Effect::plain_if(svc || brk)
}

/// "Unconditional branch (register)": `br`, `blr`, `ret` and their authenticated forms.
fn branch_register(word: u32) -> Effect {
    let op2_is_ones = field(word, 20, 16) == 0b11111;
    // Not `eret` (0100) and `drps` (0101), which are privileged.
    let known = matches!(field(word, 24, 21), 0b0000..=0b0010 | 0b1000 | 0b1001);
    Effect::plain_if(op2_is_ones && known)
}

fn system(word: u32) -> Effect {
    let read = bit(word, 21);
    let (op1, crn) = (field(word, 18, 16), field(word, 15, 12));
    let no_register = field(word, 4, 0) == ZR;
    match field(word, 20, 19) {
        0b00 if read || !no_register => Effect::UNKNOWN,
        0b00 => match (op1, crn) {
            (0b011, 0b0010) => hint(field(word, 11, 5)),
            (0b011, 0b0011) => barrier(word),
            (_, 0b0100) => pstate(word),
            _ => Effect::UNKNOWN,
        },
        0b01 if read => Effect::UNKNOWN,
        0b01 => cache_maintenance(word),
        _ => system_register(word, read),
    }
}

/// "Hints", by CRm:op2.
fn hint(number: u32) -> Effect {
    match number {
        // `yield`, `wfe`, `wfi`
        1..=3 => Effect::SPIN_HINT,
        // `nop`, `sev`, `sevl`, `dgh`, `xpaclri`, `pacia1716` … `autib1716`
        0 | 4..=7 | 8 | 10 | 12 | 14 => Effect::PLAIN,
        // `csdb`, `clrbhb`, `paciaz` … `autibsp`, `bti`. `csdb` limits the use of predicted data;
        // B2.3 has no rule of order for it.
        20 | 22 | 24..=31 | 32 | 34 | 36 | 38 => Effect::PLAIN,
        // `esb`, `psb csync`, `tsb csync`, `gcsb dsync` synchronise more than memory.
        16..=19 => Effect::fence(Pairs::ALL),
        _ => Effect::UNKNOWN,
    }
}

/// "Barriers", by op2, and by CRm, which has the shareability domain and the types of access.
fn barrier(word: u32) -> Effect {
    let crm = field(word, 11, 8);
    match field(word, 7, 5) {
        // `clrex` clears the reservation and orders nothing.
        0b010 => Effect::PLAIN,
        // C6.2 DSB: waits until all earlier accesses of its types are complete, and no later
        // instruction executes before that. `dsb ld` waits for loads only: all pairs is stronger
        // for an earlier store. CRm 0000 and 0100 are `ssbb` and `pssbb`.
        0b100 => Effect::fence(Pairs::ALL),
        // `dsb nXS`
        0b001 if crm & 0b0011 == 0b0010 => Effect::fence(Pairs::ALL),
        0b101 => Effect::fence(dmb(crm)),
        // C6.2 ISB, B2.3 "Context synchronization": orders no accesses by itself. Rust and C++
        // libraries emit it in place of `yield`.
        0b110 => Effect::SPIN_HINT,
        // `sb`: no later instruction is executed speculatively.
        0b111 if crm == 0 => Effect::fence(Pairs::ALL),
        _ => Effect::UNKNOWN,
    }
}

/// B2.3 "Data Memory Barrier": the pairs that `dmb` orders, by the low bits of CRm.
///
/// The high bits, the shareability domain, do not matter: a process's memory is inner shareable,
/// and a barrier for a wider domain is stronger than one for a narrower domain.
const fn dmb(crm: u32) -> Pairs {
    match crm & 0b0011 {
        // LD: earlier reads with all later accesses.
        0b01 => Pairs::READ_ANY,
        // ST: earlier writes with later writes.
        0b10 => Pairs::WW,
        // 11: everything. 00: reserved, "execute as a full system barrier operation" (C6.2 DMB).
        _ => Pairs::ALL,
    }
}

/// "PSTATE": `cfinv`, `xaflag`, `axflag`; `msr SSBS, #imm`, `msr DIT, #imm`.
fn pstate(word: u32) -> Effect {
    let flags = field(word, 18, 16) == 0b000 && field(word, 7, 5) <= 0b010;
    let ssbs_or_dit = field(word, 18, 16) == 0b011 && matches!(field(word, 7, 5), 0b001 | 0b010);
    Effect::plain_if(flags || ssbs_or_dit)
}

/// C5.3 "System instructions": the cache maintenance that user code may execute.
fn cache_maintenance(word: u32) -> Effect {
    let user = field(word, 18, 16) == 0b011 && field(word, 15, 12) == 0b0111;
    match (field(word, 11, 8), field(word, 7, 5)) {
        _ if !user => Effect::UNKNOWN,
        // `dc zva` zeroes a block; `dc gva` sets its tags; `dc gzva` does both.
        (0b0100, 0b001 | 0b011 | 0b100) => Effect::UNSEEN_WRITE,
        // `ic ivau`; `dc cvac`, `cvau`, `cvap`, `cvadp`, `civac`: D7.5 has separate ordering
        // rules for them; a full fence is stronger.
        (0b0101 | 0b1010 | 0b1011 | 0b1100 | 0b1101 | 0b1110, 0b001) => Effect::fence(Pairs::ALL),
        _ => Effect::UNKNOWN,
    }
}

/// System registers by bits 20..5 of `mrs` and `msr`: op0:op1:CRn:CRm:op2.
pub(super) mod key {
    const fn key(op0: u32, op1: u32, crn: u32, crm: u32, op2: u32) -> u32 {
        op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2
    }
    pub const NZCV: u32 = key(3, 3, 4, 2, 0);
    pub const DIT: u32 = key(3, 3, 4, 2, 5);
    pub const SSBS: u32 = key(3, 3, 4, 2, 6);
    pub const FPCR: u32 = key(3, 3, 4, 4, 0);
    pub const FPSR: u32 = key(3, 3, 4, 4, 1);
    pub const TPIDR_EL0: u32 = key(3, 3, 13, 0, 2);
    pub const TPIDR2_EL0: u32 = key(3, 3, 13, 0, 5);
    // Read only.
    pub const TPIDRRO_EL0: u32 = key(3, 3, 13, 0, 3);
    pub const CTR_EL0: u32 = key(3, 3, 0, 0, 1);
    pub const DCZID_EL0: u32 = key(3, 3, 0, 0, 7);
    pub const RNDR: u32 = key(3, 3, 2, 4, 0);
    pub const RNDRRS: u32 = key(3, 3, 2, 4, 1);
    pub const CNTFRQ_EL0: u32 = key(3, 3, 14, 0, 0);
    pub const CNTPCT_EL0: u32 = key(3, 3, 14, 0, 1);
    pub const CNTVCT_EL0: u32 = key(3, 3, 14, 0, 2);
    // op0 = 3, op1 = 0, CRn = 0: the identification registers (`MIDR_EL1`, `ID_AA64*_EL1`).
    pub const ID_FIRST: u32 = key(3, 0, 0, 0, 0);
    pub const ID_LAST: u32 = key(3, 0, 0, 7, 7);
}

/// "System register move": `mrs` (if `read`) and `msr`, of registers without a side effect on
/// memory.
fn system_register(word: u32, read: bool) -> Effect {
    let known = match field(word, 20, 5) {
        key::NZCV | key::DIT | key::SSBS | key::FPCR | key::FPSR => true,
        key::TPIDR_EL0 | key::TPIDR2_EL0 => true,
        key::TPIDRRO_EL0 | key::CTR_EL0 | key::DCZID_EL0 | key::RNDR | key::RNDRRS => read,
        key::CNTFRQ_EL0 | key::CNTPCT_EL0 | key::CNTVCT_EL0 => read,
        key::ID_FIRST..=key::ID_LAST => read,
        _ => false,
    };
    Effect::plain_if(known)
}
