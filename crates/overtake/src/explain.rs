//! `overtake explain`: why a program fails.

use std::path::PathBuf;

use clap::ValueEnum;
use diagnosis::cost::Budget;
use diagnosis::explain::explain;
use diagnosis::recording::{self, Recorded};
use diagnosis::search::{Failed, replayed, search};
use diagnosis::trial::Trials;
use emulator::model::Model;
use witness::render::{Page, Style};
use witness::{Story, render};

use crate::args::guest::GuestArgs;
use crate::args::jobs::jobs;
use crate::args::when::WhenArgs;
use crate::args::within::{self, Within};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::invocation;
use crate::output::Output;
use crate::progress::Phases;

pub const EXAMPLES: &str = "\
Examples:
  Why does the ring give stale events on Arm?
      overtake explain --target aarch64 --variant relaxed-tail
  Why does a program fail, and what would fix it?
      overtake explain -- ./program --its-option
  Explain the failure of one seed, as a web page to attach to an issue:
      overtake explain --seed 7 --format html --output why.html -- ./program
  Explain a recorded failure, and save the minimised schedule:
      overtake explain --from failed.schedule --schedule small.schedule

  Take more time, where the result is said to be unfinished:
      overtake explain --within 5m -- ./program

Exit status: 0 if a failure was found and explained, 13 if the time ended (--within) or Ctrl-C came before the
explanation was complete, 11 if no seed failed, others: `overtake exit-codes`.";

/// Options of `overtake explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Seed of the failing run [default: the first seed that fails]
    #[arg(long, value_name = "NUMBER", conflicts_with = "from")]
    pub seed: Option<u64>,

    /// Schedule of the failing run
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,

    /// Number of seeds to try in the search for a failure
    #[arg(long, value_name = "NUMBER", default_value_t = 100,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// Number of seeds to test each fix with, besides the failing run
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    pub cure_seeds: u64,

    /// Processor time to spend, children included, after which the best that was found is shown: `60s`, `2m`;
    /// `none`: no limit
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = within::parse)]
    pub within: Within,

    /// Number of runs at a time; 1 for a program that runs of itself disturb, by files or ports of a fixed name
    /// [default: one for each core]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub jobs: Option<u64>,

    #[command(flatten)]
    pub when: WhenArgs,

    /// Write the minimised schedule to this file
    #[arg(long, value_name = "FILE")]
    pub schedule: Option<PathBuf>,

    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Text,
        hide_possible_values = true, value_name = "text|json|svg|html")]
    pub format: Format,

    /// Write the result to this file (complete or not at all) instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    pub guest: GuestArgs,
}

/// Form of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal.
    Text,
    /// One object, for programs.
    Json,
    /// A picture.
    Svg,
    /// A page with the picture, without outside resources.
    Html,
}

/// `overtake explain`; returns the exit status.
pub fn run(args: &Args) -> Result<u8, Error> {
    let output = Output::to(args.output.as_deref())?;
    let schedule = args.schedule.as_deref().map(|it| Output::to(Some(it)));
    let schedule = schedule.transpose()?;
    let budget = Budget::new(args.within.0);
    let progress = Phases::new(&budget);
    let say = |message| progress.say(message);
    let trials = |setup| {
        let mut trials = Trials::new(setup, args.when.when())?;
        trials.jobs = jobs(args.jobs);
        budget.allow(trials.interrupts, 100);
        Ok::<_, Error>(trials)
    };
    let failed = match &args.from {
        Some(path) => {
            let recorded = Recorded::open(path)?;
            let setup = args.guest.recorded(&recorded)?;
            replayed(trials(setup)?, recorded.schedule.choices)?
        }
        None => {
            let setup = args
                .guest
                .setup(args.guest.subject_until_stale()?, Model::Weak)?;
            let seeds = match args.seed {
                Some(seed) => seed..=seed,
                None => 1..=args.seeds,
            };
            search(trials(setup)?, seeds, &say)?
        }
    };
    let again = again(args, &failed);
    let explained = explain(&failed, &budget, args.cure_seeds, again, &say)?;
    progress.end();
    if let Some(schedule) = schedule {
        let choices = explained.choices.clone();
        let text = recording::schedule(&failed.trials.setup, choices, Some(&failed.failure))?;
        schedule.write(&text.to_string())?;
    }
    output.write(&shown(&explained.story, args.format))?;
    Ok(match explained.ended {
        None => ExitCode::Success,
        Some(_) => ExitCode::Unfinished,
    }
    .code())
}

/// The command that explains the same.
fn again(args: &Args, failed: &Failed) -> String {
    let setup = &failed.trials.setup;
    let mut words = vec!["explain".to_owned()];
    match &args.from {
        Some(path) => words.extend(["--from".to_owned(), path.display().to_string()]),
        None => words.extend(args.guest.words(setup, Some(setup.emulation.seed))),
    }
    words.extend(failed.trials.when.words());
    if args.from.is_none() {
        words.extend(setup.subject.words());
    }
    format!("{} {}", invocation::name(), shell_words::join(words))
}

fn shown(story: &Story, format: Format) -> String {
    match format {
        Format::Text => {
            // Colours are left out where the output is no terminal.
            render::text(story, Style::coloured(width()))
        }
        Format::Json => serde_json::to_string_pretty(story).expect("plain data") + "\n",
        Format::Svg => render::svg(story),
        Format::Html => render::html(&Page {
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
