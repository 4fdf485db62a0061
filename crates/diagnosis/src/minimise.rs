//! Minimises the choices of a failing run.
//!
//! Delta debugging (Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", TSE 2002)
//! over the choices in which memory was not sequentially consistent. Each attempt is a replay. It makes the
//! omitted choices as a sequentially consistent machine with a fair scheduler does. An attempt succeeds if the
//! program fails in the same way.

use schedule::{Choices, Deviation, Turn, What};
use weakmem::LONGEST_DELAY;

use crate::error::Error;
use crate::trial::{Ask, Trials};

/// Number of delays to try alone, counted back from the end of the failing run.
const SINGLES: usize = 64;

/// A minimised run.
#[derive(Debug, Clone)]
pub struct Minimised {
    /// The choices that make it fail.
    pub choices: Choices,
    /// Number of runs that the minimisation took.
    pub runs: usize,
}

/// Minimises a run that failed in this way. `tried` receives the number of choices of each attempt.
///
/// # Errors
///
/// [`Error::NotAgain`] if the choices do not make it fail; any error of a run.
pub fn minimised(
    trials: &Trials,
    choices: &Choices,
    failure: &str,
    mut tried: impl FnMut(usize, usize),
) -> Result<Minimised, Error> {
    let mut runs = 0;
    let mut fails = |turns: &[Turn], deviations: &[Deviation]| {
        let choices = Choices {
            turns: turns.to_vec(),
            deviations: deviations.to_vec(),
        };
        runs += 1;
        tried(turns.len(), deviations.len());
        let ask = Ask {
            choices: Some(&choices),
            ..Ask::default()
        };
        let trial = trials.run(ask)?;
        Ok(trial.failure.as_deref() == Some(failure))
    };
    if fails(&[], &[])? {
        let choices = Choices::default();
        return Ok(Minimised { choices, runs });
    }
    if !fails(&choices.turns, &choices.deviations)? {
        return Err(Error::NotAgain {
            seed: trials.setup.emulation.seed,
            failure: failure.to_owned(),
        });
    }
    // Usually one delay is enough, and the schedule does not matter as long as all threads run.
    for deviation in choices.deviations.iter().rev().take(SINGLES) {
        let single = [lengthened(*deviation)];
        if fails(&[], &single)? {
            let choices = Choices {
                turns: Vec::new(),
                deviations: single.to_vec(),
            };
            return Ok(Minimised { choices, runs });
        }
    }
    let mut turns = if fails(&[], &choices.deviations)? {
        Vec::new()
    } else {
        choices.turns.clone()
    };
    // Stores that become visible early need the schedule, and often nothing else.
    let early = choices.deviations.iter().copied().filter(is_early);
    let early: Vec<Deviation> = early.collect();
    let all = if !early.is_empty() && fails(&turns, &early)? {
        &early
    } else {
        &choices.deviations
    };
    let deviations = minimal(all, |some| fails(&turns, some))?;
    if !turns.is_empty() {
        turns = match minimal_turns(&turns, |some| fails(some, &deviations))? {
            // With fewer deviations the schedule may not matter any more.
            some if fails(&[], &deviations)? => some[..0].to_vec(),
            some => some,
        };
    }
    let choices = Choices { turns, deviations };
    Ok(Minimised { choices, runs })
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

/// The context switches up to the last one that matters. (The earlier ones determine the state of the program
/// there, and positions count from the start.)
fn minimal_turns(
    turns: &[Turn],
    mut fails: impl FnMut(&[Turn]) -> Result<bool, Error>,
) -> Result<Vec<Turn>, Error> {
    let end = first(turns.len(), |end| fails(&turns[..end]))?;
    Ok(turns[..end].to_vec())
}

/// The smallest number up to `most` for which `holds` is true. It must be true for `most`, and for all numbers
/// above the result.
fn first(most: usize, mut holds: impl FnMut(usize) -> Result<bool, Error>) -> Result<usize, Error> {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(high)
}

/// A minimal part of `all` that still fails. `all` must fail.
fn minimal<T: Clone>(
    all: &[T],
    mut fails: impl FnMut(&[T]) -> Result<bool, Error>,
) -> Result<Vec<T>, Error> {
    if fails(&[])? {
        return Ok(Vec::new());
    }
    // Choices after the failure are irrelevant, and so are most of the earlier ones.
    let end = first(all.len(), |end| fails(&all[..end]))?;
    let start = end - first(end, |length| fails(&all[end - length..end]))?;
    let mut left = all[start..end].to_vec();
    let mut parts = 2;
    while left.len() > 1 {
        let size = left.len().div_ceil(parts);
        let mut smaller = None;
        for start in (0..left.len()).step_by(size) {
            let end = (start + size).min(left.len());
            let rest = [&left[..start], &left[end..]].concat();
            if fails(&rest)? {
                smaller = Some(rest);
                break;
            }
        }
        match smaller {
            Some(rest) => {
                left = rest;
                parts = (parts - 1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(left.len()),
        }
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_needed_items_remain() {
        let all: Vec<u32> = (0..1000).collect();
        for needed in [
            vec![],
            vec![0],
            vec![999],
            vec![500],
            vec![3, 700],
            vec![1, 2, 3, 998],
        ] {
            let mut tries = 0;
            let found = minimal(&all, |some| {
                tries += 1;
                Ok(needed.iter().all(|it| some.contains(it)))
            });
            assert_eq!(found.unwrap(), needed);
            assert!(tries < 200, "{needed:?}: {tries}");
        }
    }

    #[test]
    fn flaky_failures_do_not_loop_forever() {
        let all: Vec<u32> = (0..64).collect();
        let found = minimal(&all, |some| Ok(some.len() % 3 == 1 && some.contains(&7))).unwrap();
        assert!(found.contains(&7), "{found:?}");
        assert_eq!(first(9, |at| Ok(at >= 4)).unwrap(), 4);
        assert_eq!(first(9, |_| Ok(true)).unwrap(), 0);
    }
}
