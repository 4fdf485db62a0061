//! Power, and the 64-bit ELF V2 ABI for it.

use super::convention::{Abi, Control, Frame, Register, numbered};

pub(crate) const ABI: Abi = Abi {
    names: &[
        "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13",
        "r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26",
        "r27", "r28", "r29", "r30", "r31",
    ],
    register: |name| numbered(name, "r", 32).map(|number| (Register(number), 64)),
    argument: Register(3),
    // Not r0, which means zero in an address; nor r1, r2 and r13, which tests may use.
    free: &[
        11, 10, 9, 8, 7, 6, 5, 4, 12, 3, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
        28, 29, 30, 31,
    ],
    // The stack pointer, the table of contents and the thread pointer are ordinary registers in
    // tests. A test makes no calls, so it is enough to restore them.
    preserved: &[
        1, 2, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    ],
    reserved,
    control,
    implicit: |_| &[],
    frame: Frame {
        store: |register, base, offset| format!("std {register}, {offset}({base})"),
        load: |register, base, offset| format!("ld {register}, {offset}({base})"),
        copy: |to, from| format!("mr {to}, {from}"),
        zero: |register| format!("li {register}, 0"),
        end: "blr",
        begin: "",
        prefix: "",
    },
};

fn reserved(word: &str) -> Option<&'static str> {
    let preserved = |prefix, range: std::ops::RangeInclusive<u8>| {
        numbered(word, prefix, 64).is_some_and(|number| range.contains(&number))
    };
    if word == "sp" || word == "rtoc" {
        Some("name the register by its number")
    } else if preserved("f", 14..=31)
        || preserved("v", 20..=31)
        || preserved("vs", 14..=31)
        || preserved("vs", 52..=63)
        || preserved("cr", 2..=4)
    {
        Some("it must be preserved; use one of f0 to f13, v0 to v19, cr0, cr1 and cr5 to cr7")
    } else if word == "lr" {
        Some("a test may not use the link register")
    } else {
        None
    }
}

fn control(mnemonic: &str) -> Control {
    // `+` and `-` are hints on the direction of a branch.
    let plain = mnemonic.trim_end_matches(['+', '-']);
    match plain {
        "sc" | "scv" | "rfid" | "rfscv" | "hrfid" | "mtlr" | "trap" | "attn" => Control::Leaves,
        // Traps.
        _ if plain.starts_with("tw") || plain.starts_with("td") => Control::Leaves,
        // Permutations and byte reversals, decimal arithmetic.
        "bpermd" | "brh" | "brw" | "brd" => Control::Next,
        _ if plain.starts_with("bcd") => Control::Next,
        // Branches to a register, with link, or to an absolute address.
        _ if plain.starts_with('b')
            && (["lr", "lrl", "ctr", "ctrl", "tar", "tarl"]
                .iter()
                .any(|end| plain.ends_with(end))
                || matches!(plain, "bl" | "bla" | "ba")
                || (plain.starts_with("bc") || plain.len() > 3)
                    && (plain.ends_with('l') || plain.ends_with('a'))) =>
        {
            Control::Leaves
        }
        _ if plain.starts_with('b') => Control::Branch,
        _ => Control::Next,
    }
}
