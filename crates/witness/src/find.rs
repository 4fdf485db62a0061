//! Looks for cycles.
//!
//! A run goes on one access at a time, so most of what threads tell each other leads forward in it.
//! Weak memory shows where a step leads backward: a load that reads what was there before a store that
//! had been made already, a store that becomes visible before one that was made earlier. Where a
//! way leads from the end of such a step on to its start, no interleaving gives all that was seen.

mod access;
mod cycle;
mod edges;
mod path;
mod program;
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
use program::Program;
use writes::Writes;

/// Cycles that are returned at most.
const CYCLES: usize = 16;
/// Threads of a cycle at most.
const THREADS: usize = 6;
/// Cycles that are looked at for one pair of instructions.
const REPETITIONS: usize = 8;
/// Steps that are looked at, for cycles of so many threads.
const EFFORT: usize = 4_000_000;

/// The cycles that explain a run, the plainest first: few threads, few accesses, a value that was
/// read rather than none, a flag that is read often. Cycles of the same instructions are one, at
/// most 16 are returned.
///
/// A load whose value the trace does not explain (the kernel wrote it, say) takes no part. A cycle that
/// comes of a single access torn in two, with all of program order kept, is none.
#[must_use]
pub fn find(trace: &Trace) -> Vec<Cycle> {
    let events = &trace.events;
    let writes = Writes::new(events);
    let edges = Edges::new(events, &writes, &reads::reads(events, &writes));
    let paths = Paths::new(events, &edges);
    let program = Program::new(events, &writes);
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
            if let Some(found) = Found::new(events, &program, &steps, polled) {
                search.add(pcs, found);
            }
        }
    }
    search.plainest()
}

/// What was found so far.
#[derive(Default)]
struct Search {
    found: Vec<Found>,
    known: HashSet<cycle::Key>,
    /// How many cycles a pair of instructions has closed: of fewer threads, of as many as now.
    counts: HashMap<[u64; 2], usize>,
    done: HashSet<[u64; 2]>,
}

impl Search {
    /// From now on cycles of one thread more: not those that fewer threads explain.
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

    fn plainest(mut self) -> Vec<Cycle> {
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
