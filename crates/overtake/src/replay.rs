//! `overtake replay`: repeats a run, from its seed or from a recorded schedule.

use std::path::Path;

use diagnosis::recording::Recorded;
use emulator::error::Error as EmulatorError;
use emulator::model::Model;
use emulator::temporary;

use crate::args::guest::GuestArgs;
use crate::error::Error;
use crate::foreground;
use crate::message::say;

pub const EXAMPLES: &str = "\
Examples:
  Record a run, and repeat it:
      overtake run --seed 7 --record failed.schedule -- ./program
      overtake replay failed.schedule
  Repeat the run of a seed:
      overtake replay 7 -- ./program

The exit status is that of `overtake run`.";

/// Options of `overtake replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Seed, or file that contains a schedule
    #[arg(value_name = "SEED|FILE")]
    pub what: String,

    /// Do not print whether the run failed; errors are still printed
    #[arg(long, short)]
    pub quiet: bool,

    #[command(flatten)]
    pub guest: GuestArgs,
}

/// Repeats a run; returns the guest's exit status.
pub fn run(args: &Args) -> Result<u8, Error> {
    let path = Path::new(&args.what);
    let (setup, _folder) = match args.what.parse() {
        Ok(seed) if !path.exists() => {
            let mut setup = args.guest.setup(args.guest.subject()?, Model::Weak)?;
            setup.emulation.seed = seed;
            (setup, None)
        }
        _ => {
            let recorded = Recorded::open(path)?;
            let mut setup = args.guest.recorded(&recorded)?;
            let folder = temporary::folder()?;
            // A copy of what was checked: the file may change before the plugin reads it.
            let copy = folder.path().join("schedule");
            std::fs::write(&copy, recorded.schedule.to_string())
                .map_err(EmulatorError::temporary)?;
            setup.emulation.options.replay = Some(copy);
            (setup, Some(folder))
        }
    };
    let outcome = foreground::run(&setup)?;
    if let Ok(outcome) = &outcome
        && !args.quiet
        && outcome.exit_status() == 0
    {
        say("the run did not fail");
    }
    Ok(outcome?.exit_status())
}
