//! Compares decoded flows with expected ones.

use std::collections::BTreeMap;

use isa::{Arch, Flow, Registers, flow};

use crate::names::notation;
use crate::objdump::Line;

/// The flow that an instruction's text asks for.
pub enum Expected {
    /// Exactly this flow.
    Exactly(Flow),
    /// This flow, possibly with more registers in `data`.
    AtLeast(Flow),
}

/// The result of a sweep.
#[derive(Default)]
pub struct Seen {
    pub known: usize,
    /// The number of instructions that are unknown to the decoder, by mnemonic.
    pub unknown: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Seen {
    pub fn check(&mut self, arch: Arch, line: &Line, expected: impl Fn(&Line) -> Expected) {
        let found = flow(arch, &line.bytes);
        if found == Flow::UNKNOWN {
            *self.unknown.entry(line.mnemonic.clone()).or_default() += 1;
            return;
        }
        self.known += 1;
        let (agrees, wanted) = match expected(line) {
            Expected::Exactly(wanted) => (found == wanted, wanted),
            Expected::AtLeast(wanted) => (is_at_least(&found, &wanted), wanted),
        };
        if !agrees {
            self.failures.push(format!(
                "{:02x?} {}: {}, but expected {}",
                line.bytes,
                line.text(),
                notation(arch, &found),
                notation(arch, &wanted)
            ));
        }
    }

    /// Fails the test if anything was wrong, or if fewer than `least_known` were known.
    pub fn report(&self, arch: Arch, least_known: usize) {
        let unknown: usize = self.unknown.values().sum();
        println!(
            "{arch}: {} known, {unknown} unknown {:?}",
            self.known, self.unknown
        );
        let first: Vec<_> = self.failures.iter().take(40).cloned().collect();
        assert!(
            self.failures.is_empty(),
            "{} failures:\n{}",
            self.failures.len(),
            first.join("\n")
        );
        assert!(self.known >= least_known, "{arch}: {} known", self.known);
    }
}

/// Whether `found` is `wanted`, possibly with more registers in `data`.
fn is_at_least(found: &Flow, wanted: &Flow) -> bool {
    let data = found.data;
    data.contains(wanted.data)
        && data != Registers::ALL
        && Flow {
            data: wanted.data,
            ..*found
        } == *wanted
}

/// Returns `count` fixed pseudo-random words (SplitMix64) with `value` under `mask`.
pub fn words(mask: u32, value: u32, count: u64) -> impl Iterator<Item = u32> {
    (0..count).map(move |n| {
        let seed = u64::from(mask) << 32 | u64::from(value);
        let mut z = (seed.wrapping_add(n)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) as u32 & !mask) | value
    })
}
