//! The expected flow of Power's other instructions, by mnemonic without aliases.

use isa::{Flow, Registers};

use super::access::access;
use super::operands::{
    CARRY, CR0, CR1, CR6, CTR, FP_STATUS, FPSCR, LR, OVERFLOW, SATURATION, SPECIAL, VSCR,
    field_of_bit, number, register,
};
use crate::objdump::Line;
use crate::sweep::Expected;

fn compute(data: Registers, computed: Registers) -> Flow {
    Flow {
        data,
        computed,
        ..Flow::NONE
    }
}

/// Whether the instruction has vector or floating-point operands.
fn has_float_or_vector(line: &Line) -> bool {
    line.operands
        .iter()
        .any(|operand| register(operand).numbers().any(|number| number >= 64))
}

pub fn expected(line: &Line) -> Expected {
    let mnemonic = line.mnemonic.as_str();
    if let Some(flow) = access(line)
        .or_else(|| control(line))
        .or_else(|| moves(line))
    {
        return Expected::Exactly(flow);
    }
    let base = mnemonic.trim_end_matches('.');
    let operands: Vec<Registers> = line.operands.iter().map(|text| register(text)).collect();
    let all = operands.iter().fold(Registers::NONE, |all, &one| all | one);
    let first = operands.first().copied().unwrap_or_default();
    let rest = operands
        .iter()
        .skip(1)
        .fold(Registers::NONE, |all, &one| all | one);
    let is_recorded = mnemonic.ends_with('.');

    if has_float_or_vector(line) {
        // The destination is also a source.
        let keeps = base.starts_with("vinsert")
            || matches!(
                base,
                "vrlwmi" | "vrldmi" | "xxinsertw" | "xxperm" | "xxpermr"
            )
            || base.ends_with("qp") && (base.contains("madd") || base.contains("msub"))
            || base.ends_with("qpo") && (base.contains("madd") || base.contains("msub"))
            || base.starts_with('x') && (base.contains("madd") || base.contains("msub"));
        let data = if keeps { all } else { rest };
        let both = FPSCR | FP_STATUS;
        // FPSCR and CR1, for the forms with Rc.
        let recorded = |flow: Flow| {
            if !is_recorded {
                return flow;
            }
            Flow {
                second: flow.second | CR1,
                second_data: flow.second_data | flow.data | both,
                ..flow
            }
        };
        return match base {
            _ if base.starts_with("mffs") => Expected::Exactly(recorded(Flow {
                second: first,
                second_data: both,
                ..match base {
                    // They write a part of FPSCR.
                    "mffscdrn" | "mffscrn" => compute(rest | FPSCR, FPSCR),
                    _ if reserved_mffs(line) => compute(frb(line) | FPSCR, FPSCR),
                    _ => Flow::NONE,
                }
            })),
            "mfvscr" => Expected::Exactly(compute(VSCR | SATURATION, first)),
            "mtvscr" => Expected::Exactly(compute(first, VSCR | SATURATION)),
            // `mtfsf FLM,FRB,L,W`
            "mtfsf" => {
                let is_whole = line.operands.get(2).is_some_and(|l| l == "1");
                let kept = if is_whole { Registers::NONE } else { both };
                Expected::Exactly(recorded(compute(all | kept, both)))
            }
            // The first operand is a constant.
            "xsrqpi" | "xsrqpix" | "xsrqpxp" => {
                Expected::AtLeast(implicit(base, compute(operands[2], operands[1])))
            }
            _ if base.starts_with('f') => {
                Expected::Exactly(recorded(implicit(base, compute(data, first))))
            }
            _ if is_recorded => Expected::AtLeast(implicit(base, compute(data, first | CR6))),
            _ => Expected::AtLeast(implicit(base, compute(data, first))),
        };
    }
    Expected::Exactly(fixed(base, is_recorded, first, rest))
}

/// The field of `mffs` that is FRB in some of its forms.
fn selector(line: &Line) -> u32 {
    let word = u32::from_le_bytes(line.bytes[..4].try_into().expect("4 bytes"));
    word >> 16 & 31
}

/// Whether the field that selects the form of `mffs` has a value without a form.
fn reserved_mffs(line: &Line) -> bool {
    !matches!(selector(line), 0 | 1 | 20..=24)
}

fn frb(line: &Line) -> Registers {
    let word = u32::from_le_bytes(line.bytes[..4].try_into().expect("4 bytes"));
    Registers::one(64 + (word >> 11 & 31) as u8)
}

/// Returns `flow`, with the special registers that the instruction uses: FPSCR for floating-point
/// arithmetic (Book I 4.2.2), VSCR for vector floating-point and saturation (Book I 6.3.2).
fn implicit(base: &str, flow: Flow) -> Flow {
    if base.starts_with('v') {
        let float = base.ends_with("fp") || FLOAT_VECTORS.contains(&base);
        let saturates = saturates(base);
        let vscr = if float || saturates {
            VSCR
        } else {
            Registers::NONE
        };
        let accumulated = if saturates {
            SATURATION
        } else {
            Registers::NONE
        };
        return Flow {
            data: flow.data | vscr,
            accumulated,
            ..flow
        };
    }
    if !rounds(base) {
        return flow;
    }
    Flow {
        data: flow.data | FPSCR,
        accumulated: FP_STATUS,
        ..flow
    }
}

const FLOAT_VECTORS: [&str; 8] = [
    "vrfin", "vrfiz", "vrfip", "vrfim", "vcfux", "vcfsx", "vctuxs", "vctsxs",
];

/// Whether "SAT is set" is in the description of the vector instruction.
fn saturates(base: &str) -> bool {
    let is_sum = base.starts_with("vsum");
    let adds = base.starts_with("vadd") || base.starts_with("vsub");
    let packs = base.starts_with("vpk");
    let multiplies = ["vmhaddshs", "vmhraddshs", "vmsumuhs", "vmsumshs"].contains(&base);
    let converts = ["vctuxs", "vctsxs"].contains(&base);
    let is_saturating = base.ends_with('s') && !base.ends_with("fs");
    is_sum || multiplies || converts || (adds || packs) && is_saturating
}

/// Whether the instruction, with floating-point operands, is arithmetic, a comparison, a rounding or
/// a conversion. The others move bits, or test them.
fn rounds(base: &str) -> bool {
    const MOVES: [&str; 9] = [
        "fmr", "fneg", "fabs", "fnabs", "fcpsgn", "fmrgow", "fmrgew", "fsel", "fmvis",
    ];
    if base.starts_with('f') {
        return !MOVES.contains(&base) && !base.starts_with("ftdiv") && !base.starts_with("ftsqrt");
    }
    if !(base.starts_with("xs") || base.starts_with("xv")) {
        return false;
    }
    let stem = &base[2..];
    let moves = [
        "abs", "nabs", "neg", "cpsgn", "iexp", "xexp", "xsig", "tdiv", "tsqrt", "tstdc",
    ];
    !moves.iter().any(|start| stem.starts_with(start))
}

/// Returns the flow of branches, operations on CR, traps, barriers.
fn control(line: &Line) -> Option<Flow> {
    let name = line.mnemonic.as_str();
    let operands: Vec<&str> = line.operands.iter().map(String::as_str).collect();
    let branch = |target| {
        let (bo, bit) = (number(operands[0]), operands[1]);
        let mut flow = compute(target, Registers::NONE);
        if name.ends_with('l') || name.ends_with("la") {
            flow.second = LR;
        }
        if bo & 0b1_0000 == 0 {
            flow.data |= field_of_bit(bit);
        }
        if bo & 0b0_0100 == 0 {
            flow.data |= CTR;
            flow.second |= CTR;
            flow.second_data = CTR;
        }
        flow.branch = !flow.data.is_empty();
        flow
    };
    Some(match name {
        "b" | "ba" => Flow::NONE,
        "bl" | "bla" => compute(Registers::NONE, LR),
        "bc" | "bca" | "bcl" | "bcla" => branch(Registers::NONE),
        "bclr" | "bclrl" => branch(LR),
        "bcctr" | "bcctrl" => branch(CTR),
        "bctar" | "bctarl" => branch(SPECIAL),
        "tw" | "td" | "twi" | "tdi" => Flow {
            branch: true,
            ..compute(
                operands[1..]
                    .iter()
                    .fold(Registers::NONE, |all, one| all | register(one)),
                Registers::NONE,
            )
        },
        "crand" | "cror" | "crxor" | "crnand" | "crnor" | "creqv" | "crandc" | "crorc" => compute(
            operands
                .iter()
                .fold(Registers::NONE, |all, one| all | field_of_bit(one)),
            field_of_bit(operands[0]),
        ),
        "isync" => Flow {
            context_sync: true,
            ..Flow::NONE
        },
        "sync" | "eieio" | "mbar" | "dcbt" | "dcbtst" | "dcbst" | "dcbf" | "icbi" => Flow::NONE,
        "sc" | "scv" => {
            let changed = [0]
                .into_iter()
                .chain(3..=12)
                .chain(32..=42)
                .chain([44])
                .collect();
            compute(changed, changed)
        }
        _ => return None,
    })
}

/// Returns the flow of moves from and to special registers and CR.
fn moves(line: &Line) -> Option<Flow> {
    let name = line.mnemonic.as_str();
    let operands: Vec<&str> = line.operands.iter().map(String::as_str).collect();
    let special = |text: &str| match number(text) {
        1 => CARRY | OVERFLOW,
        8 => LR,
        9 => CTR,
        259 | 268 | 269 | 287 => Registers::NONE,
        _ => SPECIAL,
    };
    let fields = |text: &str| -> Registers {
        let mask = number(text);
        (0..8_u8)
            .filter(|field| mask & 0x80 >> field != 0)
            .map(|field| 32 + field)
            .collect()
    };
    let all_cr: Registers = (32..40).collect();
    Some(match name {
        "mfspr" | "mftb" => compute(special(operands[1]), register(operands[0])),
        "mtspr" => {
            let to = special(operands[0]);
            let kept = if to == SPECIAL {
                SPECIAL
            } else {
                Registers::NONE
            };
            compute(register(operands[1]) | kept, to)
        }
        "mfcr" => compute(all_cr, register(operands[0])),
        "mfocrf" => {
            let to = register(operands[0]);
            let from = fields(operands[1]);
            let is_one = from.numbers().count() == 1;
            compute(if is_one { from } else { all_cr | to }, to)
        }
        "mtcrf" | "mtocrf" => compute(register(operands[1]), fields(operands[0])),
        "mcrxrx" => compute(CARRY | OVERFLOW, register(operands[0])),
        "mcrfs" => compute(FPSCR | FP_STATUS, register(operands[0])),
        "mtfsb0" | "mtfsb1" | "mtfsfi" => Flow::NONE,
        "mtfsb0." | "mtfsb1." | "mtfsfi." => Flow {
            second: CR1,
            second_data: FPSCR | FP_STATUS,
            ..Flow::NONE
        },
        "isel" => compute(
            register(operands[1]) | register(operands[2]) | field_of_bit(operands[3]),
            register(operands[0]),
        ),
        _ => return None,
    })
}

/// Returns the flow of fixed-point arithmetic and logic, whose first operand is the result.
fn fixed(base: &str, is_recorded: bool, first: Registers, rest: Registers) -> Flow {
    let mut flow = compute(rest, first);
    // An instruction whose name ends with `o` sets overflow.
    let sets_overflow = base.ends_with('o');
    let stem = base.trim_end_matches('o');
    if matches!(
        stem,
        "addc"
            | "adde"
            | "addze"
            | "addme"
            | "subfc"
            | "subfe"
            | "subfze"
            | "subfme"
            | "addic"
            | "subfic"
            | "sraw"
            | "srad"
            | "srawi"
            | "sradi"
    ) {
        flow.computed |= CARRY;
    }
    if matches!(
        stem,
        "adde" | "addze" | "addme" | "subfe" | "subfze" | "subfme"
    ) {
        flow.data |= CARRY;
    }
    if matches!(stem, "rlwimi" | "rldimi") {
        flow.data |= first;
    }
    if matches!(stem, "cmp" | "cmpl" | "cmpi" | "cmpli" | "addex") {
        flow.data |= OVERFLOW;
    }
    if stem == "addex" {
        flow.computed |= OVERFLOW;
    }
    // SO is sticky, and CR0 receives a copy of it; the result does not depend on it.
    if sets_overflow {
        flow.second |= OVERFLOW;
    }
    if is_recorded {
        flow.second |= CR0;
    }
    if !flow.second.is_empty() {
        flow.second_data = flow.data | OVERFLOW;
    }
    flow
}
