//! What a part of an explanation costs, and how an explanation is ended before it is complete.

use std::time::Duration;

use emulator::error::Error as EmulatorError;
use emulator::interrupts::{CTRL_C, Interrupts};
use emulator::processor_time;
pub use witness::Phase;

use crate::error::Error;
use crate::trial::Trials;

/// How much processor time an explanation may take, with its runs.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// All of it; none: no limit.
    pub whole: Option<Duration>,
    start: Duration,
}

impl Budget {
    /// A budget that counts from now on.
    pub fn new(whole: Option<Duration>) -> Self {
        Self {
            whole,
            start: processor_time::spent(),
        }
    }

    /// Lets runs end with an error once this part of it, in percent, is used up.
    pub fn allow(&self, interrupts: &Interrupts, percent: u32) {
        if let Some(whole) = self.whole {
            interrupts.end_at(self.start + whole * percent / 100);
        }
    }

    /// What is used up so far.
    pub fn spent(&self) -> Duration {
        processor_time::spent().saturating_sub(self.start)
    }
}

/// Measures a phase.
#[derive(Debug)]
pub struct Meter {
    name: &'static str,
    trials: usize,
    spent: Duration,
}

impl Meter {
    /// The phase begins.
    pub fn start(name: &'static str, trials: &Trials) -> Self {
        Self {
            name,
            trials: trials.made(),
            spent: processor_time::spent(),
        }
    }

    /// How many runs the phase has taken so far.
    pub fn trials(&self, trials: &Trials) -> usize {
        trials.made() - self.trials
    }

    /// The phase has ended.
    pub fn stop(self, trials: &Trials) -> Phase {
        let spent = processor_time::spent().saturating_sub(self.spent);
        Phase {
            name: self.name.to_owned(),
            trials: self.trials(trials),
            tenths: u64::try_from(spent.as_millis() / 100).unwrap_or(u64::MAX),
        }
    }
}

/// What ended an explanation before it was complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its budget of processor time.
    Budget,
    /// Ctrl-C.
    Interrupted,
}

impl Ended {
    /// What this error of a run means for the explanation; none: it is an error.
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Emulator(EmulatorError::OutOfProcessorTime { .. }) => Some(Ended::Budget),
            Error::Emulator(EmulatorError::Interrupted { signal: CTRL_C }) => {
                Some(Ended::Interrupted)
            }
            _ => None,
        }
    }

    /// In words, after "not minimal: ".
    pub fn why(self, budget: Option<Duration>) -> String {
        match (self, budget) {
            (Ended::Budget, Some(budget)) => {
                format!("the budget of {} s ended", budget.as_secs())
            }
            (Ended::Budget, None) => "the budget ended".to_owned(),
            (Ended::Interrupted, _) => "it was interrupted".to_owned(),
        }
    }
}
