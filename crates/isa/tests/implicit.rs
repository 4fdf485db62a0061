//! No register that capstone says an instruction reads or writes without naming it as an operand is
//! missing from its flow.
//!
//! Words of every group of encodings are compared; [`differs`] has a reason for each difference.
//! capstone knows the implicit registers of AArch64 and Power: NZCV; CR, LR, CTR, XER's carry, and
//! FPSCR's rounding mode ("RM"). It has none for FPCR and FPSR, for SO, VSCR, and RISC-V's `frm`
//! and `fflags`. Those are compared by the tables in `flow` and `flow_power_riscv`.

use std::collections::BTreeMap;

use capstone::arch::{self, BuildsCapstone, BuildsCapstoneEndian};
use capstone::{Capstone, Endian, RegId};
use isa::registers::aarch64 as a64;
use isa::{Arch, Flow, Registers, flow};

/// Fixed pseudo-random words (Knuth's MMIX generator, upper half) with `value` under `mask`.
fn words(mask: u32, value: u32, count: usize) -> impl Iterator<Item = u32> {
    let mut state = u64::from(mask) << 32 | u64::from(value);
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 32) as u32 & !mask) | value
    })
    .take(count)
}

/// Words of each group of AArch64: by bits 31 to 21 and by bits 15 to 10.
fn aarch64_words() -> Vec<u32> {
    let high = (0..1 << 11).flat_map(|high| words(0xffe0_0000, high << 21, 150));
    let low = (0..1 << 6).flat_map(|low| words(0x0000_fc00, low << 10, 2_000));
    high.chain(low).collect()
}

/// Words of each opcode and extended opcode of Power.
fn power_words() -> Vec<u32> {
    let primary = (0..64).flat_map(|opcode| words(0xfc00_0000, opcode << 26, 500));
    let extended = [
        (4, 11, 0),
        (19, 10, 1),
        (31, 10, 1),
        (59, 10, 1),
        (60, 9, 2),
        (63, 10, 1),
    ]
    .into_iter()
    .flat_map(|(opcode, bits, first)| {
        (0..1_u32 << bits).flat_map(move |xo| {
            let mask = 0xfc00_0000 | ((1 << bits) - 1) << first;
            let value = opcode << 26 | xo << first;
            let zero_in_middle = words(mask | 0x001f_0000, value, 6);
            words(mask, value, 12).chain(zero_in_middle)
        })
    });
    primary.chain(extended).collect()
}

/// Returns the register that capstone calls `name`, or `None` if its number is not known.
fn register(arch: Arch, name: &str) -> Option<Registers> {
    let numbered = |prefix: &str, below: u8| -> Option<u8> {
        let number = name.strip_prefix(prefix)?.parse().ok()?;
        (number < below).then_some(number)
    };
    if arch == Arch::AArch64 {
        return (name == "nzcv").then_some(a64::NZCV);
    }
    match name {
        "lr" => Some(Registers::one(40)),
        "ctr" => Some(Registers::one(41)),
        "ca" | "carry" | "xer" => Some(Registers::one(42)),
        // FPSCR's rounding mode.
        "rm" => Some(Registers::one(45)),
        "cr1eq" => Some(Registers::one(33)),
        _ => numbered("cr", 8)
            .map(|number| Registers::one(32 + number))
            .or_else(|| numbered("r", 32).map(Registers::one)),
    }
}

/// Why the flow of the word, on purpose, does not have the register `name`, which capstone says it
/// reads or writes.
fn differs(arch: Arch, word: u32, mnemonic: &str, name: &str) -> Option<&'static str> {
    if arch == Arch::AArch64 {
        return match mnemonic {
            "cbz" | "cbnz" => Some("capstone is wrong: they compare a register with zero"),
            _ => None,
        };
    }
    let keeps_ctr = word >> 23 & 1 != 0;
    let is_branch = mnemonic.starts_with('b');
    let is_to_ctr = word >> 1 & 0x3ff == 528;
    let moves_or_tests = [
        "abs", "nabs", "neg", "cpsgn", "mov", "tdiv", "tsqrt", "tstdc",
    ];
    match name {
        "rm" if is_branch => Some("LLVM puts it on branches that count"),
        "ctr" if is_branch && keeps_ctr => {
            Some("LLVM has one instruction for all branches, those that do not count among them")
        }
        "lr" if is_branch && is_to_ctr => {
            Some("capstone takes an invalid form, a count in CTR and a jump to CTR, for `bclr`")
        }
        "rm" if mnemonic.starts_with("lx") || mnemonic.starts_with("stx") => {
            Some("LLVM puts it on all of VSX; a move of data does not round")
        }
        "rm" if mnemonic
            .get(2..)
            .is_some_and(|stem| moves_or_tests.iter().any(|start| stem.starts_with(start))) =>
        {
            Some("LLVM puts it on all of VSX; a change of sign, or a test, does not round")
        }
        _ => None,
    }
}

struct Seen {
    compared: usize,
    by_register: BTreeMap<String, usize>,
    wrong: BTreeMap<String, String>,
}

fn compare(arch: Arch, mut capstone: Capstone, words: Vec<u32>) -> Seen {
    capstone.set_detail(true).expect("capstone has details");
    let mut seen = Seen {
        compared: 0,
        by_register: BTreeMap::new(),
        wrong: BTreeMap::new(),
    };
    for word in words {
        let bytes = word.to_le_bytes();
        let flow = flow(arch, &bytes);
        if flow == Flow::UNKNOWN {
            continue;
        }
        let Ok(instructions) = capstone.disasm_count(&bytes, 0, 1) else {
            continue;
        };
        let Some(instruction) = instructions.first() else {
            continue;
        };
        let detail = capstone.insn_detail(instruction).expect("details");
        let mnemonic = instruction.mnemonic().unwrap_or_default();
        seen.compared += 1;
        let mut check = |registers: &[RegId], found: Registers, is_read: bool| {
            for &id in registers {
                let name = capstone.reg_name(id).unwrap_or_default();
                *seen.by_register.entry(name.clone()).or_default() += 1;
                // capstone's access to operands is unreliable (`cmp` writes its first one), and they
                // are compared in `flow`.
                if arch == Arch::AArch64 && name != "nzcv" {
                    continue;
                }
                let known = register(arch, &name).is_some_and(|one| found.contains(one));
                if !known && differs(arch, word, mnemonic, &name).is_none() {
                    let what = if is_read { "reads" } else { "writes" };
                    let text = instruction.op_str().unwrap_or_default();
                    seen.wrong.insert(
                        format!("{mnemonic} {what} {name}"),
                        format!("{word:08x} {mnemonic} {text}: {found:?}"),
                    );
                }
            }
        };
        check(detail.regs_read(), flow.read(), true);
        check(
            detail.regs_write(),
            flow.written() | flow.accumulated,
            false,
        );
    }
    seen
}

/// Fails if anything is missing, or if one of these registers was never compared.
fn report(seen: &Seen, least: usize, names: &[&str]) {
    println!("{} compared: {:?}", seen.compared, seen.by_register);
    let wrong: Vec<_> = seen.wrong.iter().take(40).collect();
    assert!(
        wrong.is_empty(),
        "{} are missing:\n{wrong:#?}",
        seen.wrong.len()
    );
    assert!(seen.compared >= least, "{} compared", seen.compared);
    for name in names {
        assert!(
            seen.by_register.contains_key(*name),
            "{name} was not compared"
        );
    }
}

#[test]
fn aarch64() {
    let capstone = Capstone::new()
        .arm64()
        .mode(arch::arm64::ArchMode::Arm)
        .build();
    let seen = compare(Arch::AArch64, capstone.expect("capstone"), aarch64_words());
    report(&seen, 100_000, &["nzcv"]);
}

#[test]
fn power() {
    let capstone = Capstone::new()
        .ppc()
        .mode(arch::ppc::ArchMode::Mode64)
        .endian(Endian::Little)
        .build();
    let seen = compare(Arch::Ppc64le, capstone.expect("capstone"), power_words());
    report(&seen, 20_000, &["cr0", "cr1", "cr6", "lr", "ctr", "rm"]);
}
