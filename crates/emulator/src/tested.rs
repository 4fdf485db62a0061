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
    /// What the guest read that differs between runs, and that so changes them, as a list in words.
    ///
    /// A run with one thread is the same whatever it read, as far as memory is concerned.
    pub fn inputs(&self) -> Option<String> {
        self.list(|input| !input.is_a_number())
    }

    /// The numbers that the guest asked for and that differ between runs, which most programs only pass on.
    pub fn numbers(&self) -> Option<String> {
        self.list(Input::is_a_number)
    }

    fn list(&self, which: impl Fn(Input) -> bool) -> Option<String> {
        let name = |(input, times): (&Input, &u64)| match times {
            1 => input.name().to_owned(),
            _ => format!("{} ({times} times)", input.name()),
        };
        let listed = self.inputs.iter().filter(|(input, _)| which(**input));
        let names: Vec<_> = listed.map(name).collect();
        (!names.is_empty() && self.stats.threads > 1).then(|| names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_alone_change_no_run_for_certain() {
        let mut tested = Tested::default();
        tested.inputs.insert(Input::ClockCall, 1);
        assert_eq!(
            (tested.inputs(), tested.numbers()),
            (None, None),
            "one thread"
        );
        tested.stats.threads = 2;
        assert_eq!(tested.inputs(), None);
        let numbers = tested.numbers().unwrap();
        assert_eq!(numbers, "the time by time(2) or times(2)");
        tested.inputs.insert(Input::Socket, 3);
        assert_eq!(tested.inputs().unwrap(), "a socket (3 times)");
    }
}
