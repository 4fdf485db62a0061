//! Tests Power with the C library and with words of every opcode.

mod access;
mod mnemonics;
mod operands;

use isa::Arch;

use crate::objdump::{Line, disassemble, libraries};
use crate::sweep::{Seen, words};
use mnemonics::expected;

fn check(seen: &mut Seen, line: &Line) {
    seen.check(Arch::Ppc64le, line, expected);
}

#[test]
fn libraries_agree() {
    let mut seen = Seen::default();
    for line in libraries(Arch::Ppc64le) {
        check(&mut seen, &line);
    }
    seen.report(Arch::Ppc64le, 50_000);
    let unknown: usize = seen.unknown.values().sum();
    assert!(unknown * 5_000 < seen.known, "{unknown} are unknown");
}

#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "it takes too long under emulation: a sample is compared"
)]
fn words_agree() {
    compare_words(1);
}

#[test]
#[cfg(not(target_arch = "x86_64"))]
fn one_word_of_20_agrees() {
    compare_words(20);
}

/// Compares one of `sample` words.
fn compare_words(sample: u64) {
    let mut code = Vec::new();
    let mut add = |mask, value, count| {
        for word in words(mask, value, u64::div_ceil(count, sample)) {
            code.push(word.to_le_bytes().to_vec());
        }
    };
    for opcode in 0..64 {
        add(0xfc00_0000, opcode << 26, 5_000);
    }
    // Each extended opcode with random other fields. Some words have the middle field, the last
    // field, or both zero, for instructions that have no such operand.
    for (opcode, bits, first) in [
        (4, 11, 0),
        (19, 10, 1),
        (31, 10, 1),
        (59, 10, 1),
        (60, 9, 2),
        (63, 10, 1),
    ] {
        for xo in 0..1 << bits {
            let mask = 0xfc00_0000 | ((1 << bits) - 1) << first;
            let value = opcode << 26 | xo << first;
            add(mask, value, 40);
            add(mask | 0x001f_0000, value, 20);
            add(mask | 0x0000_f800, value, 20);
            add(mask | 0x001f_f800, value, 20);
        }
    }
    // The groups whose middle field selects the instruction.
    for selector in 0..32 {
        for (mask, value) in [
            (0xfc00_07ff, 0x1000_0602),
            (0xfc00_07fc, 0xf000_056c),
            (0xfc00_07fc, 0xf000_076c),
            (0xfc00_07ff, 0xfc00_048e),
            (0xfc00_07fe, 0xfc00_0648),
            (0xfc00_07fe, 0xfc00_0688),
        ] {
            add(mask | 0x001f_0000, value | selector << 16, 40);
            add(mask | 0x001f_f800, value | selector << 16, 10);
        }
    }
    // `mfspr`, `mtspr` of the registers that a program may use.
    for spr in [1, 3, 8, 9, 256, 259, 268, 269, 287, 815, 896, 898] {
        let halves = (spr & 31) << 16 | (spr >> 5) << 11;
        add(0xfc1f_ffff, 0x7c00_02a6 | halves, 10);
        add(0xfc1f_ffff, 0x7c00_03a6 | halves, 10);
    }
    let mut seen = Seen::default();
    for line in disassemble(Arch::Ppc64le, "words", &code) {
        check(&mut seen, &line);
    }
    seen.report(Arch::Ppc64le, 400_000 / sample as usize);
    let unexpected: Vec<_> = seen
        .unknown
        .iter()
        .filter(|(mnemonic, _)| !is_unknown_on_purpose(mnemonic))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?} are unknown");
}

/// Whether the instruction is unknown on purpose, in some cases only with a reserved operand.
fn is_unknown_on_purpose(mnemonic: &str) -> bool {
    const KERNEL: [&str; 15] = [
        "slb", "tlb", "mtsr", "mtmsr", "mfmsr", "rfi", "msg", "attn", "mfbhrbe", "hash", "lbzcix",
        "lhzcix", "lwzcix", "ldcix", "mtsle",
    ];
    let has_prefix = |prefixes: &[&str]| prefixes.iter().any(|one| mnemonic.starts_with(one));
    match mnemonic {
        // Decimal arithmetic.
        _ if has_prefix(&["bcd", "cbcdtd", "cdtbcd"]) => true,
        _ if has_prefix(&["darn", "div"]) => false,
        "dcbt" | "dcbtst" | "dcbst" | "dcbf" | "dcbz" | "dcbzl" => false,
        _ if mnemonic.starts_with('d') => true,
        // Errors in little-endian mode; transactions, accelerators, privileged instructions.
        "lmw" | "stmw" | "lswi" | "lswx" | "stswi" | "stswx" => true,
        "stbcix" | "sthcix" | "stwcix" | "stdcix" | "eciwx" | "ecowx" | "icbt" => true,
        "tcheck" | "tsr." | "copy" | "paste." | "pbt." | "icswx" | "icswx." => true,
        _ if has_prefix(&["tabort", "tbegin", "tend"]) || has_prefix(&KERNEL) => true,
        // The forms with reserved operands, or with registers that a program may not use.
        "addex" | "lq" | "sc" | "mfspr" | "mtspr" => true,
        _ => false,
    }
}
