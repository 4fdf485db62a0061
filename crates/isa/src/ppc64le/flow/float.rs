//! Flow of floating point (Book I 4.6) and of VSX scalars of quadruple precision (Book I 7.6).

use super::operands::{CR1, bf, fra, frb, frc, frt, vra, vrb, vrt};
use super::shapes::compute;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

/// Primary opcode 59.
pub(super) fn single(word: u32) -> Flow {
    match field(word, 10, 1) {
        // `fcfids`, `fcfidus`
        846 | 974 => recorded(word, compute(frb(word), frt(word))),
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
        // `fcmpu`, `fcmpo`, `ftdiv`; `ftsqrt`
        0 | 32 | 128 => compute(fra(word) | frb(word), bf(word)),
        160 => compute(frb(word), bf(word)),
        // `mcrfs`
        64 => compute(Registers::ALL, bf(word)),
        // `fcpsgn`; `fmrgow`, `fmrgew`
        8 => recorded(word, compute(fra(word) | frb(word), frt(word))),
        838 | 966 => compute(fra(word) | frb(word), frt(word)),
        // `frsp`; `fctiw`, `fctiwz`, `fctiwu`, `fctiwuz`
        12 | 14 | 15 | 142 | 143 => recorded(word, compute(frb(word), frt(word))),
        // `fctid`, `fctidz`, `fctidu`, `fctiduz`; `fcfid`, `fcfidu`
        814 | 815 | 942 | 943 | 846 | 974 => recorded(word, compute(frb(word), frt(word))),
        // `frin`, `friz`, `frip`, `frim`
        392 | 424 | 456 | 488 => recorded(word, compute(frb(word), frt(word))),
        // `fneg`, `fmr`, `fnabs`, `fabs`
        40 | 72 | 136 | 264 => recorded(word, compute(frb(word), frt(word))),
        // `mtfsb1`, `mtfsb0`, `mtfsfi`; `mtfsf`
        38 | 70 | 134 => recorded(word, Flow::NONE),
        711 => recorded(word, compute(frb(word), Registers::NONE)),
        // `mffs` and its forms
        583 => recorded(word, compute(Registers::ALL, frt(word))),
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
        // `fsel`; `fmsub`, `fmadd`, `fnmsub`, `fnmadd`
        23 | 28..=31 => fra(word) | frb(word) | frc(word),
        _ => return None,
    };
    Some(compute(sources, frt(word)))
}

/// Quadruple precision, in vector registers. Bit 0 selects rounding to odd.
fn quad(word: u32, xo: u32) -> Option<Flow> {
    let one = compute(vrb(word), vrt(word));
    let two = compute(vra(word) | vrb(word), vrt(word));
    Some(match xo {
        // `xsaddqp`, `xsmulqp`, `xssubqp`, `xsdivqp`, `xscpsgnqp`, `xsiexpqp`
        4 | 36 | 516 | 548 | 100 | 868 => two,
        // `xsmaddqp`, `xsmsubqp`, `xsnmaddqp`, `xsnmsubqp`
        388 | 420 | 452 | 484 => Flow {
            data: two.data | vrt(word),
            ..two
        },
        // `xsabsqp`, `xsxexpqp`, `xsnabsqp`, `xsnegqp`, `xsxsigqp`, `xssqrtqp`
        804 if matches!(field(word, 20, 16), 0 | 2 | 8 | 16 | 18 | 27) => one,
        // `xscvqpuwz`, `xscvudqp`, `xscvqpswz`, `xscvsdqp`, `xscvqpudz`, `xscvqpdp`, `xscvdpqp`,
        // `xscvqpsdz`
        836 if matches!(field(word, 20, 16), 1 | 2 | 9 | 10 | 17 | 20 | 22 | 25) => one,
        // `xscmpoqp`, `xscmpexpqp`, `xscmpuqp`; `xststdcqp`
        132 | 164 | 644 => compute(two.data, bf(word)),
        708 => compute(vrb(word), bf(word)),
        // `xsrqpi`, `xsrqpxp`: the high bits are a rounding mode.
        _ if matches!(xo & 0xff, 5 | 37) => one,
        _ => return None,
    })
}

/// Returns `flow`. If Rc is set, it also copies FPSCR's summary bits to CR1, which any earlier
/// instruction may have set.
fn recorded(word: u32, flow: Flow) -> Flow {
    if bit(word, 0) {
        compute(Registers::ALL, flow.computed | CR1)
    } else {
        flow
    }
}
