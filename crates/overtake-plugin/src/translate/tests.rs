//! The decoded bytes of an instruction give the same step as the instruction in a litmus test, with
//! which the exhaustive tests of the model run.

use super::{Block, Decoded};
use arch::{Arch, Pairs};
use conformance::instruction;
use diy::{Access, Fence, Operation, Order, Step, Test};

/// Every memory access of the litmus tests, as an assembler encodes it: the bytes in memory order.
const ACCESSES: &[(Arch, &str, &[u8])] = &[
    (Arch::AArch64, "LDR", &[0x61, 0x00, 0x40, 0xb9]),
    (Arch::AArch64, "LDR x", &[0x61, 0x00, 0x40, 0xf9]),
    (Arch::AArch64, "LDRB", &[0x61, 0x00, 0x40, 0x39]),
    (Arch::AArch64, "STRB", &[0x61, 0x00, 0x00, 0x39]),
    (Arch::AArch64, "LDRH", &[0x61, 0x00, 0x40, 0x79]),
    (Arch::AArch64, "STR", &[0x61, 0x00, 0x00, 0xb9]),
    (Arch::AArch64, "STRH", &[0x61, 0x00, 0x00, 0x79]),
    (Arch::AArch64, "LDAR", &[0x61, 0xfc, 0xdf, 0x88]),
    (Arch::AArch64, "LDAPR", &[0x61, 0xc0, 0xbf, 0xb8]),
    (Arch::AArch64, "STLR", &[0x61, 0xfc, 0x9f, 0x88]),
    (Arch::AArch64, "SWP", &[0x62, 0x80, 0x21, 0xb8]),
    (Arch::AArch64, "SWPA", &[0x62, 0x80, 0xa1, 0xb8]),
    (Arch::AArch64, "SWPL", &[0x62, 0x80, 0x61, 0xb8]),
    (Arch::AArch64, "SWPAL", &[0x62, 0x80, 0xe1, 0xb8]),
    (Arch::AArch64, "LDADD", &[0x62, 0x00, 0x21, 0xb8]),
    (Arch::AArch64, "LDADDAL", &[0x62, 0x00, 0xe1, 0xb8]),
    (Arch::AArch64, "CAS", &[0x62, 0x7c, 0xa1, 0x88]),
    (Arch::AArch64, "CASA", &[0x62, 0x7c, 0xe1, 0x88]),
    (Arch::AArch64, "CASL", &[0x62, 0xfc, 0xa1, 0x88]),
    (Arch::AArch64, "CASAL", &[0x62, 0xfc, 0xe1, 0x88]),
    (Arch::AArch64, "STR x", &[0x61, 0x00, 0x00, 0xf9]),
    (Arch::AArch64, "LDXR", &[0x61, 0x7c, 0x5f, 0x88]),
    (Arch::AArch64, "LDAXR", &[0x61, 0xfc, 0x5f, 0x88]),
    (Arch::AArch64, "STXR", &[0x61, 0x7c, 0x04, 0x88]),
    (Arch::AArch64, "STLXR", &[0x61, 0xfc, 0x04, 0x88]),
    (Arch::AArch64, "LDP", &[0x61, 0x08, 0x40, 0xa9]),
    (Arch::AArch64, "STP", &[0x61, 0x08, 0x00, 0xa9]),
    (Arch::Riscv64, "lbu", &[0x83, 0xc2, 0x03, 0x00]),
    (Arch::Riscv64, "ld", &[0x83, 0xb2, 0x03, 0x00]),
    (Arch::Riscv64, "sb", &[0x23, 0x80, 0x53, 0x00]),
    (Arch::Riscv64, "lhu", &[0x83, 0xd2, 0x03, 0x00]),
    (Arch::Riscv64, "lw", &[0x83, 0xa2, 0x03, 0x00]),
    (Arch::Riscv64, "sh", &[0x23, 0x90, 0x53, 0x00]),
    (Arch::Riscv64, "sw", &[0x23, 0xa0, 0x53, 0x00]),
    (Arch::Riscv64, "amoswap.w", &[0xaf, 0xa2, 0x63, 0x08]),
    (Arch::Riscv64, "amoswap.w.aq", &[0xaf, 0xa2, 0x63, 0x0c]),
    (Arch::Riscv64, "amoswap.w.rl", &[0xaf, 0xa2, 0x63, 0x0a]),
    (Arch::Riscv64, "amoswap.w.aq.rl", &[0xaf, 0xa2, 0x63, 0x0e]),
    (Arch::Riscv64, "amoadd.w", &[0xaf, 0xa2, 0x63, 0x00]),
    (Arch::Riscv64, "lr.w", &[0xaf, 0xa2, 0x03, 0x10]),
    (Arch::Riscv64, "lr.w.aq", &[0xaf, 0xa2, 0x03, 0x14]),
    (Arch::Riscv64, "sc.w", &[0xaf, 0xa2, 0x63, 0x18]),
    (Arch::Riscv64, "sc.w.rl", &[0xaf, 0xa2, 0x63, 0x1a]),
    (Arch::Ppc64le, "lbz", &[0x00, 0x00, 0x23, 0x88]),
    (Arch::Ppc64le, "lhz", &[0x00, 0x00, 0x23, 0xa0]),
    (Arch::Ppc64le, "ld", &[0x00, 0x00, 0x23, 0xe8]),
    (Arch::Ppc64le, "std", &[0x00, 0x00, 0x23, 0xf8]),
    (Arch::Ppc64le, "stb", &[0x00, 0x00, 0x23, 0x98]),
    (Arch::Ppc64le, "sth", &[0x00, 0x00, 0x23, 0xb0]),
    (Arch::Ppc64le, "lwz", &[0x00, 0x00, 0x23, 0x80]),
    (Arch::Ppc64le, "stw", &[0x00, 0x00, 0x23, 0x90]),
    (Arch::Ppc64le, "lwarx", &[0x28, 0x18, 0x20, 0x7c]),
    (Arch::Ppc64le, "stwcx.", &[0x2d, 0x19, 0x20, 0x7c]),
    (Arch::Ppc64le, "lq", &[0x00, 0x00, 0x83, 0xe0]),
    (Arch::Ppc64le, "stq", &[0x02, 0x00, 0x83, 0xf8]),
    (Arch::X86_64, "movzbl", &[0x0f, 0xb6, 0x07]),
    (Arch::X86_64, "movb to", &[0xc6, 0x07, 1]),
    (Arch::X86_64, "movl", &[0x8b, 0x07]),
    (Arch::X86_64, "movzwl", &[0x0f, 0xb7, 0x07]),
    (Arch::X86_64, "movl to", &[0xc7, 0x07, 1, 0, 0, 0]),
    (Arch::X86_64, "movw to", &[0x66, 0xc7, 0x07, 1, 0]),
    (Arch::X86_64, "movq", &[0x48, 0x8b, 0x07]),
    (Arch::X86_64, "movq to", &[0x48, 0xc7, 0x07, 1, 0, 0, 0]),
    (Arch::X86_64, "movdqa to", &[0x66, 0x0f, 0x7f, 0x07]),
    (Arch::X86_64, "xchgl", &[0x87, 0x07]),
    (Arch::X86_64, "lock", &[0xf0, 0x0f, 0xc1, 0x07]),
];

/// `halves`: the CPU makes two accesses of one to 16 bytes.
fn step(arch: Arch, bytes: &[u8], halves: bool) -> weakmem::Step {
    let decoded = Decoded::new(arch, 0, bytes, halves);
    without_loads(arch, decoded.step())
}

/// Clears what does not apply to x86, where no load is stale and `isa` tracks no registers.
fn without_loads(arch: Arch, mut step: weakmem::Step) -> weakmem::Step {
    if arch == Arch::X86_64 {
        (step.prepares, step.newest, step.single_copy) = (false, false, 0);
    }
    // That is known of an instruction in its block.
    step.expected = None;
    step
}

/// Returns the accesses of an architecture's suite, each kind once.
fn accesses(arch: Arch) -> Vec<Access> {
    let mut accesses: Vec<Access> = Vec::new();
    for entry in axioms::suite(arch).unwrap() {
        let test = entry.test(arch).unwrap();
        for step in test.processors.iter().flat_map(|one| &one.steps) {
            let Step::Access(access) = step else { continue };
            let alone = Access {
                size: access.size,
                order: access.order,
                value: diy::Value::Constant(1),
                ..Access::new(access.operation, 0, access.value)
            };
            if !accesses.contains(&alone) {
                accesses.push(alone);
            }
        }
    }
    accesses
}

/// Returns the name in [`ACCESSES`] of the access's instruction.
fn assembler_name(arch: Arch, access: Access) -> Vec<String> {
    let steps = vec![vec![Step::Access(access)]];
    let test = Test::new(arch, "alone", "by hand", steps, |_| Vec::new()).unwrap();
    let to = arch == Arch::X86_64 && access.operation == Operation::Write;
    let mnemonic = |line: &String| {
        let mnemonic = line.trim().split(' ').next().unwrap_or_default().to_owned();
        // AArch64 has one name for words and doublewords.
        let wide = arch == Arch::AArch64 && access.size == 8;
        match (to, wide) {
            (true, _) => mnemonic + " to",
            (_, true) => mnemonic + " x",
            _ => mnemonic,
        }
    };
    test.processors[0].code.iter().map(mnemonic).collect()
}

#[test]
fn an_access_is_the_same_step_as_in_the_exhaustive_tests() {
    let mut used = Vec::new();
    for arch in Arch::ALL {
        for access in accesses(arch) {
            let simple = matches!(access.operation, Operation::Read | Operation::Write);
            if arch == Arch::Riscv64 && simple && access.order != Order::default() {
                // No base ISA has `lw.aq` or `sw.rl`.
                continue;
            }
            let names = assembler_name(arch, access);
            // The instructions before it prepare its operands.
            let found = names.iter().rev().find_map(|wanted| {
                let mut known = ACCESSES.iter();
                known.find(|(of, name, _)| *of == arch && name == wanted)
            });
            let (_, name, bytes) = found.unwrap_or_else(|| panic!("{arch}: {names:?}"));
            let step = step(arch, bytes, access.size < 16);
            let expected = without_loads(arch, instruction::access(&access, arch));
            assert_eq!(step, expected, "{arch} {name}");
            used.push((arch, *name));
        }
    }
    let unused: Vec<_> = ACCESSES
        .iter()
        .filter(|(arch, name, _)| !used.contains(&(*arch, name)))
        .collect();
    assert!(unused.is_empty(), "{unused:x?}");
}

/// A pair and a vector register are the exhaustive tests' access of 16 bytes where the CPU has
/// FEAT_LSE2, and their accesses of 8 bytes where it has not.
#[test]
fn sixteen_bytes_are_one_access_or_two() {
    const PAIR: u32 = 0xa940_0861; // ldp x1, x2, [x3]
    const VECTOR: u32 = 0x3dc0_0061; // ldr q1, [x3]
    for word in [PAIR, VECTOR] {
        for (halves, access) in [
            (false, Access::read(0).wide(0)),
            (true, Access::read(0).sized(8, 0)),
        ] {
            let step = step(Arch::AArch64, &word.to_le_bytes(), halves);
            let expected = instruction::access(&access, Arch::AArch64);
            assert_eq!(step, expected, "{word:x} {halves}");
        }
    }
}

#[test]
fn a_fence_is_the_same_step_as_in_the_exhaustive_tests() {
    const RISCV: [u32; 11] = [
        0x0220_000f,
        0x0210_000f,
        0x0230_000f,
        0x0120_000f,
        0x0110_000f,
        0x0130_000f,
        0x0320_000f,
        0x0310_000f,
        0x0330_000f,
        0x8330_000f,
        0x0000_100f,
    ];
    /// The fields that distinguish the fences `dmb`, `dsb` and `isb`.
    const AARCH64: [u32; 13] = [
        0xfbf, 0xdbf, 0xebf, 0xbbf, 0x9bf, 0xabf, 0xf9f, 0xd9f, 0xe9f, 0xb9f, 0x99f, 0xa9f, 0xfdf,
    ];
    const PPC: [u32; 4] = [0x7c00_04ac, 0x7c20_04ac, 0x7c00_06ac, 0x4c00_012c];
    const X86_64: [[u8; 3]; 3] = [[0x0f, 0xae, 0xf0], [0x0f, 0xae, 0xf8], [0x0f, 0xae, 0xe8]];
    for arch in Arch::ALL {
        let words = |words: &[u32]| words.iter().map(|it| it.to_le_bytes().to_vec()).collect();
        let bytes: Vec<Vec<u8>> = match arch {
            Arch::AArch64 => words(&AARCH64.map(|field| 0xd503_3000 | field)),
            Arch::Ppc64le => words(&PPC),
            Arch::Riscv64 => words(&RISCV),
            Arch::X86_64 => X86_64.iter().map(|it| it.to_vec()).collect(),
        };
        let fences = Fence::all(arch);
        assert_eq!(bytes.len(), fences.len());
        for (bytes, fence) in bytes.iter().zip(fences) {
            let step = step(arch, bytes, true);
            let mut expected = instruction::fence(fence, arch);
            if fence.instruction.starts_with("DSB") {
                // `isa` decodes every `dsb` as a full fence, which is stronger.
                (expected.before, expected.after) = (Pairs::ALL, Pairs::ALL);
            }
            assert_eq!(step, expected, "{arch} {}", fence.instruction);
        }
    }
}

/// One repair follows a series of unseen writes, before the next instruction that accesses memory.
#[test]
fn unseen_writes_that_follow_each_other_are_repaired_together() {
    const ZERO: u32 = 0xd50b_7423; // dc zva, x3
    const ADD: u32 = 0x9101_0063; // add x3, x3, #64
    const LOAD: u32 = 0xf940_0061; // ldr x1, [x3]
    const BARRIER: u32 = 0xd503_3bbf; // dmb ish
    let block = |words: &[u32]| {
        let decoded = words.iter().zip(0_u64..);
        let decoded: Vec<_> = decoded
            .map(|(word, index)| Decoded::new(Arch::AArch64, 4 * index, &word.to_le_bytes(), true))
            .collect();
        Block::new(0, &decoded)
    };
    let repairs = |words: &[u32]| {
        let body = block(words).body;
        body.iter().map(|it| it.needs_repair).collect::<Vec<_>>()
    };
    assert_eq!(repairs(&[ZERO, ADD, ZERO, ADD]), [false; 4]);
    assert_eq!(
        repairs(&[ZERO, ADD, ZERO, LOAD]),
        [false, false, false, true]
    );
    assert_eq!(
        repairs(&[ZERO, LOAD, ZERO, LOAD]),
        [false, true, false, true]
    );
    assert_eq!(repairs(&[ZERO, BARRIER, LOAD]), [false, true, false]);
    assert!(block(&[ADD, ZERO, LOAD]).unseen_first);
    assert!(!block(&[LOAD, ZERO]).unseen_first && !block(&[BARRIER, ZERO]).unseen_first);
    assert!(!block(&[ADD]).unseen_first);
}
