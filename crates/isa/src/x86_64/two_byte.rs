//! SDM 2D tables: the opcode maps after 0F, 0F 38 and 0F 3A.

use super::kind::{FULL_FENCE, Kind, PLAIN, read_modify_write, with_immediate, with_modrm};
use super::operands::{Code, Mandatory, ModRm, Prefixes};
use crate::{Effect, Pairs};

/// Decodes the bytes after 0F.
pub(super) fn decode(prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Kind> {
    match code.byte()? {
        0x01 => group_7(prefixes, code),
        // `syscall`, `sysenter`: they order nothing by themselves; the caller handles them
        // separately.
        0x05 | 0x34 => PLAIN,
        // `ud2`, `ud1`: trap.
        0x0b => PLAIN,
        0xb9 => with_modrm(code, 0),
        // `prefetch`, `prefetchw`; group 16: `prefetchnta` …
        0x0d | 0x18 => with_modrm(code, 0),
        // Reserved for hints: `cldemote`, `endbr64`, `rdssp`, `nop`. Not 1A and 1B, where MPX has
        // `bndldx` and `bndstx`.
        0x19 | 0x1c..=0x1f => with_modrm(code, 0),
        // `rdtsc`: not ordered with accesses (SDM 2B).
        0x31 => PLAIN,
        // SSE: moves, arithmetic, comparisons. The non-temporal 2B and E7 count as ordinary
        // stores.
        0x10..=0x17 | 0x28..=0x2f | 0x50..=0x6f | 0x74..=0x76 | 0x7c..=0x7f => with_modrm(code, 0),
        0x70..=0x73 => with_modrm(code, 1),
        // `emms`
        0x77 => PLAIN,
        0x38 => map_38(prefixes, code),
        0x3a => map_3a(code),
        // `cmovcc`
        0x40..=0x4f => with_modrm(code, 0),
        // `jcc`
        0x80..=0x8f => {
            let short = prefixes.immediate_z() == 2 && code.len() == 2;
            with_immediate(code, if short { 2 } else { 4 })
        }
        // `setcc`
        0x90..=0x9f => with_modrm(code, 0),
        // `push` and `pop` of FS and GS
        0xa0 | 0xa1 | 0xa8 | 0xa9 => PLAIN,
        // `cpuid`: SDM 3A 9.3, serializing.
        0xa2 => FULL_FENCE,
        // `bt`; `shld`, `shrd`
        0xa3 | 0xa5 | 0xad => with_modrm(code, 0),
        0xa4 | 0xac => with_modrm(code, 1),
        // `bts`, `btr`, `btc`; `cmpxchg`; `xadd`
        0xab | 0xb3 | 0xbb | 0xb0 | 0xb1 | 0xc0 | 0xc1 => {
            read_modify_write(&ModRm::read(code)?, true)
        }
        0xae => group_15(prefixes, code),
        // `imul`; `movzx`, `movsx`; `bsf`, `bsr`, `tzcnt`, `lzcnt`
        0xaf | 0xb6 | 0xb7 | 0xbe | 0xbf | 0xbc | 0xbd => with_modrm(code, 0),
        // `popcnt`
        0xb8 if prefixes.mandatory() == Mandatory::PF3 => with_modrm(code, 0),
        0xba => group_8(code),
        // `cmpps`, `pinsrw`, `pextrw`, `shufps`
        0xc2 | 0xc4..=0xc6 => with_modrm(code, 1),
        // `movnti`: non-temporal, but counts as an ordinary store.
        0xc3 => with_modrm(code, 0),
        0xc7 => group_9(prefixes, code),
        // `bswap`
        0xc8..=0xcf => PLAIN,
        // SSE and MMX
        0xd0..=0xfe => with_modrm(code, 0),
        _ => None,
    }
}

/// `xgetbv`, `rdtscp`, `rdpkru`, `serialize`. The others are privileged or access descriptors.
fn group_7(prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Kind> {
    if prefixes.mandatory() != Mandatory::None {
        return None;
    }
    match ModRm::read(code)?.byte() {
        // SDM 2B "RDTSCP": waits for earlier loads. x86 keeps loads in order anyway.
        0xd0 | 0xee | 0xf9 => PLAIN,
        // SDM 3A 9.3
        0xe8 => FULL_FENCE,
        _ => None,
    }
}

/// `bt`, `bts`, `btr`, `btc` with an immediate.
fn group_8(code: &mut Code<'_>) -> Option<Kind> {
    let modrm = ModRm::read(code)?;
    code.skip(1)?;
    match modrm.reg() {
        4 => PLAIN,
        5..=7 => read_modify_write(&modrm, true),
        _ => None,
    }
}

/// `cmpxchg8b`, `cmpxchg16b`, `xsavec`; `rdrand`, `rdseed`, `rdpid`.
fn group_9(prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Kind> {
    let modrm = ModRm::read(code)?;
    match (modrm.is_memory(), modrm.reg(), prefixes.mandatory()) {
        (true, 1, _) => read_modify_write(&modrm, true),
        (true, 4, Mandatory::None) => Some(Kind::Other(Effect::UNSEEN_WRITE)),
        (false, 6 | 7, Mandatory::None | Mandatory::P66) | (false, 7, Mandatory::PF3) => PLAIN,
        _ => None,
    }
}

fn group_15(prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Kind> {
    let modrm = ModRm::read(code)?;
    match (modrm.is_memory(), modrm.reg(), prefixes.mandatory()) {
        // `fxsave`, `xsave`, `xsaveopt`: QEMU writes the save area without a callback.
        (true, 0 | 4 | 6, Mandatory::None) => Some(Kind::Other(Effect::UNSEEN_WRITE)),
        // `fxrstor`, `ldmxcsr`, `stmxcsr`, `xrstor`
        (true, 1 | 2 | 3 | 5, Mandatory::None) => PLAIN,
        // `clflush`; `clwb`, `clflushopt`: ordered with some accesses (SDM 3A 9.2.5); a full
        // fence is stronger.
        (true, 7, Mandatory::None) | (true, 6 | 7, Mandatory::P66) => FULL_FENCE,
        // `lfence`: SDM 3A 9.2.5, "reads cannot pass earlier LFENCE", nor can writes, and an
        // LFENCE cannot pass earlier reads.
        (false, 5, Mandatory::None) => Some(Kind::Other(Effect::fence(Pairs::READ_ANY))),
        // `mfence`
        (false, 6, Mandatory::None) => FULL_FENCE,
        // `sfence`: orders stores with stores.
        (false, 7, Mandatory::None) => Some(Kind::Other(Effect::fence(Pairs::WW))),
        // `rdfsbase`, `rdgsbase`, `wrfsbase`, `wrgsbase`
        (false, 0..=3, Mandatory::PF3) => PLAIN,
        _ => None,
    }
}

/// Decodes the bytes after 0F 38.
fn map_38(prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Kind> {
    let known = match code.byte()? {
        // SSSE3
        0x00..=0x0b | 0x1c..=0x1e => true,
        // SSE4.1, SSE4.2
        0x10 | 0x14 | 0x15 | 0x17 | 0x20..=0x25 | 0x28..=0x2b | 0x30..=0x35 | 0x37..=0x41 => true,
        // SHA, GFNI, AES
        0xc8..=0xcd | 0xcf | 0xdb..=0xdf => true,
        // `movbe`, `crc32`
        0xf0 | 0xf1 => true,
        // `adcx`, `adox`. Without a prefix it is `wrss`.
        0xf6 => matches!(prefixes.mandatory(), Mandatory::P66 | Mandatory::PF3),
        // Among the others are `movdiri`, `movdir64b`, `enqcmd`, which are ordered less than a
        // store.
        _ => false,
    };
    if !known {
        return None;
    }
    with_modrm(code, 0)
}

/// Decodes the bytes after 0F 3A.
fn map_3a(code: &mut Code<'_>) -> Option<Kind> {
    match code.byte()? {
        // SSSE3, SSE4.1, SSE4.2, `pclmulqdq`; SHA, GFNI, AES
        0x08..=0x0f | 0x14..=0x17 | 0x20..=0x22 | 0x40..=0x42 | 0x44 | 0x60..=0x63 => {
            with_modrm(code, 1)
        }
        0xcc | 0xce | 0xcf | 0xdf => with_modrm(code, 1),
        _ => None,
    }
}
