//! The targets under test.

use std::env;

use arch::Arch;
use emulator::target_name;

/// The targets under test: those that `OVERTAKE_TEST_TARGETS` names, separated by commas, or all.
/// What is tested for each target is tested for these; what concerns one target is always tested.
///
/// # Panics
///
/// One of them is no target.
pub fn targets() -> Vec<Arch> {
    let Some(names) = env::var_os("OVERTAKE_TEST_TARGETS") else {
        return Arch::ALL.to_vec();
    };
    let names = names.to_string_lossy();
    let named: Vec<_> = names
        .split(',')
        .map(|name| {
            target_name::parse(name)
                .unwrap_or_else(|error| panic!("OVERTAKE_TEST_TARGETS: {error}"))
        })
        .collect();
    // In their order, and each once.
    let mut targets = Arch::ALL.to_vec();
    targets.retain(|target| named.contains(target));
    targets
}
