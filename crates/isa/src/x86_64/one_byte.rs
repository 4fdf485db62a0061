//! SDM 2D table A-2: the one-byte opcode map.

use super::kind::{FULL_FENCE, Kind, PLAIN, read_modify_write, with_immediate, with_modrm};
use super::operands::{Code, Mandatory, ModRm, Prefixes};
use crate::Effect;

pub(super) fn decode(opcode: u8, prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Kind> {
    match opcode {
        0x00..=0x3f => arithmetic(opcode, prefixes, code),
        // `push`, `pop`
        0x50..=0x5f => PLAIN,
        // `movsxd`
        0x63 => with_modrm(code, 0),
        // `push`
        0x68 => with_immediate(code, prefixes.immediate_z()),
        0x6a => with_immediate(code, 1),
        // `imul`
        0x69 => with_modrm(code, prefixes.immediate_z()),
        0x6b => with_modrm(code, 1),
        // `jcc`
        0x70..=0x7f => with_immediate(code, 1),
        // Group 1: `add` … `cmp`
        0x80 | 0x83 => group_1(code, 1),
        0x81 => group_1(code, prefixes.immediate_z()),
        // `test`
        0x84 | 0x85 => with_modrm(code, 0),
        // `xchg`
        0x86 | 0x87 => exchange(code),
        // `mov`, `lea`
        0x88..=0x8d => with_modrm(code, 0),
        // Group 1A: `pop`. The others are XOP.
        0x8f => (ModRm::read(code)?.reg() == 0).then_some(Kind::Other(Effect::PLAIN)),
        // F3 90 is `pause`; with REX.B it is `xchg r8, rax`.
        0x90 if prefixes.mandatory() == Mandatory::PF3 && !prefixes.rex_b() => {
            Some(Kind::Other(Effect::SPIN_HINT))
        }
        // `nop`, `xchg` of registers; `cbw`, `cwd`
        0x90..=0x99 => PLAIN,
        // `wait`, `pushf`, `popf`, `sahf`, `lahf`
        0x9b..=0x9f => PLAIN,
        // `mov` with an absolute address
        0xa0..=0xa3 => with_immediate(code, if prefixes.address_size { 4 } else { 8 }),
        // `movs`, `cmps`; `stos`, `lods`, `scas`. The stores of fast strings may be reordered
        // among themselves (SDM 3A 9.2.4), but count as ordinary stores.
        0xa4..=0xa7 | 0xaa..=0xaf => PLAIN,
        // `test`
        0xa8 => with_immediate(code, 1),
        0xa9 => with_immediate(code, prefixes.immediate_z()),
        // `mov`
        0xb0..=0xb7 => with_immediate(code, 1),
        0xb8..=0xbf => with_immediate(code, prefixes.immediate_v()),
        // Group 2: shifts
        0xc0 | 0xc1 => with_modrm(code, 1),
        0xd0..=0xd3 => with_modrm(code, 0),
        // `ret`
        0xc2 => with_immediate(code, 2),
        0xc3 => PLAIN,
        // Group 11: `mov`; C6 F8 is `xabort`, C7 F8 `xbegin`.
        0xc6 => group_11(code, 1),
        0xc7 => group_11(code, prefixes.immediate_z()),
        // `enter`, `leave`
        0xc8 => with_immediate(code, 3),
        0xc9 => PLAIN,
        // `int3`
        0xcc => PLAIN,
        // `int 0x80`: a system call orders nothing by itself; the caller handles it separately.
        0xcd => (code.byte()? == 0x80).then_some(Kind::Other(Effect::PLAIN)),
        // `iret`: SDM 3A 9.3, serializing.
        0xcf => FULL_FENCE,
        // `xlat`
        0xd7 => PLAIN,
        // x87
        0xd8..=0xdf => with_modrm(code, 0),
        // `loop`, `jrcxz`
        0xe0..=0xe3 => with_immediate(code, 1),
        // `call`, `jmp`
        0xe8 | 0xe9 => near_branch(prefixes, code),
        0xeb => with_immediate(code, 1),
        // `cmc`, `clc`, `stc`, `cld`, `std`
        0xf5 | 0xf8 | 0xf9 | 0xfc | 0xfd => PLAIN,
        0xf6 => group_3(code, 1),
        0xf7 => group_3(code, prefixes.immediate_z()),
        0xfe => group_4(code),
        0xff => group_5(code),
        // Invalid in 64-bit mode, EVEX, far, privileged.
        _ => None,
    }
}

/// `add`, `or`, `adc`, `sbb`, `and`, `sub`, `xor`, `cmp`, each in six forms.
fn arithmetic(opcode: u8, prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Kind> {
    const CMP: u8 = 7;
    match opcode & 0b111 {
        // Writes memory or a register.
        0 | 1 => read_modify_write(&ModRm::read(code)?, opcode >> 3 != CMP),
        // Reads memory or a register.
        2 | 3 => with_modrm(code, 0),
        4 => with_immediate(code, 1),
        5 => with_immediate(code, prefixes.immediate_z()),
        _ => None,
    }
}

fn group_1(code: &mut Code<'_>, immediate: usize) -> Option<Kind> {
    const CMP: u8 = 7;
    let modrm = ModRm::read(code)?;
    code.skip(immediate)?;
    read_modify_write(&modrm, modrm.reg() != CMP)
}

/// `test`, `not`, `neg`, `mul`, `imul`, `div`, `idiv`
fn group_3(code: &mut Code<'_>, immediate: usize) -> Option<Kind> {
    let modrm = ModRm::read(code)?;
    if modrm.reg() <= 1 {
        code.skip(immediate)?;
    }
    read_modify_write(&modrm, matches!(modrm.reg(), 2 | 3))
}

/// `inc`, `dec`
fn group_4(code: &mut Code<'_>) -> Option<Kind> {
    let modrm = ModRm::read(code)?;
    match modrm.reg() {
        0 | 1 => read_modify_write(&modrm, true),
        _ => None,
    }
}

/// `inc`, `dec`, `call`, `jmp`, `push`. The far forms (3, 5) are unknown.
fn group_5(code: &mut Code<'_>) -> Option<Kind> {
    let modrm = ModRm::read(code)?;
    match modrm.reg() {
        0 | 1 => read_modify_write(&modrm, true),
        2 | 4 | 6 => PLAIN,
        _ => None,
    }
}

fn group_11(code: &mut Code<'_>, immediate: usize) -> Option<Kind> {
    let modrm = ModRm::read(code)?;
    code.skip(immediate)?;
    (modrm.reg() == 0).then_some(Kind::Other(Effect::PLAIN))
}

/// `call`, `jmp` with a displacement, which has 32 bits in 64-bit mode.
///
/// Whether an operand size prefix makes it 16 bits depends on the maker (SDM 2A "CALL", APM 3
/// "CALL (Near)"), so both lengths are accepted.
fn near_branch(prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Kind> {
    let short = prefixes.immediate_z() == 2 && code.len() == 2;
    with_immediate(code, if short { 2 } else { 4 })
}

/// `xchg`. If it accesses memory, it is locked with and without the prefix (SDM 3A 9.1.2.1).
fn exchange(code: &mut Code<'_>) -> Option<Kind> {
    if ModRm::read(code)?.is_memory() {
        Some(Kind::Exchange)
    } else {
        PLAIN
    }
}
