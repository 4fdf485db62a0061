//! How to run litmus tests.

use emulator::cpu_choice::CpuChoice;
use emulator::model::Model;
use emulator::strategy::Strategy;

/// How to run tests.
#[derive(Debug, Clone)]
pub struct Series {
    /// How many seeds are tried with each test.
    pub seeds: u64,
    /// The first seed; the others follow it.
    pub first_seed: u64,
    /// Iterations with each seed.
    pub iterations: u64,
    /// Which CPUs are emulated.
    pub cpu: CpuChoice,
    /// The memory model of the tests.
    pub model: Model,
    /// Guest instructions after which a run is ended; 0: no limit; none: by the number of iterations.
    pub budget: Option<u64>,
    /// Seconds after which a run is ended; 0: no limit.
    pub timeout: u64,
    /// Number of concurrent runs.
    pub jobs: usize,
    /// Whether to compare the model with memory at every context switch.
    pub check: bool,
    /// How the free choices are made.
    pub strategy: Strategy,
    /// Options passed to the plugin unchanged: `KEY=VALUE`.
    pub plugin_options: Vec<String>,
}
