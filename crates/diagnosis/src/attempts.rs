//! The attempts of a minimisation as runs of a program.

use std::cell::Cell;

use schedule::{Choices, Kind};

use crate::error::Error;
use crate::minimise::Attempts;
use crate::search::Failed;
use crate::trial::{Ask, Only};

/// Runs of the program that failed.
pub struct Runs<'a> {
    failed: &'a Failed,
    progress: &'a dyn Fn(String),
    /// Number of attempts so far.
    tried: Cell<usize>,
}

impl<'a> Runs<'a> {
    /// Attempts to make it fail in the same way.
    pub fn new(failed: &'a Failed, progress: &'a dyn Fn(String)) -> Self {
        Self {
            failed,
            progress,
            tried: Cell::new(0),
        }
    }

    fn say(&self, what: &str) {
        let number = self.tried.get() + 1;
        self.tried.set(number);
        (self.progress)(format!("minimising: trial {number}, {what}"));
    }
}

impl Attempts for Runs<'_> {
    fn first(&mut self, candidates: Vec<Choices>) -> Result<Option<usize>, Error> {
        let failed = self.failed;
        let asks = candidates.iter().map(|choices| {
            let (turns, delays) = (choices.turns.len(), choices.deviations.len());
            self.say(&format!("{turns} context switches, {delays} delays"));
            Ask {
                choices: Some(choices),
                most: failed.most(),
                ..Ask::default()
            }
        });
        let wanted = |failure: Option<&str>| failure == Some(&failed.failure);
        let found = failed
            .trials
            .first(asks, |it| wanted(it.failure.as_deref()))?;
        Ok(found.map(|(index, _)| index))
    }

    fn other(&mut self, kind: Option<Kind>, tries: u64) -> Result<Option<Choices>, Error> {
        let failed = self.failed;
        let seed = failed.trials.setup.emulation.seed;
        let asks = (0..tries).map(|number| {
            self.say(match kind {
                None => "an interleaving alone",
                Some(Kind::Early) => "early stores alone",
                Some(Kind::Pending) => "pending stores alone",
                Some(Kind::Unseen) => "stale reads alone",
            });
            let number = seed.wrapping_add(number);
            Ask {
                only: Some(Only { kind, number }),
                record: true,
                // It may fail later than the run that was found.
                most: failed.most().map(|most| most.saturating_mul(4)),
                ..Ask::default()
            }
        });
        let wanted = |failure: Option<&str>| failure == Some(&failed.failure);
        let found = failed
            .trials
            .first(asks, |it| wanted(it.failure.as_deref()))?;
        Ok(found.map(|(_, trial)| trial.choices))
    }
}
