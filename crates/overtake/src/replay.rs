//! `overtake replay`: a run again, from its seed or from a file.

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
  A run that was recorded:
      overtake run --seed 7 --record failed.schedule -- ./program
      overtake replay failed.schedule
  The run of a seed:
      overtake replay 7 -- ./program

The exit status is that of `overtake run`.";

/// Options of `overtake replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Seed, or file with a schedule
    #[arg(value_name = "SEED|FILE")]
    pub what: String,

    /// Say nothing of what was tested; errors are still said
    #[arg(long, short)]
    pub quiet: bool,

    #[command(flatten)]
    pub guest: GuestArgs,
}

/// Does a run again; returns the guest's exit status.
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
            // As it was read and found good, whatever becomes of the file.
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
