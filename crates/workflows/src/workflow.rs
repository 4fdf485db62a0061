//! The parts that all workflows share.

use crate::model::{Concurrency, Defaults, Job, Map, On, Permissions, Workflow};
use crate::steps::{all_green, environment};

/// The default number of minutes after which GitHub cancels a job.
pub const MINUTES: u32 = 45;

/// Creates a workflow of these jobs, and a job that succeeds only if they all did.
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
