//! SDM 2A 2.3: instructions with a VEX prefix (AVX, AVX2, FMA, BMI).
//!
//! None of those that are known orders anything. Non-temporal stores count as ordinary ones.

use super::kind::{Kind, PLAIN, with_immediate, with_modrm};
use super::operands::{Code, ModRm, Prefixes};

/// Decodes the bytes after C4 or C5 (`first`).
pub(super) fn decode(first: u8, prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Kind> {
    if !prefixes.allow_vex() {
        return None;
    }
    let map = if first == 0xc4 {
        code.byte()? & 0b1_1111
    } else {
        1
    };
    // vvvv, L, pp: they select an instruction of the opcode, and none of them orders.
    code.byte()?;
    let opcode = code.byte()?;
    match map {
        1 => map_0f(opcode, code),
        2 if is_known_in_0f38(opcode) => with_modrm(code, 0),
        3 if is_known_in_0f3a(opcode) => with_modrm(code, 1),
        _ => None,
    }
}

fn map_0f(opcode: u8, code: &mut Code<'_>) -> Option<Kind> {
    match opcode {
        // `vzeroupper`, `vzeroall`
        0x77 => with_immediate(code, 0),
        // `vldmxcsr`, `vstmxcsr`
        0xae => {
            let modrm = ModRm::read(code)?;
            if modrm.is_memory() && matches!(modrm.reg(), 2 | 3) {
                PLAIN
            } else {
                None
            }
        }
        0x70..=0x73 | 0xc2 | 0xc4..=0xc6 => with_modrm(code, 1),
        // Not 41 … 4B, 90 … 99: masks of AVX-512.
        0x10..=0x17 | 0x28..=0x2f | 0x50..=0x6f | 0x74..=0x76 | 0x7c..=0x7f | 0xd0..=0xfe => {
            with_modrm(code, 0)
        }
        _ => None,
    }
}

/// Whether the opcode is known in map 0F 38. Not known are 49, 4B, 5C … 5E (AMX), and E0 … EF
/// (`cmpccxadd`, which is atomic).
fn is_known_in_0f38(opcode: u8) -> bool {
    matches!(opcode,
        // The AVX forms of SSE; `vtestps`, `vpermps`, `vbroadcast…`
        0x00..=0x0f | 0x13 | 0x16..=0x1a | 0x1c..=0x1e | 0x20..=0x25
        // More of the same; `vmaskmov…` (2C … 2F)
        | 0x28..=0x41
        // `vpsrlv…`, `vpsrav…`, `vpsllv…`; AVX-VNNI; `vpbroadcast…`
        | 0x45..=0x47 | 0x50..=0x53 | 0x58..=0x5a | 0x78 | 0x79
        // `vpmaskmov…`, gathers
        | 0x8c | 0x8e | 0x90..=0x93
        // FMA
        | 0x96..=0x9f | 0xa6..=0xaf | 0xb6..=0xbf
        // GFNI, AES
        | 0xcf | 0xdb..=0xdf
        // BMI: `andn`, `bls…`, `bzhi`, `pdep`, `pext`, `mulx`, `bextr`, `shlx` …
        | 0xf2 | 0xf3 | 0xf5..=0xf7
    )
}

fn is_known_in_0f3a(opcode: u8) -> bool {
    matches!(opcode,
        // Permutations, blends, roundings; extraction and insertion; `vcvtps2ph`
        0x00..=0x02 | 0x04..=0x06 | 0x08..=0x0f | 0x14..=0x19 | 0x1d | 0x20..=0x22
        // `vinserti128`, `vextracti128`; dot products, `vpclmulqdq`, `vperm2i128`; blends
        | 0x38 | 0x39 | 0x40..=0x42 | 0x44 | 0x46 | 0x4a..=0x4c
        // String comparisons; GFNI, AES; `rorx`
        | 0x60..=0x63 | 0xce | 0xcf | 0xdf | 0xf0
    )
}
