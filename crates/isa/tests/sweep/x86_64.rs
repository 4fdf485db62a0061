use isa::{Access, Arch, Pairs};

use crate::support::Disassembler;
use crate::{Expected, Numbers, Seen, effect};

#[test]
fn sweep() {
    let disassembler = Disassembler::new(Arch::X86_64);
    let mut numbers = Numbers(1);
    let mut seen = Seen::default();
    for length_of_prefixes in [0, 0, 1, 2, 3] {
        for map in [&[][..], &[0x0f], &[0x0f, 0x38], &[0x0f, 0x3a]] {
            for opcode in 0..=0xff {
                for _ in 0..120 {
                    let mut bytes = prefixes(&mut numbers, length_of_prefixes);
                    bytes.extend(map);
                    bytes.push(opcode);
                    fill(&mut bytes, &mut numbers);
                    seen.check(&disassembler, &bytes, expected);
                }
            }
        }
    }
    // VEX and EVEX
    for first in [0xc4, 0xc5, 0x62] {
        for _ in 0..40_000 {
            let mut bytes = vec![first];
            fill(&mut bytes, &mut numbers);
            seen.check(&disassembler, &bytes, expected);
        }
    }
    seen.report(Arch::X86_64, 150_000, 3_000);
}

fn prefixes(numbers: &mut Numbers, count: usize) -> Vec<u8> {
    const PREFIXES: [u8; 16] = [
        0xf0, 0xf0, 0xf0, 0xf2, 0xf3, 0x66, 0x67, 0x2e, 0x64, 0x65, 0x3e, 0x40, 0x41, 0x48, 0x4c,
        0x4f,
    ];
    (0..count)
        .map(|_| PREFIXES[numbers.below(PREFIXES.len())])
        .collect()
}

/// Appends random bytes, up to the length of the longest instruction.
fn fill(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    bytes.extend(numbers.next().to_le_bytes());
    bytes.extend(numbers.next().to_le_bytes());
    bytes.truncate(15);
}

/// The instructions that `lock` may precede: SDM 2A "LOCK", and `xchg`.
const LOCKABLE: [&str; 19] = [
    "add",
    "adc",
    "and",
    "btc",
    "btr",
    "bts",
    "cmpxchg",
    "cmpxchg8b",
    "cmpxchg16b",
    "dec",
    "inc",
    "neg",
    "not",
    "or",
    "sbb",
    "sub",
    "xor",
    "xadd",
    "xchg",
];

fn expected(text: &str, bytes: &[u8]) -> Expected {
    let is_prefix = |byte: &u8| matches!(byte, 0x26 | 0x2e | 0x36 | 0x3e | 0x40..=0x4f | 0x64..=0x67 | 0xf0 | 0xf2 | 0xf3);
    let prefixes = || bytes.iter().take_while(|byte| is_prefix(byte));
    let mnemonic = text
        .split(' ')
        .find(|word| !matches!(*word, "lock" | "xacquire" | "xrelease" | "rep" | "repne"))
        .unwrap_or_default();
    let first_operand = text.split(", ").next().unwrap_or_default();
    let locked = effect(|e| {
        e.access = Access::Atomic;
        e.fence = Pairs::ALL;
    });
    if mnemonic == "xchg" && text.contains('[') {
        return locked;
    }
    // capstone does not always print `lock`, and accepts it on instructions where it raises #UD.
    if prefixes().any(|&byte| byte == 0xf0) {
        return if LOCKABLE.contains(&mnemonic) && first_operand.contains('[') {
            locked
        } else {
            Expected::NotPlain
        };
    }
    let fence = |pairs| effect(|e| e.fence = pairs);
    // capstone ignores mandatory prefixes in groups 9 and 15, though with a prefix it is another
    // instruction or #UD.
    let has_mandatory = prefixes().any(|byte| matches!(byte, 0x66 | 0xf2 | 0xf3));
    let is_group = [
        "fxsave", "xsave", "clflush", "clwb", "lfence", "mfence", "sfence",
    ]
    .iter()
    .any(|name| mnemonic.starts_with(name));
    if has_mandatory && is_group {
        return Expected::NotPlain;
    }
    // capstone calls `pause` with any REX prefix `xchg`, which it is only with REX.B.
    if mnemonic == "xchg" && bytes.ends_with(&[0x90]) && prefixes().any(|&byte| byte == 0xf3) {
        return if first_operand.ends_with(" rax") || first_operand.ends_with(" eax") {
            effect(|e| e.spin_hint = true)
        } else {
            Expected::PlainOrUnknown
        };
    }
    match mnemonic {
        "mfence" | "cpuid" | "serialize" | "iret" | "iretd" | "iretq" | "clflush"
        | "clflushopt" | "clwb" => fence(Pairs::ALL),
        "lfence" => fence(Pairs::RR | Pairs::RW),
        "sfence" => fence(Pairs::WW),
        "pause" => effect(|e| e.spin_hint = true),
        "fxsave" | "fxsave64" | "xsave" | "xsave64" | "xsaveopt" | "xsaveopt64" | "xsavec"
        | "xsavec64" => effect(|e| e.unseen_write = true),
        "xbegin" | "xend" | "xabort" | "in" | "out" | "wrmsr" | "rdmsr" | "wbinvd" | "invd"
        | "hlt" | "movdiri" | "movdir64b" | "xsaves" | "xsaves64" | "wrpkru" | "bndstx"
        | "umwait" | "tpause" | "enqcmd" | "wrssd" | "wrssq" | "wrussd" | "wrussq" => {
            Expected::NotPlain
        }
        _ => Expected::PlainOrUnknown,
    }
}
