//! What a run tested.

use std::collections::BTreeMap;

use overtake_report::Stats;
use overtake_report::input::Input;
use serde::Serialize;

/// What the plugin reported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tested {
    /// What was tested.
    #[serde(flatten)]
    pub stats: Stats,
    /// Hash over the guest's instructions and accesses, if it was asked for.
    pub trace_hash: Option<String>,
    /// Whether the plugin saw the end of the run. It does not if the guest was killed, replaced itself by another
    /// program, or did not start.
    pub complete: bool,
    /// What the guest read that differs between runs of the same seed, and how often.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<Input, u64>,
}

impl Tested {
    /// What the guest read that differs between runs, and that so may have changed this one, as a list in words.
    ///
    /// A run with one thread is the same whatever it read, as far as memory is concerned.
    pub fn inputs(&self) -> Option<String> {
        let name = |(input, times): (&Input, &u64)| match times {
            1 => input.name().to_owned(),
            _ => format!("{} ({times} times)", input.name()),
        };
        let changed = |(input, _): &(&Input, &u64)| **input != Input::Number;
        let names: Vec<_> = self.inputs.iter().filter(changed).map(name).collect();
        (!names.is_empty() && self.stats.threads > 1).then(|| names.join(", "))
    }

    /// Whether the guest knows its process number, which differs between runs, and which most programs only
    /// pass on.
    pub fn has_numbers(&self) -> bool {
        self.inputs.contains_key(&Input::Number)
    }
}
