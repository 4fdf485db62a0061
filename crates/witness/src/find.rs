//! Looks for cycles of program order and communication.
//!
//! One thread runs at a time, so most communication leads forward in the trace. Only weak memory makes
//! it lead backward: a load returns a value that an earlier store of the trace had overwritten, or a
//! store becomes visible before one that was executed earlier, or before it is executed itself. If a path leads from the end of such a
//! backward step to its start, the two make a cycle, and no interleaving explains the run.

mod access;
mod cycle;
mod edges;
mod path;
mod program_order;
mod reads;
mod shape;
mod writes;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use overtake_report::trace::Trace;

use crate::Cycle;
use access::at;
use cycle::Found;
use edges::{Edges, Step};
use path::Paths;
use program_order::ProgramOrder;
use writes::Writes;

/// How many cycles are returned at most.
const CYCLES: usize = 16;
/// How many threads a cycle has at most.
const THREADS: usize = 6;
/// How many cycles are tried for one pair of instructions.
const REPETITIONS: usize = 8;
/// How many steps are tried for each number of threads.
const EFFORT: usize = 4_000_000;

/// The cycles that explain a run, the simplest first: few threads, few accesses, more reads-from
/// edges, a flag that is polled. Cycles of the same instructions count once, and at most 16 are
/// returned.
///
/// A load whose value the trace does not explain takes no part (the kernel may have written it). A
/// cycle in which all of program order was kept is left out: it comes from one access torn in two.
#[must_use]
pub fn find(trace: &Trace) -> Vec<Cycle> {
    let events = &trace.events;
    let writes = Writes::new(events);
    let edges = Edges::new(events, &writes, &reads::reads(events, &writes));
    let paths = Paths::new(events, &edges);
    let program_order = ProgramOrder::new(events, &writes);
    let mut search = Search::default();
    for threads in 2..=THREADS {
        let start = paths.effort();
        search.next_size();
        for &closing in &edges.backward {
            if paths.effort() - start > EFFORT {
                break;
            }
            let pcs = [closing.from(), closing.to()].map(|it| at(events, it).pc);
            if search.is_done(pcs) {
                continue;
            }
            let Some(path) = paths.close(closing, threads - 1) else {
                continue;
            };
            let steps: Vec<Step> = std::iter::once(closing).chain(path).collect();
            let polled = steps[1..].iter().map(|&step| paths.polled(step)).sum();
            if let Some(found) = Found::new(events, &program_order, &steps, polled) {
                search.add(pcs, found);
            }
        }
    }
    search.simplest()
}

/// The cycles found so far.
#[derive(Default)]
struct Search {
    found: Vec<Found>,
    known: HashSet<cycle::Key>,
    /// How many cycles each pair of instructions has closed.
    counts: HashMap<[u64; 2], usize>,
    done: HashSet<[u64; 2]>,
}

impl Search {
    /// Goes on to cycles of one more thread, without the pairs that fewer threads explain.
    fn next_size(&mut self) {
        self.done.extend(self.counts.keys());
    }

    fn is_done(&self, pcs: [u64; 2]) -> bool {
        self.done.contains(&pcs) || self.counts.get(&pcs).is_some_and(|it| *it >= REPETITIONS)
    }

    fn add(&mut self, pcs: [u64; 2], found: Found) {
        *self.counts.entry(pcs).or_default() += 1;
        if self.known.insert(found.key.clone()) {
            self.found.push(found);
        }
    }

    fn simplest(mut self) -> Vec<Cycle> {
        self.found.sort_by_key(|found| {
            (
                found.threads,
                found.accesses,
                Reverse(found.read),
                !found.distinct,
                Reverse(found.polled),
            )
        });
        self.found.truncate(CYCLES);
        self.found.into_iter().map(|found| found.cycle).collect()
    }
}
