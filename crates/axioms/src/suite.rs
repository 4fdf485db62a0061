//! The project's suite: tests for each architecture with the outcomes that it allows.
//!
//! `data/ARCH.json` has one test a line. `source` names the origin of its verdict: herd7 7.58, or
//! `axioms` for this crate.

use std::collections::BTreeSet;

use diy::{Arch, Cycle, Error, Test, by_hand_named};
use serde::{Deserialize, Serialize};

use crate::{Model, Outcomes};

/// One test of the suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name, unique in its architecture.
    pub name: String,
    /// Its cycle; `by hand` for a test of [`diy::by_hand`].
    pub cycle: String,
    /// Its family.
    pub shape: String,
    /// The origin of the verdict.
    pub source: String,
    /// The allowed states.
    pub states: Verdicts,
}

impl Entry {
    /// The test.
    ///
    /// # Errors
    ///
    /// If its cycle is malformed, or no handwritten test has its name.
    pub fn test(&self, arch: Arch) -> Result<Test, Error> {
        if self.cycle == BY_HAND {
            return by_hand_named(arch, &self.name)?.ok_or_else(|| Error::Family {
                name: self.name.clone(),
                family: self.shape.clone(),
            });
        }
        Cycle::parse(arch, &self.cycle)?.test_named(&self.name)
    }
}

/// Marks a handwritten test in place of a cycle.
const BY_HAND: &str = "by hand";

/// The final states that each model allows, and the stronger models do not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdicts {
    /// By interleaving alone.
    pub sequentially_consistent: BTreeSet<String>,
    /// If stores may be delayed too.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stores_delayed: BTreeSet<String>,
    /// If loads may overtake loads too.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub loads_reordered: BTreeSet<String>,
    /// If stores may overtake earlier loads too.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub load_buffering: BTreeSet<String>,
    /// If, on Power, stores need not become visible to all processors at once.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub not_multi_copy_atomic: BTreeSet<String>,
}

impl Verdicts {
    /// All states that `model` allows.
    #[must_use]
    pub fn of(&self, model: Model) -> BTreeSet<&str> {
        let sets = [
            &self.sequentially_consistent,
            &self.stores_delayed,
            &self.loads_reordered,
            &self.load_buffering,
            &self.not_multi_copy_atomic,
        ];
        let upto = sets.into_iter().take(model as usize + 1);
        upto.flatten().map(String::as_str).collect()
    }
}

impl From<&Outcomes> for Verdicts {
    fn from(outcomes: &Outcomes) -> Verdicts {
        let new = |model: Model| {
            let states = outcomes.of(model).iter();
            let new = states.filter(|state| outcomes.strongest(state) == Some(model));
            new.cloned().collect()
        };
        Verdicts {
            sequentially_consistent: new(Model::SequentiallyConsistent),
            stores_delayed: new(Model::StoresDelayedOnly),
            loads_reordered: new(Model::WithoutLoadBuffering),
            load_buffering: new(Model::MultiCopyAtomic),
            not_multi_copy_atomic: new(Model::Allowed),
        }
    }
}

/// Why the suite could not be read.
pub type SuiteError = serde_json::Error;

/// The tests of an architecture, by name.
///
/// # Errors
///
/// If its file is malformed.
pub fn suite(arch: Arch) -> Result<Vec<Entry>, SuiteError> {
    serde_json::from_str(match arch {
        Arch::AArch64 => include_str!("../data/AArch64.json"),
        Arch::Ppc64le => include_str!("../data/PPC.json"),
        Arch::Riscv64 => include_str!("../data/RISCV.json"),
        Arch::X86_64 => include_str!("../data/X86_64.json"),
    })
}
