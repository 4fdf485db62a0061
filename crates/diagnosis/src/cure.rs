//! What would have prevented a failure: orderings for each reordered pair of accesses, each one tested.

mod candidate;

use overtake_report::trace::{Access, Event, Op, Trace};
use schedule::Choices;
use witness::{Checked, Cure, Cycle, Edge, Link};

use candidate::{Candidate, load_load, load_store, store_load, store_store};

use crate::error::Error;
use crate::story::Teller;
use crate::trial::{Ask, Trials};

/// The run on which cures are tested.
pub struct Cures<'a> {
    /// What is run.
    pub trials: &'a Trials,
    /// The choices that make it fail.
    pub choices: &'a Choices,
    /// The trace of the run with these choices.
    pub trace: &'a Trace,
    /// Number of seeds to test besides that run.
    pub seeds: u64,
    /// Guest instructions after which that run no longer fails.
    pub most: Option<u64>,
    /// Receives a description of each step.
    pub progress: &'a dyn Fn(String),
}

/// A pair of accesses of a thread, in program order.
struct Pair<'a> {
    /// Index of the edge.
    index: usize,
    edge: &'a Edge,
    first: &'a Access,
    second: &'a Access,
}

impl Cures<'_> {
    /// Sets `best` to the cycle that makes the run fail: the first one for which no seed fails once all its pairs
    /// are ordered, or else the one with the fewest failing seeds. After an error it is the best one so far.
    pub fn cause<'c>(
        &self,
        cycles: &'c [Cycle],
        best: &mut Option<&'c Cycle>,
    ) -> Result<(), Error> {
        let mut least = usize::MAX;
        for (index, cycle) in cycles.iter().enumerate() {
            (self.progress)(format!(
                "trying cures: cycle {} of {}",
                index + 1,
                cycles.len()
            ));
            let mut assumptions = Vec::new();
            for pair in self.pairs(cycle, true) {
                // The last candidate is the strongest.
                if let Some(candidate) = self.candidates(&pair).last() {
                    assumptions.extend(assumed(candidate, pair.first.pc, pair.second.pc));
                }
            }
            let rank = match self.check(&assumptions)? {
                Checked::Cures { .. } => {
                    *best = Some(cycle);
                    return Ok(());
                }
                Checked::CuresThisRun { failed, .. } => failed,
                Checked::Fails => usize::MAX,
            };
            if rank < least {
                least = rank;
                *best = Some(cycle);
            }
        }
        Ok(())
    }

    /// Tests each ordering for each reordered pair of the cycle: does the failing run still fail with it,
    /// and do other seeds? Adds them to `cures`, one by one.
    pub fn tried(
        &self,
        cycle: &Cycle,
        told: &Teller<'_>,
        cures: &mut Vec<Cure>,
    ) -> Result<(), Error> {
        for pair in self.pairs(cycle, false) {
            let calls = [pair.edge.from, pair.edge.to].map(|event| told.is_system_call(event));
            for candidate in self.candidates(&pair) {
                let Some(candidate) = candidate.at_system_calls(calls) else {
                    continue;
                };
                (self.progress)(format!("trying cures: {}", candidate.instruction));
                let mut assumptions = assumed(&candidate, pair.first.pc, pair.second.pc);
                // A shape whose pairs are all store to load (SB) needs the ordering in each pair.
                for other in self.pairs(cycle, true) {
                    if kind(&pair) == Kind::StoreLoad && kind(&other) == kind(&pair) {
                        assumptions.extend(assumed(&candidate, other.first.pc, other.second.pc));
                    }
                }
                let at = if candidate.later.is_some() {
                    pair.edge.to
                } else {
                    pair.edge.from
                };
                cures.push(Cure {
                    edge: pair.index,
                    instruction: candidate.instruction.to_owned(),
                    rust: candidate.rust.map(str::to_owned),
                    step: told.step(at),
                    checked: self.check(&assumptions)?,
                });
            }
        }
        Ok(())
    }

    /// The program-order pairs of a cycle: only those that this run reordered, or `all`.
    fn pairs<'c>(&'c self, cycle: &'c Cycle, all: bool) -> Vec<Pair<'c>> {
        let access = |event: usize| match &self.trace.events[event] {
            Event::Access(access) => Some(access),
            _ => None,
        };
        let pair = |(index, edge): (usize, &'c Edge)| {
            let Link::Program { reordered, .. } = edge.link else {
                return None;
            };
            let (first, second) = (access(edge.from)?, access(edge.to)?);
            (all || reordered.is_some()).then_some(Pair {
                index,
                edge,
                first,
                second,
            })
        };
        cycle.edges.iter().enumerate().filter_map(pair).collect()
    }

    fn candidates(&self, pair: &Pair<'_>) -> Vec<Candidate> {
        let target = self.trials.setup.guest.target;
        let mut candidates = match kind(pair) {
            // The atomic reads, too: an acquire may be enough.
            Kind::StoreLoad if pair.first.op == Op::Atomic => {
                let mut all = load_load(target);
                all.extend(store_load(target));
                all
            }
            Kind::LoadLoad => load_load(target),
            Kind::StoreLoad => store_load(target),
            Kind::StoreStore => store_store(target),
            Kind::LoadStore => load_store(target),
        };
        for candidate in &mut candidates {
            candidate.at_atomics([pair.first.op, pair.second.op].map(|op| op == Op::Atomic));
        }
        candidates
    }

    fn check(&self, assumptions: &[String]) -> Result<Checked, Error> {
        let trials = self.trials;
        let ask = Ask {
            assumptions,
            ..Ask::default()
        };
        let this = Ask {
            choices: Some(self.choices),
            most: self.most,
            ..ask
        };
        if trials.run(this)?.failure.is_some() {
            return Ok(Checked::Fails);
        }
        let seed = trials.setup.emulation.seed;
        let asks = (0..self.seeds).map(|number| Ask {
            seed: Some(seed.wrapping_add(number)),
            ..ask
        });
        let failed = trials.count_failures(asks)?;
        let seeds = self.seeds as usize;
        Ok(if failed == 0 {
            Checked::Cures { seeds }
        } else {
            Checked::CuresThisRun { failed, seeds }
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    LoadLoad,
    StoreLoad,
    StoreStore,
    LoadStore,
}

fn kind(pair: &Pair<'_>) -> Kind {
    match (pair.first.op, pair.second.op) {
        (Op::Load, Op::Load) => Kind::LoadLoad,
        (Op::Store | Op::Atomic, Op::Load) => Kind::StoreLoad,
        (Op::Store | Op::Atomic, Op::Store | Op::Atomic) => Kind::StoreStore,
        (Op::Load, Op::Store | Op::Atomic) => Kind::LoadStore,
    }
}

fn assumed(candidate: &Candidate, first: u64, second: u64) -> Vec<String> {
    [(first, candidate.earlier), (second, candidate.later)]
        .into_iter()
        .filter_map(|(pc, what)| Some(format!("{pc:#x}:{}", what?)))
        .collect()
}
