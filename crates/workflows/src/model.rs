//! The part of GitHub's workflow syntax that the project uses.

use indexmap::IndexMap;
use serde::Serialize;
use serde_saphyr::Commented;

/// A mapping that keeps its entries in order of insertion.
pub type Map<T> = IndexMap<String, T>;

/// A workflow: a file under `.github/workflows`.
#[derive(Debug, Clone, Serialize)]
pub struct Workflow {
    /// The name that GitHub shows.
    pub name: String,
    /// The events that start it.
    pub on: On,
    /// The permissions of its token.
    pub permissions: Permissions,
    /// The runs that exclude each other.
    pub concurrency: Concurrency,
    /// The defaults of every command.
    pub defaults: Defaults,
    /// The environment variables of every command.
    pub env: Map<String>,
    /// The jobs.
    pub jobs: Map<Job>,
}

/// The events that start a workflow.
#[derive(Debug, Clone, Default, Serialize)]
pub struct On {
    /// A push.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<Push>,
    /// A pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<Empty>,
    /// A point in time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Cron>,
    /// A start by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_dispatch: Option<Dispatch>,
}

/// An event without options, `{}`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Empty {}

/// The pushes that start a workflow.
#[derive(Debug, Clone, Serialize)]
pub struct Push {
    /// The branches to which the push goes.
    pub branches: Vec<String>,
}

/// A recurring time.
#[derive(Debug, Clone, Serialize)]
pub struct Cron {
    /// The minute, hour, day of the month, month and day of the week, in UTC.
    pub cron: String,
}

/// The start of a workflow by hand.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Dispatch {
    /// The inputs to ask for.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub inputs: Map<Input>,
}

/// An input of a workflow that is started by hand.
#[derive(Debug, Clone, Serialize)]
pub struct Input {
    /// The description that GitHub shows.
    pub description: String,
    /// The type, such as `number`.
    pub r#type: String,
    /// The value if none is given.
    pub default: u64,
}

/// The permissions of a workflow's token.
#[derive(Debug, Clone, Serialize)]
pub struct Permissions {
    contents: &'static str,
}

impl Permissions {
    /// Returns the permission to read the repository, and nothing else.
    #[must_use]
    pub const fn read() -> Self {
        Self { contents: "read" }
    }
}

/// The runs of a workflow that exclude each other.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Concurrency {
    group: &'static str,
    cancel_in_progress: bool,
}

impl Concurrency {
    /// Makes a new push to a branch cancel the run of an older push.
    #[must_use]
    pub const fn one_a_branch() -> Self {
        Self {
            group: "${{ github.workflow }}-${{ github.ref }}",
            cancel_in_progress: true,
        }
    }
}

/// The defaults of every command.
#[derive(Debug, Clone, Serialize)]
pub struct Defaults {
    run: Run,
}

#[derive(Debug, Clone, Serialize)]
struct Run {
    shell: &'static str,
}

impl Defaults {
    /// Makes bash with `pipefail` the shell of every command, in containers too.
    #[must_use]
    pub const fn bash() -> Self {
        Self {
            run: Run { shell: "bash" },
        }
    }
}

/// A job, which runs on one machine.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    /// The name that GitHub shows.
    pub name: String,
    /// The jobs that must succeed before this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The condition under which it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#if: Option<String>,
    /// GitHub's label of the machine.
    pub runs_on: String,
    /// The image of the container in which it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The number of minutes after which GitHub cancels it.
    pub timeout_minutes: u32,
    /// The matrix, if the job runs once for each of several values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// The environment variables of its commands.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub env: Map<String>,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// The matrix of a job, which runs once for each combination of values.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Strategy {
    /// Whether one failure cancels the other jobs.
    pub fail_fast: bool,
    /// The values of each variable.
    pub matrix: Map<Vec<String>>,
}

impl Strategy {
    /// Creates a matrix with a job for each of `values`, available as `${{ matrix.NAME }}`.
    pub fn over<T: ToString>(name: &str, values: impl IntoIterator<Item = T>) -> Option<Self> {
        let values = values.into_iter().map(|value| value.to_string()).collect();
        Some(Self {
            // Each target is of interest on its own.
            fail_fast: false,
            matrix: Map::from([(name.to_owned(), values)]),
        })
    }
}

/// A step of a job.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Step {
    /// The name that GitHub shows; by default, GitHub derives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The condition under which it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#if: Option<String>,
    /// The action, with the version of its hash as a comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<Commented<String>>,
    /// The inputs of the action.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub with: Map<String>,
    /// The environment variables of the command.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub env: Map<String>,
    /// The command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}
