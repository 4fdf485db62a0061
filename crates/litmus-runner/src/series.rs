//! How litmus tests are run, wherever these come from.

use emulator::model::Model;
use emulator::strategy::Strategy;

/// How tests are run.
#[derive(Debug, Clone)]
pub struct Series {
    /// How many seeds are tried with each test.
    pub seeds: u64,
    /// The first of them; the others follow.
    pub first_seed: u64,
    /// Iterations with each seed.
    pub iterations: u64,
    /// Whose memory model the tests get.
    pub model: Model,
    /// Guest instructions after which a run is ended; 0: no limit; none: by the number of iterations.
    pub budget: Option<u64>,
    /// Seconds after which a run is ended; 0: no limit.
    pub timeout: u64,
    /// Runs at the same time.
    pub jobs: usize,
    /// Whether the model is compared with memory at every hand-off.
    pub check: bool,
    /// Who makes the free choices.
    pub strategy: Strategy,
    /// Options passed on to the plugin as they are, `KEY=VALUE`.
    pub plugin_options: Vec<String>,
}
