//! The decoders against an independent disassembler (capstone), over many words: whatever
//! capstone calls by an ordering mnemonic must have exactly the effect that the mnemonic says,
//! and nothing that it calls otherwise may have one.

#[path = "../support/mod.rs"]
mod support;

mod aarch64;
mod ppc64le;
mod riscv64;
mod x86_64;

use isa::{Arch, Effect};
use support::{Disassembler, hex, notation};

/// What a text of capstone's asks of the decoder.
#[derive(Debug, PartialEq)]
enum Expected {
    /// It orders: exactly this.
    Effect(Effect),
    /// It matters to order in a way that is not modelled.
    NotPlain,
    /// It does not order: plain, or not known to the decoder.
    Harmless,
}

/// What is expected when capstone's text is an atomic read-modify-write and so on.
fn effect(change: impl FnOnce(&mut Effect)) -> Expected {
    let mut effect = Effect::PLAIN;
    change(&mut effect);
    Expected::Effect(effect)
}

/// Fixed pseudo-random numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn word(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    /// A word that has `value` under `mask` and anything elsewhere.
    fn word_like(&mut self, mask: u32, value: u32) -> u32 {
        (self.word() & !mask) | value
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// Counts of a sweep, so that one that tests nothing fails.
#[derive(Default)]
struct Seen {
    known: usize,
    ordering: usize,
    failures: Vec<String>,
}

impl Seen {
    fn check(
        &mut self,
        disassembler: &Disassembler,
        bytes: &[u8],
        expected: impl Fn(&str, &[u8]) -> Expected,
    ) {
        let Some((length, text)) = disassembler.first(bytes) else {
            return;
        };
        self.known += 1;
        let bytes = &bytes[..length];
        let expected = expected(&text, bytes);
        let effect = disassembler.decode(bytes);
        let agrees = match &expected {
            Expected::Effect(wanted) => {
                self.ordering += 1;
                effect == *wanted
            }
            Expected::NotPlain => !effect.is_plain(),
            Expected::Harmless => effect.is_plain() || effect.unknown,
        };
        if !agrees {
            let (bytes, effect) = (hex(bytes), notation(&effect));
            self.failures.push(format!(
                "{bytes} {text}: {effect}, but expected {expected:?}"
            ));
        }
    }

    fn report(mut self, arch: Arch, least_known: usize, least_ordering: usize) {
        let count = self.failures.len();
        self.failures.truncate(40);
        assert!(
            self.failures.is_empty(),
            "{count} failures:\n{}",
            self.failures.join("\n")
        );
        println!("{arch}: {} known, {} ordering", self.known, self.ordering);
        assert!(self.known >= least_known, "capstone knew {}", self.known);
        assert!(self.ordering >= least_ordering, "{} order", self.ordering);
    }
}
