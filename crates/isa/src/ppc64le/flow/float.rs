//! Flow of floating point (Book I 4.6) and of VSX scalars of quadruple precision (Book I 7.6).

use super::operands::{CR1, FP_STATUS, FPSCR, bf, fra, frb, frc, frt, vra, vrb, vrt};
use super::shapes::{compute, compute_float};
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// Primary opcode 59.
pub(super) fn single(word: u32) -> Flow {
    match field(word, 10, 1) {
        // `fcfids`, `fcfidus`
        846 | 974 => recorded(word, compute_float(frb(word), frt(word))),
        _ => arithmetic(word).map_or(Flow::UNKNOWN, |flow| recorded(word, flow)),
    }
}

/// Primary opcode 63.
pub(super) fn double(word: u32) -> Flow {
    if let Some(flow) = arithmetic(word) {
        return recorded(word, flow);
    }
    let xo = field(word, 10, 1);
    if let Some(flow) = quad(word, xo) {
        return flow;
    }
    match xo {
        // `fcmpu`, `fcmpo`; `ftdiv`, `ftsqrt`
        0 | 32 => compute_float(fra(word) | frb(word), bf(word)),
        128 => compute(fra(word) | frb(word), bf(word)),
        160 => compute(frb(word), bf(word)),
        // `fcpsgn`; `fmrgow`, `fmrgew`
        8 => recorded(word, compute(fra(word) | frb(word), frt(word))),
        838 | 966 => compute(fra(word) | frb(word), frt(word)),
        // `frsp`; `fctiw`, `fctiwz`, `fctiwu`, `fctiwuz`
        12 | 14 | 15 | 142 | 143 => recorded(word, compute_float(frb(word), frt(word))),
        // `fctid`, `fctidz`, `fctidu`, `fctiduz`; `fcfid`, `fcfidu`
        814 | 815 | 942 | 943 | 846 | 974 => recorded(word, compute_float(frb(word), frt(word))),
        // `frin`, `friz`, `frip`, `frim`
        392 | 424 | 456 | 488 => recorded(word, compute_float(frb(word), frt(word))),
        // `fneg`, `fmr`, `fnabs`, `fabs`
        40 | 72 | 136 | 264 => recorded(word, compute(frb(word), frt(word))),
        _ => status(word, xo),
    }
}

/// Moves from and to FPSCR. Those to a part of it keep the rest.
fn status(word: u32, xo: u32) -> Flow {
    const BOTH: Registers = FPSCR.union(FP_STATUS);
    // `mtfsf` of all fields.
    let is_whole = bit(word, 25);
    match xo {
        // `mcrfs`
        64 => compute(BOTH, bf(word)),
        // `mtfsb1`, `mtfsb0`, `mtfsfi`: constants in a part.
        38 | 70 | 134 => recorded(word, Flow::NONE),
        711 if is_whole => recorded(word, compute(frb(word), BOTH)),
        711 => recorded(word, compute(frb(word) | BOTH, BOTH)),
        583 => {
            let read = match field(word, 20, 16) {
                // `mffs`, `mffsl`; `mffsce`, `mffscdrni`, `mffscrni`: constants in a part.
                0 | 24 | 1 | 21 | 23 => Flow::NONE,
                // `mffscdrn`, `mffscrn`
                _ => compute(frb(word) | FPSCR, FPSCR),
            };
            let moved = Flow {
                second: frt(word),
                second_data: BOTH,
                ..read
            };
            recorded(word, moved)
        }
        _ => Flow::UNKNOWN,
    }
}

/// Arithmetic on up to three operands, by the short extended opcode.
fn arithmetic(word: u32) -> Option<Flow> {
    let sources = match field(word, 5, 1) {
        // `fdiv`, `fsub`, `fadd`
        18 | 20 | 21 => fra(word) | frb(word),
        // `fsqrt`, `fre`, `frsqrte`
        22 | 24 | 26 => frb(word),
        // `fmul`
        25 => fra(word) | frc(word),
        // `fsel`, which rounds nothing
        23 => return Some(compute(fra(word) | frb(word) | frc(word), frt(word))),
        // `fmsub`, `fmadd`, `fnmsub`, `fnmadd`
        28..=31 => fra(word) | frb(word) | frc(word),
        _ => return None,
    };
    Some(compute_float(sources, frt(word)))
}

/// Quadruple precision, in vector registers. Bit 0 selects rounding to odd.
fn quad(word: u32, xo: u32) -> Option<Flow> {
    let one = vrb(word);
    let two = vra(word) | vrb(word);
    Some(match xo {
        // `xsaddqp`, `xsmulqp`, `xssubqp`, `xsdivqp`; `xscpsgnqp`, `xsiexpqp`
        4 | 36 | 516 | 548 => compute_float(two, vrt(word)),
        100 | 868 => compute(two, vrt(word)),
        // `xsmaddqp`, `xsmsubqp`, `xsnmaddqp`, `xsnmsubqp`
        388 | 420 | 452 | 484 => compute_float(two | vrt(word), vrt(word)),
        // `xssqrtqp`; `xsabsqp`, `xsxexpqp`, `xsnabsqp`, `xsnegqp`, `xsxsigqp`
        804 => match field(word, 20, 16) {
            27 => compute_float(one, vrt(word)),
            0 | 2 | 8 | 16 | 18 => compute(one, vrt(word)),
            _ => return None,
        },
        // `xscvqpuwz`, `xscvudqp`, `xscvqpswz`, `xscvsdqp`, `xscvqpudz`, `xscvqpdp`, `xscvdpqp`,
        // `xscvqpsdz`
        836 if matches!(field(word, 20, 16), 1 | 2 | 9 | 10 | 17 | 20 | 22 | 25) => {
            compute_float(one, vrt(word))
        }
        // `xscmpoqp`, `xscmpuqp`, `xscmpexpqp`; `xststdcqp`
        132 | 644 | 164 => compute_float(two, bf(word)),
        708 => compute(one, bf(word)),
        // `xsrqpi`, `xsrqpxp`: the high bits are a rounding mode.
        _ if matches!(xo & 0xff, 5 | 37) => compute_float(one, vrt(word)),
        _ => return None,
    })
}

/// Returns `flow`. If Rc is set, it also copies FPSCR's summary bits to CR1.
fn recorded(word: u32, flow: Flow) -> Flow {
    if !bit(word, 0) {
        return flow;
    }
    // A flow with a second result has no first one but in FPSCR.
    Flow {
        second: flow.second | CR1,
        second_data: flow.second_data | flow.data | FPSCR | FP_STATUS,
        ..flow
    }
}
