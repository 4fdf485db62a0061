//! Minimises the choices of a failing run.
//!
//! Delta debugging (Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", TSE 2002)
//! over the choices in which memory was not sequentially consistent, and over the context switches. Each attempt
//! is a replay. It makes the omitted choices as a sequentially consistent machine with a fair scheduler does. An
//! attempt succeeds if the program fails in the same way.
//!
//! Replays name a place by how many accesses and instructions its thread has made. A thread that waits in a loop
//! comes to the same code later or earlier once a choice is omitted, and then the later choices of the run mean
//! nothing. So where omitting does not work at once, another failing run is looked for that makes choices of one
//! kind only, or none: an interleaving alone, or stores that are early, or stores that stay pending, or reads that are
//! stale. Such a run has few choices to start with.

mod delta;

use schedule::{Choices, Deviation, Kind, Turn, What};
use weakmem::LONGEST_DELAY;

use crate::cost::Ended;
use crate::error::Error;

/// Number of delays to try alone, counted back from the end of the failing run.
const SINGLES: usize = 64;

/// Number of attempts to omit turns of an interleaving. Large stretches go first, so after these few remain.
const SWITCHES: usize = 150;

/// What is tried.
pub trait Attempts {
    /// The first of these choices with which the program fails in the same way, by its index.
    ///
    /// # Errors
    ///
    /// Any error of a run; those for which [`Ended::of`] is something end the minimisation.
    fn first(&mut self, candidates: Vec<Choices>) -> Result<Option<usize>, Error>;

    /// The first of so many other runs, whose choices are of this kind only, that fails in the same way.
    ///
    /// # Errors
    ///
    /// As [`Attempts::first`].
    fn other(&mut self, kind: Option<Kind>, tries: u64) -> Result<Option<Choices>, Error>;
}

/// How many other runs are tried: of one kind, of none, and of none if nothing else explains the failure.
const OF_ONE_KIND: u64 = 8;
const OF_NONE: u64 = 4;
const OF_NONE_AT_LAST: u64 = 64;

/// A minimised run.
#[derive(Debug, Clone)]
pub struct Minimised {
    /// The choices that make it fail.
    pub choices: Choices,
    /// Whether they are of another run than the one that was given.
    pub other: bool,
    /// What ended the minimisation before its end.
    pub ended: Option<Ended>,
}

/// Minimises the choices of a failing run.
///
/// # Errors
///
/// [`Error::NotAgain`] if the choices do not make it fail: `not_again`; any error of a run, other than one that
/// ends the minimisation.
pub fn minimised(
    attempts: &mut dyn Attempts,
    choices: &Choices,
    not_again: impl FnOnce() -> Error,
) -> Result<Minimised, Error> {
    let mut best = Minimised {
        choices: choices.clone(),
        other: false,
        ended: None,
    };
    let mut minimiser = Minimiser {
        attempts,
        best: &mut best,
    };
    match minimiser.minimise() {
        Ok(true) => Ok(best),
        Ok(false) => Err(not_again()),
        Err(error) => match Ended::of(&error) {
            None => Err(error),
            ended => Ok(Minimised { ended, ..best }),
        },
    }
}

/// Looks for an interleaving alone that fails in the same way, with more tries than [`minimised`] makes, and
/// minimises it. For a run whose delays explain nothing.
///
/// # Errors
///
/// Any error of a run, other than one that ends the minimisation.
pub fn interleaving(attempts: &mut dyn Attempts) -> Result<Option<Minimised>, Error> {
    let mut best = Minimised {
        choices: Choices::default(),
        other: true,
        ended: None,
    };
    let result = attempts.other(None, OF_NONE_AT_LAST).and_then(|found| {
        let Some(choices) = found else {
            return Ok(false);
        };
        best.choices = choices;
        let best = &mut best;
        Minimiser { attempts, best }.interleaving_alone()
    });
    match result {
        Ok(true) => Ok(Some(best)),
        Ok(false) => Ok(None),
        Err(error) => match Ended::of(&error) {
            None => Err(error),
            // Nothing was found yet.
            Some(_) if best.choices == Choices::default() => Ok(None),
            ended => Ok(Some(Minimised { ended, ..best })),
        },
    }
}

struct Minimiser<'a> {
    attempts: &'a mut dyn Attempts,
    /// The smallest choices so far that fail.
    best: &'a mut Minimised,
}

impl Minimiser<'_> {
    /// Whether the given choices fail at all.
    fn minimise(&mut self) -> Result<bool, Error> {
        let all = self.best.choices.clone();
        let early = all.deviations.iter().any(is_early);
        match self.first(vec![Choices::default(), all])? {
            None => return Ok(false),
            Some(0) => return Ok(true),
            Some(_) => {}
        }
        // An interleaving alone is the simplest answer, whatever else would do.
        if self.interleaving_alone()? || self.other(None)? && self.interleaving_alone()? {
            return Ok(true);
        }
        if self.without_late_arrivals()? && !early && self.a_single_delay()? {
            return Ok(true);
        }
        let early = early.then_some(Kind::Early);
        for kind in early.into_iter().chain([Kind::Pending, Kind::Unseen]) {
            if self.other(Some(kind))? {
                break;
            }
        }
        self.delays()?;
        Ok(true)
    }

    /// Whether it fails if every store reaches all threads at once. What fails so is explained so: that a store
    /// reaches one thread late looks as if that thread had read too early.
    fn without_late_arrivals(&mut self) -> Result<bool, Error> {
        let mut choices = self.best.choices.clone();
        let is_late = |it: &Deviation| matches!(it.what, What::Late { .. });
        if !choices.deviations.iter().any(is_late) {
            return Ok(true);
        }
        choices.deviations.retain(|it| !is_late(it));
        Ok(self.first(vec![choices])?.is_some())
    }

    /// Whether another run fails whose choices are of this kind only. Then it is the best one.
    fn other(&mut self, kind: Option<Kind>) -> Result<bool, Error> {
        let tries = kind.map_or(OF_NONE, |_| OF_ONE_KIND);
        let found = self.attempts.other(kind, tries)?;
        let is_found = found.is_some();
        if let Some(choices) = found {
            self.best.choices = choices;
            self.best.other = true;
        }
        Ok(is_found)
    }

    /// Fewer delays, and then fewer turns.
    fn delays(&mut self) -> Result<(), Error> {
        let mut candidates = vec![Choices {
            turns: Vec::new(),
            ..self.best.choices.clone()
        }];
        // Stores that become visible early need the schedule, and often nothing else.
        let mut early = self.best.choices.clone();
        early.deviations.retain(is_early);
        if !early.deviations.is_empty() && early != self.best.choices {
            candidates.push(early);
        }
        self.first(candidates)?;
        let turns = self.best.choices.turns.clone();
        let with = |deviations: &[Deviation]| Choices {
            turns: turns.clone(),
            deviations: deviations.to_vec(),
        };
        let all = self.best.choices.deviations.clone();
        delta::minimal(&all, |some| {
            self.first(some.iter().map(|it| with(it)).collect())
        })?;
        if !self.best.choices.turns.is_empty() {
            // With fewer deviations the schedule may not matter any more.
            let deviations = self.best.choices.deviations.clone();
            self.last_turn(&deviations)?;
            let turns = Vec::new();
            self.first(vec![Choices { turns, deviations }])?;
        }
        Ok(())
    }

    /// Whether the turns alone make it fail. Then as few of them as possible.
    fn interleaving_alone(&mut self) -> Result<bool, Error> {
        let turns = self.best.choices.turns.clone();
        if self.first(vec![alone(&turns)])?.is_none() {
            return Ok(false);
        }
        let mut left = SWITCHES;
        delta::minimal(&turns, |some| {
            // Then what is left is taken as it is.
            let some = &some[..some.len().min(left)];
            left -= some.len();
            self.first(some.iter().map(|it| alone(it)).collect())
        })?;
        Ok(true)
    }

    /// Usually one delay is enough, and the schedule does not matter as long as all threads run.
    fn a_single_delay(&mut self) -> Result<bool, Error> {
        let last = self.best.choices.deviations.iter().rev().take(SINGLES);
        let candidates = last.map(|deviation| Choices {
            turns: Vec::new(),
            deviations: vec![lengthened(*deviation)],
        });
        let candidates = candidates.collect();
        Ok(self.first(candidates)?.is_some())
    }

    /// The turns up to the last one that matters. (The earlier ones determine the state of the program there, and
    /// positions count from the start.)
    fn last_turn(&mut self, deviations: &[Deviation]) -> Result<(), Error> {
        let turns = self.best.choices.turns.clone();
        delta::least(turns.len(), |end| {
            let candidate = Choices {
                turns: turns[..end].to_vec(),
                deviations: deviations.to_vec(),
            };
            Ok(self.first(vec![candidate])?.is_some())
        })?;
        Ok(())
    }

    /// The first of these that fails; it is the best one from then on.
    fn first(&mut self, candidates: Vec<Choices>) -> Result<Option<usize>, Error> {
        let found = self.attempts.first(candidates.clone())?;
        if let Some(index) = found {
            self.best.choices.clone_from(&candidates[index]);
        }
        Ok(found)
    }
}

fn alone(turns: &[Turn]) -> Choices {
    Choices {
        turns: turns.to_vec(),
        deviations: Vec::new(),
    }
}

fn is_early(deviation: &Deviation) -> bool {
    matches!(deviation.what, What::Early { .. })
}

/// The same delay, as long as the model allows.
fn lengthened(mut deviation: Deviation) -> Deviation {
    if let What::Pending { rounds, .. } | What::Unseen { rounds, .. } | What::Late { rounds, .. } =
        &mut deviation.what
    {
        *rounds = LONGEST_DELAY;
    }
    deviation
}

#[cfg(test)]
mod tests;
