//! `overtake audit`: which orderings of a program are needed.

mod show;

use std::path::PathBuf;

use aio_ring_buggy::Variant;
use clap::ValueEnum;
use diagnosis::audit::audit;
use diagnosis::subject::Subject;
use diagnosis::trial::Trials;
use emulator::model::Model;

use crate::args::guest::GuestArgs;
use crate::args::when::WhenArgs;
use crate::error::Error;
use crate::output::Output;
use crate::progress::spinner;

pub const EXAMPLES: &str = "\
Examples:
  Which orderings does the sound ring need on Arm?
      overtake audit --target aarch64 --variant release
  Which ones does a program need? Try 50 seeds without each:
      overtake audit --seeds 50 -- ./program
  Include those of the standard library and the C library:
      overtake audit --all -- ./program

Exit status: 0 if the audit is complete, 12 if the program fails with all its orderings, others:
`overtake exit-codes`.";

/// Options of `overtake audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Number of seeds to try without each ordering
    #[arg(long, value_name = "NUMBER", default_value_t = 20,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// Also try orderings in Rust's standard library and in code without source lines
    #[arg(long)]
    pub all: bool,

    #[command(flatten)]
    pub when: WhenArgs,

    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Text,
        hide_possible_values = true, value_name = "text|json")]
    pub format: Format,

    /// Write the result to this file (complete or not at all) instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    pub guest: GuestArgs,
}

/// Form of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One object, for programs.
    Json,
}

/// `overtake audit`; returns the exit status.
pub fn run(args: &Args) -> Result<u8, Error> {
    let output = Output::to(args.output.as_deref())?;
    let progress = spinner();
    let mut subject = args.guest.subject_until_stale()?;
    if let Subject::Ring(scenario) = &mut subject
        && args.guest.variant.is_none()
    {
        scenario.variant = Variant::Release;
    }
    let setup = args.guest.setup(subject, Model::Weak)?;
    let mut trials = Trials::new(setup, args.when.when())?;
    // Runs of a program may disturb each other.
    trials.jobs = 1;
    let say = |message| progress.set_message(message);
    let audit = audit(&trials, args.seeds, args.all, &say)?;
    progress.finish_and_clear();
    output.write(&match args.format {
        Format::Text => show::text(&audit),
        Format::Json => serde_json::to_string_pretty(&audit).expect("plain data") + "\n",
    })?;
    Ok(0)
}
