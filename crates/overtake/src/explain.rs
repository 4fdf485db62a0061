//! `overtake explain`: why a program fails.
//!
//! A seed that fails is recorded, its choices are shrunk, and the run that is left is looked at: the
//! cycle of accesses that no interleaving gives (crate `witness`), in words that people know, and what
//! would have prevented it.

mod code;
mod cure;
mod location;
mod story;

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use schedule::Choices;
use witness::render::{Page, Style};
use witness::{Shrunk, Story, render};

use crate::cli::{ExplainArgs, ExplainFormat, GuestArgs};
use crate::emulation::Model;
use crate::error::Error;
use crate::failure::When;
use crate::invocation;
use crate::minimise::shrink;
use crate::output::Output;
use crate::process::Interrupts;
use crate::recording::{self, Recorded};
use crate::replay::recorded_bench;
use crate::subject::{Bench, Subject};
use crate::trial::{Ask, Trials};

pub use code::{Code, is_of_the_toolchain};

/// Events that go through the ring, unless told otherwise: the first that is stale ends the run.
const EVENTS: u64 = 500;

/// What is run, where a failure ends the run as soon as it can.
pub fn subject(args: &GuestArgs) -> Result<Subject, Error> {
    let mut subject = Subject::new(args)?;
    if let Subject::Ring(scenario) = &mut subject {
        scenario.until_stale = true;
        scenario.events = args.events.unwrap_or(EVENTS);
    }
    Ok(subject)
}

/// A run that failed.
pub struct Failed {
    /// With the seed.
    pub trials: Trials,
    /// How.
    pub failure: String,
    /// By which choices.
    pub choices: Choices,
}

/// `overtake explain`; returns the exit status.
pub fn run(args: &ExplainArgs) -> Result<u8, Error> {
    let output = Output::to(args.output.as_deref())?;
    let schedule = args.schedule.as_deref().map(|it| Output::to(Some(it)));
    let schedule = schedule.transpose()?;
    let progress = progress();
    let failed = match &args.from {
        Some(path) => {
            let recorded = Recorded::open(path)?;
            let bench = recorded_bench(&recorded, &args.guest)?;
            let trials = trials(bench, &args.when)?;
            replayed(trials, recorded.schedule.choices)?
        }
        None => {
            let bench = Bench::new(&args.guest, subject(&args.guest)?, Model::Weak)?;
            let trials = trials(bench, &args.when)?;
            let seeds = match args.seed {
                Some(seed) => seed..=seed,
                None => 1..=args.seeds,
            };
            search(trials, seeds, &progress)?
        }
    };
    let again = again(args, &failed);
    let explained = explain(&failed, args.cure_seeds, again, &progress)?;
    progress.finish_and_clear();
    if let Some(schedule) = schedule {
        let choices = explained.choices.clone();
        let text = recording::schedule(&failed.trials.bench, choices, Some(&failed.failure))?;
        schedule.write(&text.to_string())?;
    }
    output.write(&shown(&explained.story, args.format))?;
    Ok(0)
}

/// Runs of what is on a bench.
pub fn trials(bench: Bench, when: &crate::cli::WhenArgs) -> Result<Trials, Error> {
    Ok(Trials {
        bench,
        when: When::new(when),
        interrupts: Interrupts::catch()?,
    })
}

/// Something that moves while one waits, on a terminal.
pub fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    let bar = ProgressBar::new_spinner().with_style(style.expect("it is well-formed"));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// The first seed that fails.
pub fn search(
    mut trials: Trials,
    seeds: std::ops::RangeInclusive<u64>,
    progress: &ProgressBar,
) -> Result<Failed, Error> {
    let what = if seeds.start() == seeds.end() {
        format!("seed {} does not fail", seeds.start())
    } else {
        format!(
            "none of the seeds {} to {} fails",
            seeds.start(),
            seeds.end()
        )
    };
    let ask = Ask {
        record: true,
        ..Ask::default()
    };
    for seed in seeds {
        progress.set_message(format!("looking for a failure: seed {seed}"));
        trials.bench.emulation.seed = seed;
        let trial = trials.run(ask)?;
        if let Some(failure) = trial.failure {
            return Ok(Failed {
                trials,
                failure,
                choices: trial.choices,
            });
        }
    }
    Err(Error::NoFailure { what })
}

/// The failure of a recorded run.
fn replayed(trials: Trials, choices: Choices) -> Result<Failed, Error> {
    let ask = Ask {
        choices: Some(&choices),
        ..Ask::default()
    };
    match trials.run(ask)?.failure {
        Some(failure) => Ok(Failed {
            trials,
            failure,
            choices,
        }),
        None => Err(Error::NoFailure {
            what: "the recorded run does not fail".to_owned(),
        }),
    }
}

/// What came of an explanation.
pub struct Explained {
    /// The story.
    pub story: Story,
    /// The choices that are left.
    pub choices: Choices,
}

/// Explains a failure. `again` is the command that does the same.
pub fn explain(
    failed: &Failed,
    cure_seeds: u64,
    again: String,
    progress: &ProgressBar,
) -> Result<Explained, Error> {
    let Failed {
        trials,
        failure,
        choices,
    } = failed;
    let shrunken = shrink(trials, choices, failure, |turns, deviations| {
        progress.set_message(format!(
            "shrinking: {turns} turns, {deviations} stores kept back"
        ));
    })?;
    progress.set_message("looking at what is left");
    let trial = trials.run(Ask {
        choices: Some(&shrunken.choices),
        record: true,
        trace: true,
        ..Ask::default()
    })?;
    let cycles = witness::find(&trial.trace);
    let shrunk = Shrunk {
        delays_before: choices.deviations.len(),
        delays: shrunken.choices.deviations.len(),
        turns_before: choices.turns.len(),
        turns: trial.choices.turns.len(),
        runs: shrunken.runs + 1,
    };
    let mut told = story::Teller::new(&trials.bench, &trial.trace);
    progress.set_message("trying cures");
    let cures = cure::Cures {
        trials,
        choices: &shrunken.choices,
        trace: &trial.trace,
        seeds: cure_seeds,
    };
    let cycle = cures.cause(&cycles)?;
    let mut story = told.story(cycle, failure, again, shrunk);
    if let Some(cycle) = cycle {
        story.cures = cures.tried(cycle, &told)?;
    }
    Ok(Explained {
        story,
        choices: shrunken.choices,
    })
}

/// The command that explains the same.
fn again(args: &ExplainArgs, failed: &Failed) -> String {
    let bench = &failed.trials.bench;
    let mut words = vec!["explain".to_owned()];
    match &args.from {
        Some(path) => words.extend(["--from".to_owned(), path.display().to_string()]),
        None => words.extend(bench.options(&args.guest, Some(bench.emulation.seed))),
    }
    words.extend(failed.trials.when.words());
    if args.from.is_none() {
        words.extend(bench.subject.words());
    }
    format!("{} {}", invocation::name(), shell_words::join(words))
}

fn shown(story: &Story, format: ExplainFormat) -> String {
    match format {
        ExplainFormat::Text => {
            // Colours are left out where the output is no terminal.
            render::text(story, Style::coloured(width()))
        }
        ExplainFormat::Json => serde_json::to_string_pretty(story).expect("plain data") + "\n",
        ExplainFormat::Svg => render::svg(story),
        ExplainFormat::Html => render::html(&Page {
            title: format!("{} on {}", story.failure, story.target),
            lead: vec![format!("{}, with seed {}.", story.program, story.seed)],
            stories: vec![story.clone()],
            ..Page::default()
        }),
    }
}

/// Columns of the terminal; 100 where there is none.
fn width() -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|it| it.parse().ok());
    let found = || {
        let (terminal_size::Width(width), _) = terminal_size::terminal_size()?;
        Some(usize::from(width))
    };
    let width: usize = named.or_else(found).unwrap_or(100);
    width.clamp(40, 160)
}
