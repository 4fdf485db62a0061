//! The expected flow of Power's loads and stores, by mnemonic.

use isa::{Flow, Registers};

use super::operands::{CR0, OVERFLOW, register};
use crate::objdump::Line;

/// Returns the register that follows the only one of `registers` at a distance of `by`.
fn next(registers: Registers, by: u8) -> Registers {
    registers
        .numbers()
        .map(|number| (number + by) % 32)
        .collect()
}

/// Returns the flow of `line`, if it is a load or a store.
pub fn access(line: &Line) -> Option<Flow> {
    let name = line.mnemonic.as_str();
    let operands: Vec<Registers> = line.operands.iter().map(|text| register(text)).collect();
    let first = operands.first().copied().unwrap_or_default();
    let address = operands
        .iter()
        .skip(1)
        .fold(Registers::NONE, |all, &one| all | one);
    let is_pair = matches!(
        name,
        "lq" | "stq" | "lqarx" | "stqcx." | "lfdp" | "stfdp" | "lfdpx" | "stfdpx"
    );
    let is_load = matches!(
        name,
        "lbz"
            | "lhz"
            | "lha"
            | "lwz"
            | "lwa"
            | "ld"
            | "lbzu"
            | "lhzu"
            | "lhau"
            | "lwzu"
            | "ldu"
            | "lbzx"
            | "lhzx"
            | "lhax"
            | "lwzx"
            | "lwax"
            | "ldx"
            | "lbzux"
            | "lhzux"
            | "lhaux"
            | "lwzux"
            | "lwaux"
            | "ldux"
            | "lhbrx"
            | "lwbrx"
            | "ldbrx"
            | "lbarx"
            | "lharx"
            | "lwarx"
            | "ldarx"
            | "lqarx"
            | "lq"
            | "lfs"
            | "lfd"
            | "lfsu"
            | "lfdu"
            | "lfsx"
            | "lfdx"
            | "lfsux"
            | "lfdux"
            | "lfiwax"
            | "lfiwzx"
            | "lfdp"
            | "lfdpx"
            | "lxsd"
            | "lxssp"
            | "lxsdx"
            | "lxsspx"
            | "lxsiwax"
            | "lxsiwzx"
            | "lxsibzx"
            | "lxsihzx"
            | "lxvdsx"
            | "lxvwsx"
            | "lvebx"
            | "lvehx"
            | "lvewx"
    );
    let is_wide_load = matches!(
        name,
        "lvx"
            | "lvxl"
            | "lxv"
            | "lxvx"
            | "lxvd2x"
            | "lxvw4x"
            | "lxvh8x"
            | "lxvb16x"
            | "lxvl"
            | "lxvll"
    );
    let is_store = matches!(
        name,
        "stb"
            | "sth"
            | "stw"
            | "std"
            | "stbu"
            | "sthu"
            | "stwu"
            | "stdu"
            | "stbx"
            | "sthx"
            | "stwx"
            | "stdx"
            | "stbux"
            | "sthux"
            | "stwux"
            | "stdux"
            | "sthbrx"
            | "stwbrx"
            | "stdbrx"
            | "stq"
            | "stfs"
            | "stfd"
            | "stfsu"
            | "stfdu"
            | "stfsx"
            | "stfdx"
            | "stfsux"
            | "stfdux"
            | "stfiwx"
            | "stfdp"
            | "stfdpx"
            | "stxsd"
            | "stxssp"
            | "stxsdx"
            | "stxsspx"
            | "stxsiwx"
            | "stxsibx"
            | "stxsihx"
            | "stvebx"
            | "stvehx"
            | "stvewx"
            | "stbcx."
            | "sthcx."
            | "stwcx."
            | "stdcx."
            | "stqcx."
    );
    let is_wide_store = matches!(
        name,
        "stvx"
            | "stvxl"
            | "stxv"
            | "stxvx"
            | "stxvd2x"
            | "stxvw4x"
            | "stxvh8x"
            | "stxvb16x"
            | "stxvl"
            | "stxvll"
    );
    let is_update = name.ends_with('u') || name.ends_with("ux");
    let flow = Flow {
        several: is_wide_load || is_wide_store || is_pair,
        address,
        updated: if is_update {
            operands[1]
        } else {
            Registers::NONE
        },
        ..Flow::NONE
    };
    let both = if is_pair {
        first
            .numbers()
            .flat_map(|number| [number, number + 1])
            .collect()
    } else {
        first
    };
    if is_load || is_wide_load {
        return Some(Flow {
            load: true,
            loaded: both,
            ..flow
        });
    }
    if is_store || is_wide_store {
        return Some(Flow {
            store: true,
            data: both,
            ..if name.ends_with('.') {
                // CR0 also receives SO.
                Flow {
                    status: CR0,
                    second: CR0,
                    second_data: OVERFLOW,
                    ..flow
                }
            } else {
                flow
            }
        });
    }
    let function: u32 = line
        .operands
        .get(2)
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let atomic = Flow {
        load: true,
        store: true,
        several: function >= 24,
        // objdump prints a base of r0 as `r0` or as `0`; both mean r0 here.
        address: if operands.get(1)?.is_empty() {
            Registers::one(0)
        } else {
            operands[1]
        },
        ..Flow::NONE
    };
    match name {
        "lwat" | "ldat" => Some(Flow {
            data: next(first, 1) | next(first, 2),
            loaded: first,
            ..atomic
        }),
        "stwat" | "stdat" => Some(Flow {
            data: first,
            ..atomic
        }),
        "dcbz" | "dcbzl" => Some(Flow {
            store: true,
            several: true,
            address: first | address,
            ..Flow::NONE
        }),
        _ => None,
    }
}
