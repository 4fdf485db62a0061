//! Options that define what counts as a failure.

use clap::Args;
use diagnosis::failure::When;

/// What counts as a failure.
#[derive(Debug, Clone, Default, Args)]
pub struct WhenArgs {
    /// Count a run as a failure unless a line of its output contains TEXT [default: a run fails if its
    /// exit status is not 0, a signal or a panic ends it, a marked check fails, or it does not end]
    #[arg(long, value_name = "TEXT")]
    pub expect: Option<String>,

    /// Count a run as a failure if a line of its output contains TEXT
    #[arg(long, value_name = "TEXT", conflicts_with = "expect")]
    pub fail_on: Option<String>,
}

impl WhenArgs {
    /// What counts as a failure.
    pub fn when(&self) -> When {
        match (&self.expect, &self.fail_on) {
            (Some(text), _) => When::Lacks(text.clone()),
            (None, Some(text)) => When::Says(text.clone()),
            (None, None) => When::Status,
        }
    }
}
