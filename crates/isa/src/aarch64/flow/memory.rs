//! Flow of C4.1 "Loads and Stores", for words whose effect is known.

use super::operands::{RM, RN, RS, RT, RT2, v, x, x_or_sp};
use super::shapes::transfer;
use super::{exclusive, structures};
use crate::bits::{bit, field};
use crate::{Flow, Registers};

pub(super) fn flow(word: u32) -> Option<Flow> {
    let simd = bit(word, 26);
    match (field(word, 29, 28), bit(word, 24)) {
        (0b00, _) if simd => structures::flow(word),
        (0b00, false) => exclusive::flow(word),
        (0b01, false) => Some(literal(word)),
        // "LDAPR/STLR (unscaled immediate)"
        (0b01, true) => Some(transfer(
            field(word, 23, 22) != 0b00,
            x_or_sp(word, RN),
            x(word, RT),
        )),
        (0b10, _) => Some(pair(word)),
        // "unsigned immediate"
        (0b11, true) => Some(plain(word, x_or_sp(word, RN))),
        (0b11, false) => Some(register(word)),
        _ => None,
    }
}

/// Returns `flow` with an update of its base register.
fn write_back(word: u32, flow: Flow) -> Flow {
    Flow {
        updated: x_or_sp(word, RN),
        ..flow
    }
}

/// "Load register (literal)". The address depends on no register.
fn literal(word: u32) -> Flow {
    let size = field(word, 31, 30);
    match (bit(word, 26), size) {
        (false, 0b11) => Flow::NONE,
        (false, _) => transfer(true, Registers::NONE, x(word, RT)),
        (true, _) => Flow {
            several: size == 0b10,
            ..transfer(true, Registers::NONE, v(word, RT))
        },
    }
}

/// "Load/store register pair", "Load/store no-allocate pair".
fn pair(word: u32) -> Flow {
    let registers = if bit(word, 26) {
        v(word, RT) | v(word, RT2)
    } else {
        x(word, RT) | x(word, RT2)
    };
    let (is_vector, opc) = (bit(word, 26), field(word, 31, 30));
    let words = opc == 0b00 || (!is_vector && opc == 0b01);
    let flow = Flow {
        several: true,
        part: if words { 4 } else { 8 },
        ..transfer(bit(word, 22), x_or_sp(word, RN), registers)
    };
    // Post-indexed, pre-indexed.
    if bit(word, 23) {
        write_back(word, flow)
    } else {
        flow
    }
}

/// A load, store or prefetch with bits 29..27 = 111, by size (bits 31..30) and opc (bits
/// 23..22).
fn plain(word: u32, address: Registers) -> Flow {
    let (size, opc) = (field(word, 31, 30), field(word, 23, 22));
    if bit(word, 26) {
        let load = opc & 0b01 != 0;
        let is_16_bytes = opc & 0b10 != 0;
        return Flow {
            several: is_16_bytes,
            ..transfer(load, address, v(word, RT))
        };
    }
    // `prfm`, `prfum` access nothing.
    if (size, opc) == (0b11, 0b10) {
        return Flow::NONE;
    }
    transfer(opc != 0b00, address, x(word, RT))
}

/// Words with bits 29..27 = 111 and no unsigned offset, by bits 21 and 11..10.
fn register(word: u32) -> Flow {
    let base = x_or_sp(word, RN);
    match (bit(word, 21), field(word, 11, 10)) {
        // "unscaled immediate", "unprivileged"
        (false, 0b00 | 0b10) => plain(word, base),
        // "immediate post-indexed", "immediate pre-indexed"
        (false, _) => write_back(word, plain(word, base)),
        (true, 0b00) => atomic(word),
        // "register offset"
        (true, 0b10) => plain(word, base | x(word, RM)),
        // "pac": `ldraa`, `ldrab`; bit 11 is the write-back.
        (true, _) => {
            let flow = transfer(true, base, x(word, RT));
            if bit(word, 11) {
                write_back(word, flow)
            } else {
                flow
            }
        }
    }
}

/// "Atomic memory operations": `ldapr`, and the read-modify-writes.
fn atomic(word: u32) -> Flow {
    let load = transfer(true, x_or_sp(word, RN), x(word, RT));
    let is_ldapr = bit(word, 15) && field(word, 14, 12) == 0b100;
    if is_ldapr {
        return load;
    }
    Flow {
        store: true,
        data: x(word, RS),
        ..load
    }
}
