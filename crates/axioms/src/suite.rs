//! The project's own suite: cycles of each architecture with the outcomes that it allows.
//!
//! `data/ARCH.json` has one test a line. Its verdicts are herd7 7.58's where `source` says so;
//! those of `axioms` are this crate's.

use std::collections::BTreeSet;

use diy::{Arch, Cycle, Error, Test, by_hand};
use serde::{Deserialize, Serialize};

use crate::{Model, Outcomes};

/// One test of the suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name, unique in its architecture.
    pub name: String,
    /// The cycle that it is made from; `by hand` for one of [`diy::by_hand`].
    pub cycle: String,
    /// Its family.
    pub shape: String,
    /// Who said what is allowed.
    pub source: String,
    /// What is allowed.
    pub states: Verdicts,
}

impl Entry {
    /// The test.
    ///
    /// # Errors
    ///
    /// If its cycle is none, or it is said to be made by hand and is not.
    pub fn test(&self, arch: Arch) -> Result<Test, Error> {
        if self.cycle == BY_HAND {
            let mut written = by_hand(arch)?.into_iter();
            let found = written.find(|test| test.name == self.name);
            return found.ok_or_else(|| Error::Family {
                name: self.name.clone(),
                family: self.shape.clone(),
            });
        }
        Cycle::parse(arch, &self.cycle)?.test_named(&self.name)
    }
}

/// What stands in place of a cycle.
const BY_HAND: &str = "by hand";

/// The final states that each model allows, and those before it do not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdicts {
    /// By interleaving alone.
    pub sequentially_consistent: BTreeSet<String>,
    /// When stores are delayed as well.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stores_delayed: BTreeSet<String>,
    /// When loads overtake loads as well.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub loads_reordered: BTreeSet<String>,
    /// When stores overtake earlier loads as well, and on Power are not visible to all at once.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub load_buffering: BTreeSet<String>,
}

impl Verdicts {
    /// All that `model` allows.
    #[must_use]
    pub fn of(&self, model: Model) -> BTreeSet<&str> {
        let sets = [
            &self.sequentially_consistent,
            &self.stores_delayed,
            &self.loads_reordered,
            &self.load_buffering,
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
            load_buffering: new(Model::Allowed),
        }
    }
}

/// Why the suite could not be read.
pub type SuiteError = serde_json::Error;

/// The tests of an architecture, by name.
///
/// # Errors
///
/// If its file is not what it should be.
pub fn suite(arch: Arch) -> Result<Vec<Entry>, SuiteError> {
    serde_json::from_str(match arch {
        Arch::AArch64 => include_str!("../data/AArch64.json"),
        Arch::Ppc64le => include_str!("../data/PPC.json"),
        Arch::Riscv64 => include_str!("../data/RISCV.json"),
        Arch::X86_64 => include_str!("../data/X86_64.json"),
    })
}
