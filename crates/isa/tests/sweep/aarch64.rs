use isa::{Access, Acquire, Arch, Pairs};

use crate::support::Disassembler;
use crate::{Expected, Numbers, Seen, effect};

#[test]
fn sweep() {
    let disassembler = Disassembler::new(Arch::AArch64);
    let mut numbers = Numbers(1);
    let mut seen = Seen::default();
    // The mask and value of each group that orders, and the number of words to test.
    const GROUPS: [(u32, u32, usize); 8] = [
        (0, 0, 300_000),
        // Exclusives, ordered, compare-and-swap; with their should-be-one fields set.
        (0x3f00_0000, 0x0800_0000, 50_000),
        (0x3f00_7c00, 0x0800_7c00, 50_000),
        // Atomics.
        (0x3f20_0c00, 0x3820_0000, 100_000),
        // RCpc unscaled.
        (0x3f20_0c00, 0x1900_0000, 20_000),
        // System: hints and barriers; system instructions; registers.
        (0xffff_e01f, 0xd503_201f, 4_000),
        (0xfff8_0000, 0xd508_0000, 20_000),
        (0xffd0_0000, 0xd510_0000, 20_000),
    ];
    for (mask, value, count) in GROUPS {
        for _ in 0..count {
            let word = numbers.word_like(mask, value);
            seen.check(&disassembler, &word.to_le_bytes(), |text, bytes| {
                expected(text, bytes)
            });
        }
    }
    seen.report(Arch::AArch64, 200_000, 50_000);
}

fn expected(text: &str, bytes: &[u8]) -> Expected {
    let (mnemonic, operands) = text.split_once(' ').unwrap_or((text, ""));
    let fence = |pairs| effect(|e| e.fence = pairs);
    match mnemonic {
        "dsb" | "dfb" | "esb" | "psb" | "tsb" | "ssbb" | "pssbb" | "sb" => fence(Pairs::ALL),
        "dmb" => fence(match operands {
            "ld" | "ishld" | "nshld" | "oshld" => Pairs::RR | Pairs::RW,
            "st" | "ishst" | "nshst" | "oshst" => Pairs::WW,
            _ => Pairs::ALL,
        }),
        "isb" | "yield" | "wfe" | "wfi" => effect(|e| e.spin_hint = true),
        "dc" if ["zva,", "gva,", "gzva,"]
            .iter()
            .any(|it| operands.starts_with(it)) =>
        {
            effect(|e| e.unseen_write = true)
        }
        "hint" => hint(operands),
        // capstone has no name for `dsb nXS` and calls it `msr`.
        "msr" if bytes[0] == 0x3f && operands.starts_with("s0_3_c3_") => {
            let crm = bytes[1] & 0x0f;
            if crm & 0b0011 == 0b0010 {
                fence(Pairs::ALL)
            } else {
                Expected::NotPlain
            }
        }
        "dc" | "ic" | "tlbi" | "at" | "sys" | "sysl" => Expected::NotPlain,
        "hvc" | "smc" | "hlt" | "eret" | "drps" => Expected::NotPlain,
        "stg" | "st2g" | "stzg" | "stz2g" | "stgp" | "ldg" | "ldgm" | "stgm" | "stzgm" => {
            Expected::NotPlain
        }
        _ => exclusive(mnemonic)
            .or_else(|| atomic(mnemonic, operands))
            .unwrap_or(
                if mnemonic.starts_with("ld64") || mnemonic.starts_with("st64") {
                    Expected::NotPlain
                } else {
                    Expected::PlainOrUnknown
                },
            ),
    }
}

/// The hints for which capstone has no name.
fn hint(operands: &str) -> Expected {
    match operands {
        // `tsb csync`, `gcsb dsync`
        "#0x12" | "#0x13" => effect(|e| e.fence = Pairs::ALL),
        _ => Expected::PlainOrUnknown,
    }
}

fn exclusive(mnemonic: &str) -> Option<Expected> {
    let unsized_name = mnemonic.strip_suffix(['b', 'h']).unwrap_or(mnemonic);
    Some(match unsized_name {
        "ldxr" | "ldxp" => effect(|e| e.access = Access::LoadReserved),
        "ldaxr" | "ldaxp" => effect(|e| {
            e.access = Access::LoadReserved;
            e.acquire = Acquire::Rcsc;
        }),
        "stxr" | "stxp" => effect(|e| e.access = Access::StoreConditional),
        "stlxr" | "stlxp" => effect(|e| {
            e.access = Access::StoreConditional;
            e.release = true;
        }),
        "ldar" | "ldlar" => effect(|e| e.acquire = Acquire::Rcsc),
        "stlr" | "stllr" | "stlur" => effect(|e| e.release = true),
        name if name.starts_with("ldapr") || name.starts_with("ldapur") => {
            effect(|e| e.acquire = Acquire::Rcpc)
        }
        _ => return None,
    })
}

fn atomic(mnemonic: &str, operands: &str) -> Option<Expected> {
    const OPERATIONS: [&str; 8] = ["add", "clr", "eor", "set", "smax", "smin", "umax", "umin"];
    let after_operation = |prefix: &str| {
        let rest = mnemonic.strip_prefix(prefix)?;
        OPERATIONS.iter().find_map(|name| rest.strip_prefix(name))
    };
    let (suffix, loses_acquire) = None
        .or_else(|| Some((after_operation("ld")?, true)))
        .or_else(|| Some((after_operation("st")?, true)))
        .or_else(|| Some((mnemonic.strip_prefix("swp")?, true)))
        .or_else(|| Some((mnemonic.strip_prefix("casp")?, false)))
        .or_else(|| Some((mnemonic.strip_prefix("cas")?, false)))?;
    let (acquire, release) = match suffix.strip_suffix(['b', 'h']).unwrap_or(suffix) {
        "" => (false, false),
        "a" => (true, false),
        "l" => (false, true),
        "al" => (true, true),
        _ => return None,
    };
    // `stadd` has no result; the result of `ldadd` and `swp` is the second operand, of `cas` the
    // first, and `casp` has one always.
    let mut operands = operands.split(", ");
    let result = match mnemonic {
        name if name.starts_with("casp") => None,
        name if name.starts_with("cas") => operands.next(),
        name if name.starts_with("st") => Some("xzr"),
        _ => operands.nth(1),
    };
    let no_result = matches!(result, Some("wzr" | "xzr"));
    let acquire = acquire && !(loses_acquire && no_result);
    Some(effect(|e| {
        e.access = Access::Atomic;
        e.release = release;
        e.no_result = no_result;
        if acquire {
            e.acquire = Acquire::Rcsc;
        }
        if acquire && release {
            e.fence = Pairs::ALL;
        }
    }))
}
