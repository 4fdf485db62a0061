//! Flow of branches, operations on CR, system calls, traps (Book I ch. 2 and 3.3.11), and `isync`
//! (Book II 4.6.1).

use super::operands::{CARRY, CR0, CTR, LR, OVERFLOW, SPECIAL, all_cr, bf, cr, gpr, ra, rb};
use super::shapes::compute;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// Primary opcodes 16 to 19.
pub(super) fn flow(word: u32) -> Flow {
    match field(word, 31, 26) {
        16 => conditional(word, Registers::NONE),
        17 => system_call(),
        18 => compute(Registers::NONE, link(word)),
        _ => extended_19(word),
    }
}

fn extended_19(word: u32) -> Flow {
    // `addpcis`
    if field(word, 5, 1) == 2 {
        return compute(Registers::NONE, gpr(field(word, 25, 21)));
    }
    match field(word, 10, 1) {
        // `bclr`, `bcctr`, `bctar`
        16 => conditional(word, LR),
        528 => conditional(word, CTR),
        560 => conditional(word, SPECIAL),
        // `isync`
        150 => Flow {
            context_sync: true,
            ..Flow::NONE
        },
        // `mcrf`
        0 => compute(cr(field(word, 20, 18)), bf(word)),
        // `crnor`, `crandc`, `crxor`, `crnand`, `crand`, `creqv`, `crorc`, `cror`: they write one
        // bit and keep the other bits of its field.
        33 | 129 | 193 | 225 | 257 | 289 | 417 | 449 => {
            let field_of_bit = |high, low| cr(field(word, high, low));
            let result = field_of_bit(25, 23);
            compute(result | field_of_bit(20, 18) | field_of_bit(15, 13), result)
        }
        _ => Flow::UNKNOWN,
    }
}

/// Returns LR if the branch writes it.
fn link(word: u32) -> Registers {
    if bit(word, 0) { LR } else { Registers::NONE }
}

/// Book I 2.4: a conditional branch, by BO and BI, to the address in `target`, or to a fixed one.
fn conditional(word: u32, target: Registers) -> Flow {
    let (ignores_cr, keeps_ctr) = (bit(word, 25), bit(word, 23));
    let mut flow = compute(target, Registers::NONE);
    flow.second = link(word);
    if !ignores_cr {
        flow.data |= cr(field(word, 20, 18));
    }
    if !keeps_ctr {
        flow.data |= CTR;
        flow.second |= CTR;
        flow.second_data = CTR;
    }
    flow.branch = !flow.data.is_empty();
    flow
}

/// `sc`, `scv`: the registers that Linux reads and may change.
fn system_call() -> Flow {
    let general: Registers = [0].into_iter().chain(3..=12).collect();
    let changed = general | all_cr() | LR | CTR | CARRY | OVERFLOW | CR0;
    compute(changed, changed)
}

/// `tdi`, `twi`
pub(super) fn trap_immediate(word: u32) -> Flow {
    trap(ra(word))
}

/// `td`, `tw`
pub(super) fn trap_register(word: u32) -> Flow {
    trap(ra(word) | rb(word))
}

/// A trap on a condition of `data`.
fn trap(data: Registers) -> Flow {
    Flow {
        branch: true,
        ..compute(data, Registers::NONE)
    }
}
