//! Flow of primary opcode 4: vectors (Book I ch. 6), and the fixed-point multiply-add of 3.3.9.
//!
//! A field that is a register in one instruction and a constant in another counts as a register
//! that is read.

use super::operands::{CR6, SATURATION, VSCR, ra, rb, rc, rt, vra, vrb, vrc, vrt};
use super::shapes::compute;
use crate::bits::{bit, field};
use crate::{Flow, Registers};

pub(super) fn flow(word: u32) -> Flow {
    let flow = operands(word);
    if !is_float(word) && !saturates(word) {
        return flow;
    }
    // VSCR's NJ selects how denormal numbers are handled.
    let accumulated = if saturates(word) {
        SATURATION
    } else {
        Registers::NONE
    };
    Flow {
        data: flow.data | VSCR,
        accumulated,
        ..flow
    }
}

/// 6.12 "Vector Floating-Point": whether NJ matters.
fn is_float(word: u32) -> bool {
    match field(word, 10, 0) {
        // `vaddfp`, `vsubfp`, `vmaxfp`, `vminfp`; `vrefp` … `vlogefp`; `vrfin` … `vrfim`
        10 | 74 | 1034 | 1098 | 266 | 330 | 394 | 458 | 522 | 586 | 650 | 714 => true,
        // `vcfux`, `vcfsx`, `vctuxs`, `vctsxs`
        778 | 842 | 906 | 970 => true,
        // `vcmpeqfp`, `vcmpgefp`, `vcmpgtfp`, `vcmpbfp`
        xo if matches!(xo & 0x3ff, 198 | 454 | 710 | 966) => true,
        // `vmaddfp`, `vnmsubfp`
        xo => matches!(xo & 0x3f, 46 | 47),
    }
}

/// Whether the instruction may set VSCR's SAT.
fn saturates(word: u32) -> bool {
    match field(word, 10, 0) {
        // `vaddubs` … `vaddsws`; `vsububs` … `vsubsws`; `vctuxs`, `vctsxs`
        512 | 576 | 640 | 768 | 832 | 896 | 1536 | 1600 | 1664 | 1792 | 1856 | 1920 => true,
        906 | 970 => true,
        // `vpkuhus`, `vpkuwus`, `vpkshus`, `vpkswus`, `vpkshss`, `vpkswss`, `vpkudus`, `vpksdus`,
        // `vpksdss`
        142 | 206 | 270 | 334 | 398 | 462 | 1230 | 1358 | 1486 => true,
        // `vsum4ubs`, `vsum4shs`, `vsum2sws`, `vsum4sbs`, `vsumsws`
        1544 | 1608 | 1672 | 1800 | 1928 => true,
        // `vmhaddshs`, `vmhraddshs`, `vmsumuhs`, `vmsumshs`
        xo => matches!(xo & 0x3f, 32 | 33 | 39 | 41),
    }
}

fn operands(word: u32) -> Flow {
    let two = compute(vra(word) | vrb(word), vrt(word));
    match field(word, 5, 0) {
        // `vmhaddshs` … `vmsumshs`; `vsldoi`
        32..=41 => compute(two.data | vrc(word), vrt(word)),
        44 if !bit(word, 10) => two,
        // `vsel`, `vperm`, `vpermxor`, `vmaddfp`, `vnmsubfp`; `vpermr`, `vaddeuqm`, `vaddecuq`,
        // `vsubeuqm`, `vsubecuq`
        42 | 43 | 45..=47 | 59..=63 => compute(two.data | vrc(word), vrt(word)),
        // `maddhd`, `maddhdu`, `maddld`
        48 | 49 | 51 => compute(ra(word) | rb(word) | rc(word), rt(word)),
        _ => by_long_opcode(word, two),
    }
}

/// The instructions whose opcode is in bits 10..0.
fn by_long_opcode(word: u32, two: Flow) -> Flow {
    let with_destination = compute(two.data | vrt(word), vrt(word));
    let xo = field(word, 10, 0);
    if is_comparison(xo & 0x3ff) {
        // Rc is bit 10.
        return if bit(word, 10) {
            compute(two.data, two.computed | CR6)
        } else {
            two
        };
    }
    match xo {
        // `vspltisb`, `vspltish`, `vspltisw`: splat a constant.
        780 | 844 | 908 => compute(Registers::NONE, vrt(word)),
        // `vspltb`, `vsplth`, `vspltw`
        524 | 588 | 652 => compute(vrb(word), vrt(word)),
        // `vinsertb`, `vinserth`, `vinsertw`, `vinsertd`: write one element.
        781 | 845 | 909 | 973 => with_destination,
        // `vrlwmi`, `vrldmi`: write under a mask.
        133 | 197 => with_destination,
        // `vclzlsbb`, `vctzlsbb`: write a general register.
        1538 => match field(word, 20, 16) {
            0 | 1 => compute(vrb(word), rt(word)),
            // `vnegw`, `vnegd`, `vprtybw` …; `vextsb2w`, `vextsh2w`; `vextsb2d` …; `vctzb` …
            6..=10 | 16 | 17 | 24..=26 | 28..=31 => compute(vrb(word), vrt(word)),
            _ => Flow::UNKNOWN,
        },
        // `vextublx`, `vextuhlx`, `vextuwlx`, `vextubrx`, `vextuhrx`, `vextuwrx`
        1549 | 1613 | 1677 | 1805 | 1869 | 1933 => compute(ra(word) | vrb(word), rt(word)),
        // `mfvscr`, `mtvscr`
        1540 => compute(VSCR | SATURATION, vrt(word)),
        1604 => compute(vrb(word), VSCR | SATURATION),
        _ if is_unary(xo) => compute(vrb(word), vrt(word)),
        _ if is_arithmetic(xo) || is_permutation(xo) || is_bitwise(xo) => two,
        _ => Flow::UNKNOWN,
    }
}

/// 6.11.2, 6.12.3: comparisons.
fn is_comparison(xo: u32) -> bool {
    matches!(
        xo,
        // `vcmpequb` … `vcmpequd`, `vcmpneb` … `vcmpnew`, `vcmpnezb` … `vcmpnezw`
        6 | 70 | 134 | 199 | 7 | 71 | 135 | 263 | 327 | 391
        // `vcmpgtub` … `vcmpgtud`, `vcmpgtsb` … `vcmpgtsd`
        | 518 | 582 | 646 | 711 | 774 | 838 | 902 | 967
        // `vcmpeqfp`, `vcmpgefp`, `vcmpgtfp`, `vcmpbfp`
        | 198 | 454 | 710 | 966
    )
}

/// The operations on VRB alone: VRA is a constant or reserved.
fn is_unary(xo: u32) -> bool {
    matches!(
        xo,
        // `vrefp`, `vrsqrtefp`, `vexptefp`, `vlogefp`; `vrfin`, `vrfiz`, `vrfip`, `vrfim`
        266 | 330 | 394 | 458 | 522 | 586 | 650 | 714
        // `vcfux`, `vcfsx`, `vctuxs`, `vctsxs`
        | 778 | 842 | 906 | 970
        // `vupkhsb` …, `vupklsb` …, `vupkhpx`, `vupklpx`, `vupkhsw`, `vupklsw`
        | 526 | 590 | 654 | 718 | 846 | 974 | 1614 | 1742
        // `vextractub`, `vextractuh`, `vextractuw`, `vextractd`; `vgbbd`
        | 525 | 589 | 653 | 717 | 1292
        // `vclzb` …, `vpopcntb` …
        | 1794 | 1858 | 1922 | 1986 | 1795 | 1859 | 1923 | 1987
    )
}

/// 6.11.1, 6.12: arithmetic.
fn is_arithmetic(xo: u32) -> bool {
    matches!(
        xo,
        // `vaddubm` … `vadduqm`, `vaddcuq`, `vaddcuw`; saturating
        0 | 64 | 128 | 192 | 256 | 320 | 384 | 512 | 576 | 640 | 768 | 832 | 896
        // `vsububm` … `vsubuqm`, `vsubcuq`, `vsubcuw`; saturating
        | 1024 | 1088 | 1152 | 1216 | 1280 | 1344 | 1408
        | 1536 | 1600 | 1664 | 1792 | 1856 | 1920
        // `vmaxub` …, `vmaxsb` …, `vminub` …, `vminsb` …
        | 2 | 66 | 130 | 194 | 258 | 322 | 386 | 450
        | 514 | 578 | 642 | 706 | 770 | 834 | 898 | 962
        // `vavgub` …, `vabsdub` …
        | 1026 | 1090 | 1154 | 1282 | 1346 | 1410 | 1027 | 1091 | 1155
        // `vmuloub` …, `vmuluwm`, `vmulosb` …, `vmuleub` …, `vmulesb` …
        | 8 | 72 | 136 | 137 | 264 | 328 | 392 | 520 | 584 | 648 | 776 | 840 | 904
        // `vpmsumb` …; `vsum4ubs`, `vsum4shs`, `vsum2sws`, `vsum4sbs`, `vsumsws`
        | 1032 | 1096 | 1160 | 1224 | 1544 | 1608 | 1672 | 1800 | 1928
        // `vmul10cuq`, `vmul10ecuq`, `vmul10uq`, `vmul10euq`
        | 1 | 65 | 513 | 577
        // `vaddfp`, `vsubfp`, `vmaxfp`, `vminfp`
        | 10 | 74 | 1034 | 1098
    )
}

/// 6.10: permutations.
fn is_permutation(xo: u32) -> bool {
    matches!(
        xo,
        // `vmrghb` …, `vmrglb` …, `vmrgow`, `vmrgew`
        12 | 76 | 140 | 268 | 332 | 396 | 1676 | 1932
        // `vpkuhum` …, `vpkshus` …, `vpkpx`, `vpkudum` …, `vpksdus`, `vpksdss`
        | 14 | 78 | 142 | 206 | 270 | 334 | 398 | 462 | 782 | 1102 | 1230 | 1358 | 1486
        // `vbpermq`, `vbpermd`
        | 1356 | 1484
    )
}

/// 6.11.4, 6.11.5, 6.13 to 6.15: logic, rotation, shifts, AES and SHA.
fn is_bitwise(xo: u32) -> bool {
    matches!(
        xo,
        // `vand`, `vandc`, `vor`, `vxor`, `vnor`, `vorc`, `vnand`, `veqv`
        1028 | 1092 | 1156 | 1220 | 1284 | 1348 | 1412 | 1668
        // `vrlb` …, `vrlwnm`, `vrldnm`
        | 4 | 68 | 132 | 196 | 389 | 453
        // `vslb` …, `vsl`, `vsld`, `vslo`, `vslv`
        | 260 | 324 | 388 | 452 | 1476 | 1036 | 1860
        // `vsrb` …, `vsr`, `vsrd`, `vsro`, `vsrv`; `vsrab` …
        | 516 | 580 | 644 | 708 | 1732 | 1100 | 1796 | 772 | 836 | 900 | 964
        // `vcipher`, `vcipherlast`, `vncipher`, `vncipherlast`, `vsbox`
        | 1288 | 1289 | 1352 | 1353 | 1480
        // `vshasigmaw`, `vshasigmad`
        | 1666 | 1730
    )
}
