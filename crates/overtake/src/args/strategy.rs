//! The option that names a strategy, the same for all commands that run guests.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use emulator::strategy::Strategy;

/// Who makes the free choices.
#[derive(Debug, Clone, Args)]
pub struct StrategyArgs {
    /// Who makes the free choices: `uniform` makes each at random, independent of the others; `pct`
    /// runs the thread of the highest random priority, and changes priorities now and then
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

/// What a command must say to have this strategy, whatever `OVERTAKE_STRATEGY` is then.
pub fn again(strategy: Strategy) -> Option<&'static str> {
    let by_variable = std::env::var_os("OVERTAKE_STRATEGY").is_some();
    by_variable
        .then_some(strategy.name())
        .or(strategy.other_than_default())
}
