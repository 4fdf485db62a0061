//! `overtake replay`: a run again, from its seed or from a file.

use std::path::Path;

use crate::cli::ReplayArgs;
use crate::emulation::{Model, temporary_folder};
use crate::error::Error;
use crate::recording::Recorded;
use crate::run::{in_front, say};
use crate::subject::{Bench, Subject};

/// Does a run again; returns the guest's exit status.
pub fn run(args: &ReplayArgs) -> Result<u8, Error> {
    let path = Path::new(&args.what);
    let (bench, _folder) = match args.what.parse() {
        Ok(seed) if !path.exists() => {
            let mut bench = Bench::new(&args.guest, Subject::new(&args.guest)?, Model::Weak)?;
            bench.emulation.seed = seed;
            (bench, None)
        }
        _ => {
            let recorded = Recorded::open(path)?;
            let mut bench = recorded_bench(&recorded, &args.guest)?;
            let folder = temporary_folder()?;
            // As it was read and found good, whatever becomes of the file.
            let copy = folder.path().join("schedule");
            std::fs::write(&copy, recorded.schedule.to_string()).map_err(Error::temporary)?;
            bench.emulation.options.replay = Some(copy);
            (bench, Some(folder))
        }
    };
    let outcome = in_front(&bench)?;
    if let Ok(outcome) = &outcome
        && !args.quiet
        && outcome.exit_status() == 0
    {
        say("the run did not fail");
    }
    outcome.map(|outcome| outcome.exit_status())
}

/// The bench for a recorded run. Options name the rest: where things are, and the program if it lies
/// elsewhere now.
pub fn recorded_bench(recorded: &Recorded, args: &crate::cli::GuestArgs) -> Result<Bench, Error> {
    let subject = if args.program.is_empty() {
        recorded.subject()?
    } else {
        Subject::Program(args.program.clone())
    };
    let mut args = args.clone();
    if args.target.is_none() {
        args.target = Some(recorded.target()?.to_owned());
    }
    let mut bench = Bench::new(&args, subject, Model::Weak)?;
    recorded.set_up(&mut bench)?;
    Ok(bench)
}
