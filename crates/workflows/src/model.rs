//! A workflow as GitHub reads it: as much of its syntax as is used.

use indexmap::IndexMap;
use serde::Serialize;
use serde_saphyr::Commented;

/// A mapping that is written in the order in which it was made.
pub type Map<T> = IndexMap<String, T>;

/// A file under `.github/workflows`.
#[derive(Debug, Clone, Serialize)]
pub struct Workflow {
    /// What is shown.
    pub name: String,
    /// When it runs.
    pub on: On,
    /// What its token may do.
    pub permissions: Permissions,
    /// Which of its runs may go on beside each other.
    pub concurrency: Concurrency,
    /// What holds for every command.
    pub defaults: Defaults,
    /// Variables of every command.
    pub env: Map<String>,
    /// What it does.
    pub jobs: Map<Job>,
}

/// When a workflow runs.
#[derive(Debug, Clone, Default, Serialize)]
pub struct On {
    /// On pushes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<Push>,
    /// On requests to merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<Empty>,
    /// At times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Cron>,
    /// By hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_dispatch: Option<Dispatch>,
}

/// `{}`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Empty {}

/// Which pushes.
#[derive(Debug, Clone, Serialize)]
pub struct Push {
    /// To these branches.
    pub branches: Vec<String>,
}

/// A time that comes again.
#[derive(Debug, Clone, Serialize)]
pub struct Cron {
    /// Minute, hour, day of the month, month, day of the week; UTC.
    pub cron: String,
}

/// How a workflow is started by hand.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Dispatch {
    /// What is asked for.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub inputs: Map<Input>,
}

/// An input of a workflow that is started by hand.
#[derive(Debug, Clone, Serialize)]
pub struct Input {
    /// What it is.
    pub description: String,
    /// Its kind, such as `number`.
    pub r#type: String,
    /// What it is unless somebody says otherwise.
    pub default: u64,
}

/// What the workflow's token may do.
#[derive(Debug, Clone, Serialize)]
pub struct Permissions {
    contents: &'static str,
}

impl Permissions {
    /// Read the repository, and nothing else.
    #[must_use]
    pub const fn read() -> Self {
        Self { contents: "read" }
    }
}

/// Which runs of a workflow exclude each other.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Concurrency {
    group: &'static str,
    cancel_in_progress: bool,
}

impl Concurrency {
    /// A new push ends the run for the old one.
    #[must_use]
    pub const fn one_a_branch() -> Self {
        Self {
            group: "${{ github.workflow }}-${{ github.ref }}",
            cancel_in_progress: true,
        }
    }
}

/// What holds for every command.
#[derive(Debug, Clone, Serialize)]
pub struct Defaults {
    run: Run,
}

#[derive(Debug, Clone, Serialize)]
struct Run {
    shell: &'static str,
}

impl Defaults {
    /// Commands are bash's, with `pipefail`, in containers too.
    #[must_use]
    pub const fn bash() -> Self {
        Self {
            run: Run { shell: "bash" },
        }
    }
}

/// What runs on one machine.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    /// What is shown.
    pub name: String,
    /// Jobs that must have succeeded before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Whether it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#if: Option<String>,
    /// GitHub's name of the machine.
    pub runs_on: String,
    /// The image that it runs in, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// When it is ended.
    pub timeout_minutes: u32,
    /// Of what there is one job each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// Variables of its commands.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub env: Map<String>,
    /// What it does, in order.
    pub steps: Vec<Step>,
}

/// Of what there is one job each.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Strategy {
    /// Whether one failure ends the others.
    pub fail_fast: bool,
    /// Each name, and what it stands for in turn.
    pub matrix: Map<Vec<String>>,
}

impl Strategy {
    /// One job for each of `values`, which it finds as `${{ matrix.NAME }}`.
    pub fn over<T: ToString>(name: &str, values: impl IntoIterator<Item = T>) -> Option<Self> {
        let values = values.into_iter().map(|value| value.to_string()).collect();
        Some(Self {
            // What one target shows does not make the others superfluous.
            fail_fast: false,
            matrix: Map::from([(name.to_owned(), values)]),
        })
    }
}

/// One step of a job.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Step {
    /// What is shown; GitHub finds a name by itself where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#if: Option<String>,
    /// An action, and the version of it that the hash means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<Commented<String>>,
    /// What the action is told.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub with: Map<String>,
    /// Variables of the command.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub env: Map<String>,
    /// A command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}
