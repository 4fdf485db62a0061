//! What all workflows have.

use crate::model::{Concurrency, Defaults, Job, Map, On, Permissions, Workflow};
use crate::steps::{all_green, environment};

/// Minutes after which a job is ended, unless it has a reason to take longer.
pub const MINUTES: u32 = 45;

/// A workflow of these jobs, and of one that succeeds only if they all did.
pub(crate) fn workflow(name: &str, on: On, jobs: Vec<(&str, Job)>) -> Workflow {
    let names: Vec<_> = jobs.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut jobs: Map<Job> = jobs
        .into_iter()
        .map(|(name, job)| (name.to_owned(), job))
        .collect();
    jobs.insert("all-green".to_owned(), all_green(names));
    Workflow {
        name: name.to_owned(),
        on,
        permissions: Permissions::read(),
        concurrency: Concurrency::one_a_branch(),
        defaults: Defaults::bash(),
        env: environment(),
        jobs,
    }
}
