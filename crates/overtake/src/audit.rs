//! `overtake audit`: which orderings of a program are needed.
//!
//! One run says which barriers, acquires and releases the program goes through. Each is then supposed
//! away, and a failure is looked for; one that is found is explained.

mod found;
mod show;

use std::path::Path;

use indicatif::ProgressBar;
use serde::Serialize;

use crate::cli::{AuditArgs, AuditFormat};
use crate::emulation::Model;
use crate::error::Error;
use crate::explain::{self, Code, Failed};
use crate::output::Output;
use crate::subject::Bench;
use crate::target::Target;
use crate::trial::{Ask, Trials};
use found::Ordering;

/// What came of an audit.
#[derive(Debug, Serialize)]
struct Audit {
    target: Target,
    /// What was run, as a command line.
    program: String,
    /// Seeds that were tried without each.
    seeds: u64,
    orderings: Vec<Audited>,
    /// Orderings of the toolchain's libraries that were left out.
    left_out: usize,
}

/// An ordering, and whether it is needed.
#[derive(Debug, Serialize)]
struct Audited {
    #[serde(flatten)]
    ordering: Ordering,
    verdict: Verdict,
}

#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
enum Verdict {
    /// Without it the program fails.
    Needed {
        seed: u64,
        failure: String,
        /// The litmus shape of the failure.
        shape: String,
        /// What was out of order, in words.
        because: Vec<String>,
    },
    /// No failure was found without it; and it orders nothing that is not modelled.
    NoFailure,
    /// No failure was found without it; but it keeps loads before later stores, and what would show
    /// without that (load buffering, LB) is not modelled yet.
    NotModelled,
    /// It is one with its access, which is atomic: an `xchg` or a `lock` of x86.
    PartOfAnAtomic,
}

/// `overtake audit`; returns the exit status.
pub fn run(args: &AuditArgs) -> Result<u8, Error> {
    let output = Output::to(args.output.as_deref())?;
    let progress = explain::progress();
    let mut subject = explain::subject(&args.guest)?;
    if let crate::subject::Subject::Ring(scenario) = &mut subject
        && args.guest.variant.is_none()
    {
        scenario.variant = aio_ring_buggy::Variant::Release;
    }
    let bench = Bench::new(&args.guest, subject, Model::Weak)?;
    let trials = explain::trials(bench, &args.when)?;
    for seed in 1..=args.seeds {
        progress.set_message(format!("with all orderings: seed {seed}"));
        if let Some(failure) = trials.of_seed(seed, Ask::default())?.failure {
            return Err(Error::FailsAlready { failure, seed });
        }
    }
    progress.set_message("looking for orderings");
    let trace = Ask {
        trace: true,
        ..Ask::default()
    };
    let trace = trials.of_seed(1, trace)?.trace;
    let guest = &trials.bench.guest;
    let mut code = Code::new(guest.target, &guest.path, &trace.modules);
    let (orderings, left_out) = found::orderings(&trace, &mut code, args.all);
    let mut audited = Vec::new();
    let number = orderings.len();
    for (index, ordering) in orderings.into_iter().enumerate() {
        progress.set_message(format!("without {} of {number}", index + 1));
        let verdict = judge(&trials, &ordering, args, &progress)?;
        audited.push(Audited { ordering, verdict });
    }
    progress.finish_and_clear();
    let audit = Audit {
        target: guest.target,
        program: program(&trials.bench),
        seeds: args.seeds,
        orderings: audited,
        left_out,
    };
    output.write(&match args.format {
        AuditFormat::Text => show::text(&audit),
        AuditFormat::Json => serde_json::to_string_pretty(&audit).expect("plain data") + "\n",
    })?;
    Ok(0)
}

fn program(bench: &Bench) -> String {
    let name = Path::file_name(&bench.guest.path).map(|name| name.to_string_lossy().into_owned());
    let mut words: Vec<String> = name.into_iter().collect();
    let rest = bench.subject.words();
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
fn judge(
    trials: &Trials,
    ordering: &Ordering,
    args: &AuditArgs,
    progress: &ProgressBar,
) -> Result<Verdict, Error> {
    if ordering.atomic && ordering.target_is_strong(trials.bench.guest.target) {
        return Ok(Verdict::PartOfAnAtomic);
    }
    let mut without = trials.clone();
    let assumptions = &mut without.bench.emulation.options.assumptions;
    assumptions.push(format!("{:#x}:ignored", ordering.pc()));
    match explain::search(without, 1..=args.seeds, progress) {
        Ok(failed) => needed(&failed, progress),
        Err(Error::NoFailure { .. }) if ordering.keeps_loads_before_stores() => {
            Ok(Verdict::NotModelled)
        }
        Err(Error::NoFailure { .. }) => Ok(Verdict::NoFailure),
        Err(error) => Err(error),
    }
}

fn needed(failed: &Failed, progress: &ProgressBar) -> Result<Verdict, Error> {
    let story = explain::explain(failed, 0, String::new(), progress)?.story;
    let reordered = story.edges.iter().filter(|edge| edge.reordered.is_some());
    Ok(Verdict::Needed {
        seed: failed.trials.bench.emulation.seed,
        failure: failed.failure.clone(),
        because: reordered.map(|edge| edge.words.clone()).collect(),
        shape: story.shape,
    })
}
