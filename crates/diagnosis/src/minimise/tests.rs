//! The minimiser, with programs that are no programs.

use emulator::error::Error as EmulatorError;
use weakmem::{Before, EarlyStore, Progress, Stop, StoreId};

use super::*;

/// A program that fails if this says so.
struct Fake<F> {
    fails: F,
    /// Other failing runs, by kind.
    other: Vec<(Option<Kind>, Choices)>,
    /// How many attempts there may be, and were.
    most: usize,
    made: usize,
}

impl<F: Fn(&Choices) -> bool> Attempts for Fake<F> {
    fn first(&mut self, candidates: Vec<Choices>) -> Result<Option<usize>, Error> {
        for (index, candidate) in candidates.iter().enumerate() {
            self.made += 1;
            if self.made > self.most {
                let spent = std::time::Duration::ZERO;
                return Err(EmulatorError::OutOfProcessorTime { spent }.into());
            }
            if (self.fails)(candidate) {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    fn other(&mut self, kind: Option<Kind>, _: u64) -> Result<Option<Choices>, Error> {
        let other = self.other.iter().find(|it| it.0 == kind);
        Ok(other.map(|it| it.1.clone()))
    }
}

fn pending(number: u64) -> Deviation {
    let (store, rounds) = (StoreId { thread: 1, number }, 3);
    Deviation {
        turn: 0,
        what: What::Pending { store, rounds },
    }
}

fn early(number: u64) -> Deviation {
    let at = Progress {
        thread: 2,
        accesses: number,
        instructions: number,
    };
    let store = EarlyStore::new(8 * number, &[1], Before::default()).unwrap();
    Deviation {
        turn: 0,
        what: What::Early { at, store },
    }
}

fn turn(accesses: u64) -> Turn {
    Turn {
        until: Progress {
            thread: 1,
            accesses,
            instructions: accesses,
        },
        why: Stop::Accesses,
    }
}

fn run(turns: u64, deviations: Vec<Deviation>) -> Choices {
    Choices {
        turns: (1..=turns).map(turn).collect(),
        deviations,
    }
}

/// The number of the store of a delay, however long it is.
fn store(deviation: &Deviation) -> Option<u64> {
    match deviation.what {
        What::Pending { store, .. } => Some(store.number),
        _ => None,
    }
}

fn minimise<F: Fn(&Choices) -> bool>(fake: &mut Fake<F>, run: &Choices) -> Minimised {
    let again = || Error::NoFailure {
        what: "not again".to_owned(),
    };
    minimised(fake, run, again).unwrap()
}

fn fake<F: Fn(&Choices) -> bool>(fails: F) -> Fake<F> {
    Fake {
        fails,
        other: Vec::new(),
        most: 1000,
        made: 0,
    }
}

#[test]
fn a_delay_that_is_enough_is_found_at_once() {
    let all = run(500, (1..=3000).map(pending).collect());
    let mut fake = fake(|it: &Choices| it.deviations.iter().any(|it| store(it) == Some(2990)));
    let found = minimise(&mut fake, &all);
    assert_eq!(found.choices.turns, []);
    assert_eq!(found.choices.deviations, [lengthened(pending(2990))]);
    assert_eq!((found.ended, found.other), (None, false));
    assert!(fake.made < 20, "{}", fake.made);
}

#[test]
fn delays_that_only_fail_together_are_kept() {
    let all = run(500, (1..=3000).map(pending).collect());
    let needs = |it: &Choices, number| it.deviations.iter().any(|it| store(it) == Some(number));
    let mut fake = fake(|it: &Choices| {
        it.turns.len() >= 300 && needs(it, 700) && needs(it, 2000) && needs(it, 2001)
    });
    let found = minimise(&mut fake, &all);
    assert_eq!(
        found.choices,
        run(300, vec![pending(700), pending(2000), pending(2001)])
    );
    assert!(fake.made < 250, "{}", fake.made);
}

#[test]
fn an_interleaving_is_minimised_by_its_turns() {
    let all = run(2000, (1..=500).map(pending).collect());
    let needed = [turn(1500), turn(1502), turn(1503)];
    let mut fake = fake(|it: &Choices| needed.iter().all(|needed| it.turns.contains(needed)));
    let found = minimise(&mut fake, &all);
    assert_eq!(found.choices.turns, needed);
    assert_eq!(found.choices.deviations, []);
    assert!(fake.made < 100, "{}", fake.made);
}

#[test]
fn no_choice_may_be_needed() {
    let mut fake = fake(|_: &Choices| true);
    let found = minimise(&mut fake, &run(10, vec![pending(1)]));
    assert_eq!(found.choices, Choices::default());
    assert_eq!(fake.made, 1);
}

/// Positions mean nothing once a delay is omitted: then a run with early stores alone is better.
#[test]
fn early_stores_are_kept_first() {
    let mut deviations: Vec<Deviation> = (1..=3000).map(pending).collect();
    deviations.extend((1..=5).map(early));
    let all = run(2000, deviations.clone());
    let other = run(400, (11..=16).map(early).collect());
    let mut fake = fake(|it: &Choices| {
        *it == all || it.turns.len() >= 350 && it.deviations.contains(&early(15))
    });
    fake.other.push((Some(Kind::Early), other));
    let found = minimise(&mut fake, &all);
    assert_eq!(found.choices, run(350, vec![early(15)]));
    assert!(found.other);
    assert!(fake.made < 50, "{}", fake.made);
}

#[test]
fn when_its_budget_ends_the_best_so_far_is_left() {
    let all = run(500, (1..=3000).map(pending).collect());
    let needs = |it: &Choices, number| it.deviations.iter().any(|it| store(it) == Some(number));
    let fails = |it: &Choices| it.turns.len() >= 300 && needs(it, 700) && needs(it, 2000);
    let mut whole = fake(fails);
    minimise(&mut whole, &all);
    let mut least = usize::MAX;
    for most in 2..whole.made {
        let mut fake = Fake {
            most,
            ..fake(fails)
        };
        let found = minimise(&mut fake, &all);
        assert_eq!(found.ended, Some(Ended::Budget));
        assert!(fails(&found.choices));
        let size = found.choices.turns.len() + found.choices.deviations.len();
        assert!(size <= least, "it does not grow");
        least = size;
    }
    assert!(least < 310, "{least}");
}

#[test]
fn an_interleaving_is_looked_for_where_delays_explain_nothing() {
    let needed = turn(77);
    let mut fake = fake(|it: &Choices| it.turns.contains(&needed));
    assert!(interleaving(&mut fake).unwrap().is_none());
    fake.other.push((None, run(100, Vec::new())));
    let found = interleaving(&mut fake).unwrap().unwrap();
    assert_eq!(found.choices.turns, [needed]);
}

#[test]
fn what_does_not_fail_again_is_an_error() {
    let mut fake = fake(|_: &Choices| false);
    let again = || Error::NoFailure {
        what: "not again".to_owned(),
    };
    assert!(minimised(&mut fake, &run(3, vec![]), again).is_err());
}

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
        let found = delta::minimal(&all, |parts| {
            let fails = |some: &Vec<u32>| needed.iter().all(|it| some.contains(it));
            let found = parts.iter().position(fails);
            tries += found.map_or(parts.len(), |it| it + 1);
            Ok(found)
        });
        assert_eq!(found.unwrap(), needed);
        assert!(tries < 200, "{needed:?}: {tries}");
    }
}

#[test]
fn flaky_failures_do_not_loop_forever() {
    let all: Vec<u32> = (0..64).collect();
    let found = delta::minimal(&all, |parts| {
        let fails = |some: &Vec<u32>| some.len() % 3 == 1 && some.contains(&7);
        Ok(parts.iter().position(fails))
    });
    assert!(found.unwrap().contains(&7));
    assert_eq!(delta::least(9, |at| Ok(at >= 4)).unwrap(), 4);
    assert_eq!(delta::least(9, |_| Ok(true)).unwrap(), 0);
}
