//! Tests the decoders against an independent disassembler (capstone) with many words.
//!
//! An instruction with an ordering mnemonic must have exactly the effect of that mnemonic. All
//! others must be plain or unknown.

#[path = "../support/mod.rs"]
mod support;

mod aarch64;
mod ppc64le;
mod riscv64;
mod x86_64;

use isa::{Arch, Effect};
use support::{Disassembler, hex, notation};

/// The effect that capstone's text asks for.
#[derive(Debug, PartialEq)]
enum Expected {
    /// The instruction orders, and must have exactly this effect.
    Effect(Effect),
    /// The instruction orders in a way that is not modelled, so it must not be plain.
    NotPlain,
    /// The instruction does not order, so it must be plain or unknown.
    PlainOrUnknown,
}

/// Returns the expectation of a plain effect with one change.
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

    /// Returns a random word with `value` under `mask`.
    fn word_like(&mut self, mask: u32, value: u32) -> u32 {
        (self.word() & !mask) | value
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// The result of a sweep. The counts make a sweep fail that tests nothing.
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
            Expected::PlainOrUnknown => effect.is_plain() || effect.unknown,
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
