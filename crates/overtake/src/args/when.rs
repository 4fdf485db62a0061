//! Options that say how a failure is known.

use clap::Args;
use diagnosis::failure::When;

/// How a failure is known.
#[derive(Debug, Clone, Default, Args)]
pub struct WhenArgs {
    /// The program has failed unless a line of its output contains this [default: it has failed when
    /// its exit status is not 0, when a signal or a panic ended it, when a marked check failed, or when it
    /// does not end]
    #[arg(long, value_name = "TEXT")]
    pub expect: Option<String>,

    /// The program has failed if a line of its output contains this
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
