use isa::{Access, Arch, Pairs};

use crate::support::Disassembler;
use crate::{Expected, Numbers, Seen, effect};

#[test]
fn sweep() {
    let disassembler = Disassembler::new(Arch::Ppc64le);
    let mut numbers = Numbers(1);
    let mut seen = Seen::default();
    let mut check = |word: u32| {
        seen.check(&disassembler, &word.to_le_bytes(), expected);
    };
    for _ in 0..200_000 {
        check(numbers.word());
    }
    // Every extended opcode of 19 and 31, with random other fields, and with small operands,
    // because capstone knows the barriers only with zeros in their reserved fields.
    for opcode in [19, 31] {
        for xo in 0..1024 {
            for _ in 0..100 {
                check(numbers.word_like(0xfc00_07fe, opcode << 26 | xo << 1));
            }
            for rc in 0..2 {
                for rt in 0..32 {
                    check(opcode << 26 | rt << 21 | xo << 1 | rc);
                    check(opcode << 26 | rt << 21 | 0x0003_2000 | xo << 1 | rc);
                }
            }
        }
    }
    seen.report(Arch::Ppc64le, 150_000, 2_000);
}

fn expected(text: &str, bytes: &[u8]) -> Expected {
    let word = u32::from_le_bytes(bytes.try_into().expect("4 bytes"));
    let mnemonic = text.split(' ').next().unwrap_or_default();
    let fence = |pairs| effect(|e| e.fence = pairs);
    let access = |access| effect(|e| e.access = access);
    match mnemonic {
        // capstone looks only at two bits of L, and ignores the third bit and SC of Power ISA 3.1.
        "sync" | "ptesync" | "msync" => fence(Pairs::ALL),
        "lwsync" if word & 0x009f_0000 != 0 => fence(Pairs::ALL),
        "lwsync" => fence(Pairs::RR | Pairs::RW | Pairs::WW),
        "eieio" => fence(Pairs::WW),
        "mbar" => fence(Pairs::ALL),
        "lbarx" | "lharx" | "lwarx" | "ldarx" | "lqarx" => access(Access::LoadReserved),
        "stbcx." | "sthcx." | "stwcx." | "stdcx." | "stqcx." => access(Access::StoreConditional),
        "lwat" | "ldat" | "stwat" | "stdat" => access(Access::Atomic),
        "dcbz" | "dcbzl" => effect(|e| e.unseen_write = true),
        "dcbf" | "dcbfl" | "dcbflp" | "dcbst" | "icbi" => fence(Pairs::ALL),
        "copy" | "paste" | "paste." | "cp_abort" | "copy_first" | "paste_last" => {
            Expected::NotPlain
        }
        "tbegin." | "tend." | "tabort." | "treclaim." | "trechkpt." | "tsr." | "tcheck" => {
            Expected::NotPlain
        }
        "dcba" | "dcbi" | "icbt" | "wait" | "rfid" | "rfebb" | "hrfid" | "rfci" | "rfi" => {
            Expected::NotPlain
        }
        "mtmsr" | "mtmsrd" | "mfmsr" | "tlbie" | "tlbiel" | "tlbsync" | "slbie" | "slbia"
        | "slbmte" | "hashst" | "hashchk" | "hashstp" | "hashchkp" => Expected::NotPlain,
        // The hints among `or`, which capstone calls `mr` or `or`.
        "mr" | "or" if matches!(word, 0x7c21_0b78 | 0x7f7b_db78 | 0x7fff_fb78) => {
            effect(|e| e.spin_hint = true)
        }
        _ => Expected::PlainOrUnknown,
    }
}
