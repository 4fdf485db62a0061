//! The option that selects a strategy, for all commands that run guests.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use emulator::strategy::Strategy;

/// How the free choices of a run are made.
#[derive(Debug, Clone, Args)]
pub struct StrategyArgs {
    /// How to make the free choices of a run: `uniform` draws each one at random, independently; `pct`
    /// runs the thread with the highest random priority, and changes priorities at random moments
    #[arg(long, value_parser = strategy(), default_value = Strategy::Uniform.name(),
        hide_possible_values = true, value_name = "uniform|pct",
        env = "OVERTAKE_STRATEGY", hide_env_values = true)]
    pub strategy: Strategy,
}

/// Reads the name of a strategy.
fn strategy() -> impl TypedValueParser<Value = Strategy> {
    PossibleValuesParser::new(Strategy::ALL.map(Strategy::name))
        .map(|name| Strategy::parse(&name).expect("one of the names"))
}

/// The value of `--strategy` that a printed command needs to select this strategy; none if it is the
/// default. With `OVERTAKE_STRATEGY` set, always the name: the variable may have changed by then.
pub fn again(strategy: Strategy) -> Option<&'static str> {
    let by_variable = std::env::var_os("OVERTAKE_STRATEGY").is_some();
    by_variable
        .then_some(strategy.name())
        .or(strategy.other_than_default())
}
