//! All runs of a test.

use crate::choice::Choice;
use crate::early;
use crate::memory::{BASE, Unseen, address};
use crate::mutation::{BROKEN, Mutation};
use crate::processor::Processor;
use crate::state::State;
use diy::{Observable, Step, Test};
use std::collections::{BTreeSet, HashSet};
use weakmem::{Machine, PAGE_SIZE, Rules, ThreadId};

/// Every final state of the test that a machine with these rules reaches.
#[must_use]
pub fn outcomes(test: &Test, rules: Rules) -> BTreeSet<String> {
    mutated_outcomes(test, rules, Mutation::None)
}

/// As [`outcomes`], with a rule left out or two calls exchanged: for tests of the tests.
#[must_use]
pub fn mutated_outcomes(test: &Test, rules: Rules, mutation: Mutation) -> BTreeSet<String> {
    explore(test, rules, |_| Processor::new(mutation, []))
}

/// As [`mutated_outcomes`], where each location that one processor alone accesses lies on a page of
/// its own. What is stored there is visible at once, as in the plugin; it still orders.
#[must_use]
pub fn outcomes_with_own_pages(test: &Test, rules: Rules, mutation: Mutation) -> BTreeSet<String> {
    explore(test, rules, |index| {
        Processor::new(mutation, locations_of(test, index))
    })
}

/// The locations that this processor alone accesses.
fn locations_of(test: &Test, processor: usize) -> BTreeSet<usize> {
    let accessed = |index: usize| -> BTreeSet<usize> {
        let steps = test.processors[index].steps.iter();
        let location = |step: &Step| match step {
            Step::Access(access) => Some(access.location),
            Step::Fence(_) | Step::Branch { .. } | Step::Copy { .. } => None,
        };
        steps.filter_map(location).collect()
    };
    let mut own = accessed(processor);
    for other in (0..test.processors.len()).filter(|other| *other != processor) {
        own = own.difference(&accessed(other)).copied().collect();
    }
    own
}

fn explore(test: &Test, rules: Rules, processor: impl Fn(usize) -> Processor) -> BTreeSet<String> {
    let mut machine = Machine::new(rules);
    machine.insert_page(BASE, [0; PAGE_SIZE]);
    for _ in &test.processors {
        machine.add_thread();
    }
    let mut first = State {
        machine,
        processors: (0..test.processors.len()).map(processor).collect(),
    };
    for index in 0..test.processors.len() {
        run_local_steps(&mut first, test, index);
    }
    let mut found = BTreeSet::new();
    let mut seen = HashSet::new();
    let mut work = vec![first];
    while let Some(state) = work.pop() {
        let key = format!("{:?}{:?}", state.machine, state.processors);
        if !seen.insert(key) {
            continue;
        }
        let before = work.len();
        for index in 0..test.processors.len() {
            after_commits(&state, index as ThreadId, &mut work);
            for ghost in state.processors[index].ghosts() {
                after_commits(&state, *ghost, &mut work);
            }
            if after_a_step(&state, test, index, &mut work) {
                found.insert(BROKEN.to_owned());
            }
            early::after_promises(&state, test, index, &mut work);
            after_arrivals(&state, test, index, &mut work);
        }
        let is_kept = |index| !state.machine.has_promises(index as ThreadId);
        if work.len() == before && (0..test.processors.len()).all(is_kept) {
            found.insert(final_state(&state, test));
        }
    }
    found
}

/// One of the thread's pending stores becomes visible.
fn after_commits(state: &State, thread: ThreadId, work: &mut Vec<State>) {
    let processor = state.processors.get(thread as usize);
    let independent = processor.is_some_and(|it| it.mutation() == Mutation::Independent);
    if independent && state.machine.has_promises(thread) {
        // What the thread reads of them, it was promised to read (`weakmem::Promise::behind`).
        return;
    }
    for store in 0..state.machine.buffer(thread).len() {
        if state.machine.may_commit(thread, store) {
            let mut after = state.clone();
            after.machine.commit(thread, store, &mut Unseen);
            work.push(after);
        }
        for above in state.machine.may_commit_below(thread, store) {
            let mut after = state.clone();
            let machine = &mut after.machine;
            machine.commit_below(thread, store, above, &mut Unseen);
            work.push(after);
        }
    }
}

/// A write arrives at the processor, which may still read it.
fn after_arrivals(state: &State, test: &Test, index: usize, work: &mut Vec<State>) {
    let thread = index as ThreadId;
    let processor = &state.processors[index];
    let steps = test.processors[index].steps.get(processor.next..);
    for (write, addr, len) in state.machine.not_arrived(thread) {
        let reads = |step: &Step| match step {
            Step::Access(access) if access.operation.reads() => {
                let start = processor.addr(access);
                start < addr + len as u64 && addr < start + u64::from(access.size)
            }
            _ => false,
        };
        if steps.unwrap_or_default().iter().any(reads) {
            let mut after = state.clone();
            after.machine.arrive(thread, write, &mut Unseen);
            work.push(after);
        }
    }
}

/// The processor does its next step, in every way. Returns whether that breaks a promise which cannot be broken.
fn after_a_step(state: &State, test: &Test, index: usize, work: &mut Vec<State>) -> bool {
    let thread = index as ThreadId;
    let steps = &test.processors[index].steps;
    let Some(step) = steps.get(state.processors[index].next) else {
        return false;
    };
    let mut breaks = false;
    for choice in Choice::all(step, &state.machine, thread) {
        let mut after = state.clone();
        let processor = &mut after.processors[index];
        processor.run(step, choice, test.arch, &mut after.machine, thread);
        if early::is_late_enough(&mut after, step, index) {
            run_local_steps(&mut after, test, index);
            if after.machine.broken().is_none() {
                work.push(after);
            } else {
                breaks |= after.processors[index].mutation() == Mutation::Independent;
            }
        }
    }
    breaks
}

/// Does the steps that no other processor can tell the time of.
fn run_local_steps(state: &mut State, test: &Test, index: usize) {
    let thread = index as ThreadId;
    let processor = &mut state.processors[index];
    let steps = &test.processors[index].steps;
    while let Some(step) = steps.get(processor.next)
        && processor.is_local(step, test.arch, &state.machine, thread)
    {
        processor.run(step, Choice::Sees(0), test.arch, &mut state.machine, thread);
    }
}

fn final_state(state: &State, test: &Test) -> String {
    test.state(|observable| match observable {
        Observable::Location(location) => {
            let mut processors = state.processors.iter();
            if let Some(value) = processors.find_map(|one| one.own(location)) {
                return value & u64::from(u32::MAX);
            }
            let mut bytes = [0; 4];
            state.machine.image().read(address(location), &mut bytes);
            u64::from(u32::from_le_bytes(bytes))
        }
        Observable::Register {
            processor,
            register,
        } => {
            let steps = &test.processors[processor].steps;
            state.processors[processor].register(steps, register)
        }
    })
}
