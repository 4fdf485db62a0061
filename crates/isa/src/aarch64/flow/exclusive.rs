//! Flow of C4.1 "Load/store exclusive register", "… pair", "Load/store ordered", "Compare and
//! swap", "… pair".

use super::operands::{RN, RS, RT, RT2, x, x_or_sp};
use super::shapes::transfer;
use crate::aarch64::registers;
use crate::bits::{bit, field};
use crate::{Compare, Flow, Registers};

/// Words with bits 29..24 = 001000.
pub(super) fn flow(word: u32) -> Option<Flow> {
    match (bit(word, 23), bit(word, 21)) {
        (false, false) => Some(exclusive(word, x(word, RT))),
        (false, true) if bit(word, 31) => Some(Flow {
            several: true,
            ..exclusive(word, x(word, RT) | x(word, RT2))
        }),
        // `casp`
        (false, true) => {
            let (expected, new) = (even_pair(word, RS)?, even_pair(word, RT)?);
            Some(Flow {
                several: true,
                ..compare_and_swap(word, expected, new, 8 << field(word, 30, 30))
            })
        }
        // `ldar`, `ldlar`, `stlr`, `stllr`
        (true, false) => Some(transfer(bit(word, 22), x_or_sp(word, RN), x(word, RT))),
        // `cas`
        (true, true) => {
            let size = 1 << field(word, 31, 30);
            Some(compare_and_swap(word, x(word, RS), x(word, RT), size))
        }
    }
}

fn exclusive(word: u32, registers: Registers) -> Flow {
    let load = bit(word, 22);
    let status = if load { Registers::NONE } else { x(word, RS) };
    Flow {
        status,
        ..transfer(load, x_or_sp(word, RN), registers)
    }
}

/// Stores `new` if memory holds `expected`, so the store depends on both.
fn compare_and_swap(word: u32, expected: Registers, new: Registers, size: u8) -> Flow {
    Flow {
        store: true,
        compare: Some(Compare {
            registers: expected,
            pair: !bit(word, 23),
            size,
        }),
        data: expected | new,
        ..transfer(true, x_or_sp(word, RN), expected)
    }
}

/// Returns the register in the five bits from `low`, which must be even, and the next one.
fn even_pair(word: u32, low: u32) -> Option<Registers> {
    let first = field(word, low + 4, low) as u8;
    first
        .is_multiple_of(2)
        .then(|| registers::x(first) | registers::x(first + 1))
}
