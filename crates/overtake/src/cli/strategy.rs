//! The option that names a strategy, the same for all commands that run guests.

use clap::Args;

use crate::emulation::Strategy;

/// Who makes the free choices.
#[derive(Debug, Clone, Args)]
pub struct StrategyArgs {
    /// Who makes the free choices: `uniform` makes each at random, independent of the others; `pct`
    /// runs the thread of the highest random priority, and changes priorities now and then
    #[arg(long, value_enum, default_value_t = Strategy::Uniform,
        hide_possible_values = true, value_name = "uniform|pct",
        env = "OVERTAKE_STRATEGY", hide_env_values = true)]
    pub strategy: Strategy,
}
