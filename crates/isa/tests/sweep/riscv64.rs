use isa::{Access, Acquire, Arch, Pairs};

use crate::support::Disassembler;
use crate::{Expected, Numbers, Seen, effect};

#[test]
fn sweep() {
    let disassembler = Disassembler::new(Arch::Riscv64);
    let mut numbers = Numbers(1);
    let mut seen = Seen::default();
    for half in 0..=u16::MAX {
        if half & 0b11 != 0b11 {
            seen.check(&disassembler, &half.to_le_bytes(), expected);
        }
    }
    // The mask and value of each group that orders, and the number of words to test.
    const GROUPS: [(u32, u32, usize); 6] = [
        (0x0000_0003, 0x0000_0003, 300_000),
        // AMO, of words and doubles; `lr`.
        (0x0600_607f, 0x0000_202f, 50_000),
        (0x0000_607f, 0x0000_202f, 100_000),
        (0xf9f0_607f, 0x1000_202f, 2_000),
        // MISC-MEM with zeros in its reserved fields: every fence.
        (0x000f_ff8f, 0x0000_000f, 20_000),
        // SYSTEM
        (0x0000_007f, 0x0000_0073, 50_000),
    ];
    for (mask, value, count) in GROUPS {
        for _ in 0..count {
            let word = numbers.word_like(mask, value);
            seen.check(&disassembler, &word.to_le_bytes(), expected);
        }
    }
    seen.report(Arch::Riscv64, 200_000, 40_000);
}

fn expected(text: &str, bytes: &[u8]) -> Expected {
    let (mnemonic, operands) = text.split_once(' ').unwrap_or((text, ""));
    match mnemonic {
        "fence" if text == "fence w, unknown" && bytes == [0x0f, 0, 0, 1] => {
            effect(|e| e.spin_hint = true)
        }
        "fence" => fence(operands),
        "fence.tso" => effect(|e| e.fence = Pairs::RR | Pairs::RW | Pairs::WW),
        "mret" | "sret" | "uret" | "wfi" | "sfence.vma" | "dret" => Expected::NotPlain,
        _ => atomic(mnemonic).unwrap_or(Expected::PlainOrUnknown),
    }
}

/// A `fence`. Without operands it is `fence iorw, iorw`; capstone calls an empty set `unknown`.
fn fence(operands: &str) -> Expected {
    let (before, after) = operands.split_once(", ").unwrap_or(("rw", "rw"));
    let has = |set: &str, kind| set != "unknown" && set.contains(kind);
    let mut pairs = Pairs::NONE;
    for (pair, first, second) in [
        (Pairs::RR, 'r', 'r'),
        (Pairs::RW, 'r', 'w'),
        (Pairs::WR, 'w', 'r'),
        (Pairs::WW, 'w', 'w'),
    ] {
        if has(before, first) && has(after, second) {
            pairs |= pair;
        }
    }
    effect(|e| e.fence = pairs)
}

fn atomic(mnemonic: &str) -> Option<Expected> {
    let mut parts = mnemonic.split('.');
    let access = match parts.next()? {
        "lr" => Access::LoadReserved,
        "sc" => Access::StoreConditional,
        name if name.starts_with("amo") => Access::Atomic,
        _ => return None,
    };
    assert!(matches!(parts.next(), Some("w" | "d")), "{mnemonic}");
    let (aq, rl) = match parts.next() {
        None => (false, false),
        Some("aq") => (true, false),
        Some("rl") => (false, true),
        Some("aqrl") => (true, true),
        Some(other) => panic!("{mnemonic}: {other}"),
    };
    Some(effect(|e| {
        e.access = access;
        e.release = rl;
        if aq {
            e.acquire = Acquire::Rcsc;
        }
        e.fence = match (access, aq, rl) {
            (_, true, true) => Pairs::ALL,
            (Access::LoadReserved, false, true) => Pairs::RR | Pairs::WR,
            (Access::StoreConditional, true, false) => Pairs::WR | Pairs::WW,
            _ => Pairs::NONE,
        };
    }))
}
