//! Options for running litmus tests.

use clap::Args;
use emulator::cpu_choice::CpuChoice;
use emulator::model::Model;
use litmus_runner::series::Series;
use ring_race::scenario::Scenario;

use crate::args::jobs::jobs;
use crate::args::model::model;
use crate::args::place::PlaceArgs;
use crate::args::strategy::StrategyArgs;

/// How to run the tests.
#[derive(Debug, Args)]
pub struct SeriesArgs {
    /// Number of seeds to try with each test
    #[arg(long, value_name = "NUMBER", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// First seed; the others follow it
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub first_seed: u64,

    /// Number of iterations for each seed
    #[arg(long, value_name = "NUMBER", default_value_t = 1000,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub iterations: u64,

    /// CPU to emulate: QEMU's name of it, or `oldest` or `newest` for those of each architecture [default:
    /// neoverse-n1, power9, rv64 or Nehalem]
    #[arg(long, value_name = "CPU|oldest|newest")]
    pub cpu: Option<CpuChoice>,

    /// Memory model: `weak` is the architecture's, `none` is plain QEMU without the plugin
    #[arg(long, value_parser = model(), default_value = Model::Weak.name(),
        hide_possible_values = true, value_name = "weak|none")]
    pub model: Model,

    /// Stop a run after this many guest instructions; 0: no limit [default: depends on --iterations]
    #[arg(long, value_name = "INSTRUCTIONS")]
    pub budget: Option<u64>,

    /// Stop a run after this many seconds, as a last resort (not reproducible); 0: no limit
    #[arg(long, value_name = "SECONDS", default_value_t = Scenario::TIMEOUT)]
    pub timeout: u64,

    /// Number of concurrent runs; does not change the result [default: one for each core]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub jobs: Option<u64>,

    /// Compare the model with guest memory at every context switch: slow, finds defects of overtake
    #[arg(long)]
    pub check: bool,

    #[command(flatten)]
    pub strategy: StrategyArgs,

    /// Pass an option to the plugin unchanged; may be repeated
    #[arg(long, value_name = "KEY=VALUE", hide_short_help = true)]
    pub plugin_option: Vec<String>,

    #[command(flatten)]
    pub place: PlaceArgs,
}

impl SeriesArgs {
    /// The series that the options describe.
    pub fn series(&self) -> Series {
        Series {
            seeds: self.seeds,
            first_seed: self.first_seed,
            iterations: self.iterations,
            cpu: self.cpu.clone().unwrap_or_default(),
            model: self.model,
            budget: self.budget,
            timeout: self.timeout,
            jobs: jobs(self.jobs),
            check: self.check,
            strategy: self.strategy.strategy,
            plugin_options: self.plugin_option.clone(),
        }
    }
}
