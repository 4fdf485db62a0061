//! Which orderings of a program are needed.
//!
//! One run shows which barriers, acquires and releases the program executes. The audit then ignores one
//! of them at a time, searches for a failure, and explains the one that it finds.

use std::path::Path;
use std::time::Duration;

use arch::Arch;
use serde::Serialize;

use crate::code::Code;
use crate::cost::Budget;
use crate::error::Error;
use crate::explain::explain;
use crate::ordering::{Ordering, orderings};
use crate::search::{Failed, search};
use crate::setup::Setup;
use crate::trial::{Ask, Trials};

/// The processor time that explaining one needed ordering may take.
const EACH: Duration = Duration::from_secs(60);

/// The result of an audit.
#[derive(Debug, Serialize)]
pub struct Audit {
    /// The machine.
    pub target: Arch,
    /// What was run, as a command line.
    pub program: String,
    /// Number of seeds that were tried without each ordering.
    pub seeds: u64,
    /// The orderings that were tried.
    pub orderings: Vec<Audited>,
    /// Number of orderings that were not tried: in libraries and in code without source lines.
    pub left_out: usize,
}

/// An ordering, and whether it is needed.
#[derive(Debug, Serialize)]
pub struct Audited {
    /// The ordering.
    #[serde(flatten)]
    pub ordering: Ordering,
    /// Whether it is needed.
    pub verdict: Verdict,
}

/// Whether an ordering is needed.
#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// Without it the program fails.
    Needed {
        /// With this seed.
        seed: u64,
        /// In this way.
        failure: String,
        /// The litmus shape of the failure.
        shape: String,
        /// What was out of order, in words.
        because: Vec<String>,
    },
    /// No run failed without it, and the model covers everything that it orders.
    NoFailure,
    /// No run failed without it, but it also orders loads before later stores, and those were not reordered: no
    /// load buffering (LB) was tried.
    NotModelled,
    /// No run failed without it. It also orders loads before later stores; load buffering was tried, though not all
    /// that the architecture allows.
    NoFailureWithEarlyStores,
    /// It is part of an atomic access (x86's `xchg` or `lock`), and cannot be ignored alone.
    PartOfAnAtomic,
}

/// Audits a program: runs it with `seeds` seeds without each of its orderings; `all` includes those of the
/// toolchain. `progress` receives a description of each step.
///
/// # Errors
///
/// [`Error::FailsAlready`] if it fails with all of them; any error of a run.
pub fn audit(
    trials: &Trials,
    seeds: u64,
    all: bool,
    progress: &dyn Fn(String),
) -> Result<Audit, Error> {
    let asks = (1..=seeds).map(|seed| {
        progress(format!("with all orderings: seed {seed}"));
        Ask {
            seed: Some(seed),
            ..Ask::default()
        }
    });
    if let Some((index, trial)) = trials.first(asks, |trial| trial.failure.is_some())? {
        return Err(Error::FailsAlready {
            failure: trial.failure.unwrap_or_default(),
            seed: index as u64 + 1,
        });
    }
    progress("listing the orderings".to_owned());
    let trace = Ask {
        seed: Some(1),
        trace: true,
        ..Ask::default()
    };
    let trace = trials.run(trace)?.trace;
    let guest = &trials.setup.guest;
    let mut code = Code::new(guest.target, &guest.path, &trace.modules);
    let (orderings, left_out) = orderings(&trace, &mut code, all);
    let mut audited = Vec::new();
    let number = orderings.len();
    for (index, ordering) in orderings.into_iter().enumerate() {
        progress(format!("ignoring ordering {} of {number}", index + 1));
        let verdict = verdict(trials, &ordering, seeds, progress)?;
        audited.push(Audited { ordering, verdict });
    }
    Ok(Audit {
        target: guest.target,
        program: program(&trials.setup),
        seeds,
        orderings: audited,
        left_out,
    })
}

fn program(setup: &Setup) -> String {
    let name = Path::file_name(&setup.guest.path).map(|name| name.to_string_lossy().into_owned());
    let mut words: Vec<String> = name.into_iter().collect();
    let rest = setup.subject.words();
    // A program's own words begin with `--` and its path.
    let skip = if rest.first().is_some_and(|word| word == "--") {
        2
    } else {
        0
    };
    words.extend(rest.into_iter().skip(skip));
    shell_words::join(words)
}

/// Whether the program fails without it.
fn verdict(
    trials: &Trials,
    ordering: &Ordering,
    seeds: u64,
    progress: &dyn Fn(String),
) -> Result<Verdict, Error> {
    if ordering.atomic && ordering.target_is_strong(trials.setup.guest.target) {
        return Ok(Verdict::PartOfAnAtomic);
    }
    let mut without = trials.clone();
    let assumptions = &mut without.setup.emulation.options.assumptions;
    assumptions.push(format!("{:#x}:ignored", ordering.pc()));
    match search(without, 1..=seeds, progress) {
        Ok(failed) => needed(&failed, progress),
        Err(Error::NoFailure { .. }) if ordering.keeps_loads_before_stores() => {
            Ok(if trials.setup.emulation.options.load_buffering {
                Verdict::NoFailureWithEarlyStores
            } else {
                Verdict::NotModelled
            })
        }
        Err(Error::NoFailure { .. }) => Ok(Verdict::NoFailure),
        Err(error) => Err(error),
    }
}

fn needed(failed: &Failed, progress: &dyn Fn(String)) -> Result<Verdict, Error> {
    let budget = Budget::new(Some(EACH));
    let explained = explain(failed, &budget, 0, String::new(), progress)?;
    explained.went_on()?;
    let story = explained.story;
    let reordered = story.edges.iter().filter(|edge| edge.reordered.is_some());
    Ok(Verdict::Needed {
        seed: failed.trials.setup.emulation.seed,
        failure: failed.failure.clone(),
        because: reordered.map(|edge| edge.words.clone()).collect(),
        shape: story.shape,
    })
}
