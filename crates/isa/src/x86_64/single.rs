//! Single-copy atomicity of 16 bytes.
//!
//! SDM 3A 9.1.1: on processors with AVX, aligned accesses of 16 bytes by `movapd`, `movaps`,
//! `movdqa` and their VEX.128 forms are atomic. APM volume 2, 7.3.2: so are all naturally aligned
//! single loads and stores of up to 16 bytes. The answers here are those of the APM, which are
//! stronger.

use super::operands::{Code, ModRm, Prefixes};
use crate::Single;

/// Whether the instruction's access is one, if it has 16 bytes.
pub(crate) fn single(bytes: &[u8]) -> Single {
    if super::decode(bytes).unknown {
        return Single::No;
    }
    let mut code = Code::new(bytes);
    let operand = Prefixes::read(&mut code).and_then(|prefixes| match code.byte()? {
        0x0f => two_byte(&prefixes, &mut code),
        opcode @ (0xc4 | 0xc5) => vex(opcode, &mut code),
        _ => None,
    });
    operand.unwrap_or(Single::No)
}

/// Returns `single` if the operand is in memory.
fn in_memory(code: &mut Code<'_>, single: Single) -> Option<Single> {
    ModRm::read(code)?.is_memory().then_some(single)
}

fn two_byte(prefixes: &Prefixes, code: &mut Code<'_>) -> Option<Single> {
    match code.byte()? {
        // `cmpxchg16b`: SDM 2A "CMPXCHG8B/CMPXCHG16B", with `lock`.
        0xc7 if prefixes.rex_w() => {
            let modrm = ModRm::read(code)?;
            match (modrm.is_memory() && modrm.reg() == 1, prefixes.lock) {
                (false, _) => None,
                (true, true) => Some(Single::Always),
                (true, false) => Some(Single::WithFeature),
            }
        }
        0x38 | 0x3a => {
            code.byte()?;
            in_memory(code, Single::WithFeature)
        }
        0x10..=0x17 | 0x28..=0x2f | 0x50..=0x7f | 0xc2 | 0xc4..=0xc6 | 0xd0..=0xfe => {
            in_memory(code, Single::WithFeature)
        }
        _ => None,
    }
}

/// Instructions with a VEX prefix. `first` is C4 or C5.
fn vex(first: u8, code: &mut Code<'_>) -> Option<Single> {
    let (map, last) = if first == 0xc4 {
        (code.byte()? & 0b1_1111, code.byte()?)
    } else {
        (1, code.byte()?)
    };
    let is_256_bits = last & 0b100 != 0;
    let opcode = code.byte()?;
    match (map, opcode) {
        // Moves of 32 bytes. Other instructions with 256 bits may have an operand of 16.
        (1, 0x10 | 0x11 | 0x28 | 0x29 | 0x2b | 0x6f | 0x7f | 0xe7 | 0xf0) if is_256_bits => None,
        // `vmaskmov…`, `vpmaskmov…`, gathers: an access for each element.
        (2, 0x2c..=0x2f | 0x8c | 0x8e | 0x90..=0x93) => None,
        (1..=3, _) => in_memory(code, Single::WithFeature),
        _ => None,
    }
}
