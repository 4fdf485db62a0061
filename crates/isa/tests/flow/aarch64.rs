use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use isa::registers::aarch64::{FPCR, FPSR};
use isa::{Arch, Flow, Registers, flow};

use crate::aarch64_operands::{Text, name};
use crate::aarch64_roles::expected;
use crate::notation::{names, notation};
use crate::support::{Disassembler, hex};
use crate::{binaries, table};

#[test]
fn aarch64_table() {
    table::check(Arch::AArch64, 200, name);
}

/// The result of comparing many words.
#[derive(Default)]
struct Seen {
    /// The number of words that capstone disassembles.
    compared: usize,
    /// The number of words with an unknown flow, including those unknown to capstone.
    unknown: usize,
    unknown_by_mnemonic: BTreeMap<String, usize>,
    wrong: BTreeMap<String, Vec<String>>,
}

impl Seen {
    /// Compares one word, and counts it `times` times.
    fn check(&mut self, disassembler: &Disassembler, word: u32, times: usize) {
        let bytes = word.to_le_bytes();
        let flow = flow(Arch::AArch64, &bytes);
        let text = disassembler.text(&bytes);
        if flow == Flow::UNKNOWN {
            self.unknown += times;
            let mnemonic = text.as_deref().map_or("?", |text| Text::new(text).mnemonic);
            *self
                .unknown_by_mnemonic
                .entry(mnemonic.to_owned())
                .or_default() += times;
        }
        let Some(text) = text else {
            return;
        };
        self.compared += times;
        let text_parts = Text::new(&text);
        if flow == Flow::UNKNOWN {
            return;
        }
        if let Some(problem) = difference(&flow, &text_parts) {
            let flow = notation(&flow, name);
            self.wrong
                .entry(text_parts.mnemonic.to_owned())
                .or_default()
                .push(format!("{} {text}: {flow}: {problem}", hex(&bytes)));
        }
    }

    fn report(&self) {
        println!(
            "{} compared, {} unknown: {:?}",
            self.compared, self.unknown, self.unknown_by_mnemonic
        );
        let examples: Vec<&str> = self
            .wrong
            .values()
            .flat_map(|examples| examples.iter().take(3))
            .map(String::as_str)
            .collect();
        assert!(
            examples.is_empty(),
            "{} mnemonics differ:\n{}",
            self.wrong.len(),
            examples.join("\n")
        );
    }
}

/// Describes how `flow` differs from the text, if it does.
fn difference(flow: &Flow, text: &Text) -> Option<String> {
    let expected = expected(text);
    for (found, wanted, what) in [
        (flow.load, expected.load, "a load"),
        (flow.store, expected.store, "a store"),
        (flow.several, expected.several, "several accesses"),
        (flow.branch, expected.branch, "a branch"),
        (
            flow.context_sync,
            expected.context_sync,
            "a synchronization",
        ),
    ] {
        if found != wanted {
            return Some(format!("whether it is {what} should be {wanted}"));
        }
    }
    for (found, wanted, what) in [
        (flow.address, expected.address, "address"),
        (flow.loaded, expected.loaded, "loaded"),
        (flow.computed, expected.computed, "computed"),
        (flow.updated, expected.updated, "updated"),
        (flow.status, expected.status, "status"),
        (flow.picked, expected.picked, "picked"),
        (flow.second, expected.second, "second"),
        (flow.second_data, Registers::NONE, "second_data"),
    ] {
        if found != wanted {
            return Some(format!("{what} should be {}", names(wanted, name)));
        }
    }
    if !flow.data.contains(expected.data) {
        return Some(format!("data is at least {}", names(expected.data, name)));
    }
    // All Advanced SIMD arithmetic counts as floating-point.
    let accumulates = flow.accumulated == FPSR;
    if expected.float && !accumulates {
        return Some("accumulated should be fpsr".to_owned());
    }
    if accumulates != flow.data.contains(FPCR) && expected.data.both(FPCR).is_empty() {
        return Some("it uses one of fpcr and fpsr".to_owned());
    }
    let vectors: Registers = (64..96).collect();
    let is_access = flow.load || flow.store;
    // Vector arithmetic may read more: its old destination, FPCR.
    let allowed = if is_access {
        Registers::NONE
    } else {
        vectors | FPCR
    };
    let surplus = flow.data.without(expected.data).without(allowed);
    (!surplus.is_empty()).then(|| format!("reads {} besides", names(surplus, name)))
}

#[test]
fn aarch64_programs() {
    let disassembler = Disassembler::new(Arch::AArch64);
    let mut files = binaries::standard_library("aarch64-unknown-linux-gnu");
    files.push("/usr/aarch64-linux-gnu/lib/libc.so.6".into());
    // The guests, if `cargo xtask build` has built them.
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/overtake/guests/aarch64");
    if let Ok(entries) = guests.read_dir() {
        files.extend(entries.map(|entry| entry.expect("an entry of the folder").path()));
    }
    let mut words: BTreeMap<u32, usize> = BTreeMap::new();
    for file in files {
        for bytes in binaries::code(&file).chunks_exact(4) {
            let word = u32::from_le_bytes(bytes.try_into().expect("4 bytes"));
            *words.entry(word).or_default() += 1;
        }
    }
    let mut seen = Seen::default();
    for (&word, &times) in &words {
        seen.check(&disassembler, word, times);
    }
    seen.report();
    assert!(seen.compared > 500_000, "{} compared", seen.compared);
    // System calls, and glibc's code for SVE and MTE.
    assert!(
        seen.unknown * 200 < seen.compared,
        "{} unknown",
        seen.unknown
    );
}

#[test]
fn aarch64_words() {
    // The mask and value of each group, and the number of words to test.
    const GROUPS: [(u32, u32, usize); 12] = [
        (0, 0, 200_000),
        (0x1c00_0000, 0x1000_0000, 50_000),
        (0x1c00_0000, 0x1400_0000, 50_000),
        (0x0e00_0000, 0x0a00_0000, 50_000),
        (0x0e00_0000, 0x0e00_0000, 200_000),
        (0x0a00_0000, 0x0800_0000, 100_000),
        // Loads and stores of vector structures.
        (0xbe00_0000, 0x0c00_0000, 50_000),
        // Exclusives, ordered, compare-and-swap; with their should-be-one fields set.
        (0x3f00_7c00, 0x0800_7c00, 20_000),
        // Scalar floating-point.
        (0x7f20_0000, 0x1e20_0000, 50_000),
        // Branches to registers.
        (0xfe1f_f000, 0xd61f_0000, 20_000),
        // System registers, hints.
        (0xfff0_0000, 0xd530_0000, 5_000),
        (0xffff_e01f, 0xd503_201f, 2_000),
    ];
    let disassembler = Disassembler::new(Arch::AArch64);
    let mut state = 1_u64;
    let mut seen = Seen::default();
    let mut done = HashSet::new();
    for (mask, value, count) in GROUPS {
        for _ in 0..count {
            let word = (random(&mut state) & !mask) | value;
            // SVE and SME, which are unknown on purpose.
            let is_sve = matches!(word >> 25 & 0xf, 0b0000 | 0b0010);
            if !is_sve && done.insert(word) {
                seen.check(&disassembler, word, 1);
            }
        }
    }
    seen.report();
    assert!(seen.compared > 200_000, "{} compared", seen.compared);
}

/// Fixed pseudo-random numbers (Knuth's MMIX generator, upper half).
fn random(state: &mut u64) -> u32 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 32) as u32
}

/// Every word has a flow, and a word with an unknown effect has [`Flow::UNKNOWN`].
#[test]
fn aarch64_total() {
    let mut state = 2_u64;
    for _ in 0..2_000_000 {
        let bytes = random(&mut state).to_le_bytes();
        let flow = flow(Arch::AArch64, &bytes);
        if isa::decode(Arch::AArch64, &bytes).unknown {
            assert_eq!(flow, Flow::UNKNOWN, "{}", hex(&bytes));
        }
    }
    for length in [0, 1, 2, 3, 5, 8] {
        assert_eq!(flow(Arch::AArch64, &[0x1f; 8][..length]), Flow::UNKNOWN);
    }
}
