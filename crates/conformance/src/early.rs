//! Stores that become visible before an earlier load of their processor is done.
//!
//! At each state the exploration may promise any store that the processor makes later
//! (`weakmem::Promise`). Which ones, it finds by running the processor on alone, in a copy. Runs that break
//! a promise are no runs.
//!
//! Two promises lead to the same outcomes if nothing is done in between that could tell them apart. So one
//! is made as late as can be: with the processor's next step standing for what the store overtakes. That
//! is a load that will read something newer than the promise; one that reads something older could have been
//! done before.

use crate::choice::Choice;
use crate::instruction;
use crate::memory::Unseen;
use crate::mutation::Mutation;
use crate::state::State;
use diy::{Access, Arch, Operation, Step, Test};
use weakmem::{EarlyStore, Guards, Kind, Promise, ThreadId, Timestamp};

/// A store that a processor makes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Later {
    number: u64,
    addr: u64,
    len: usize,
    bytes: [u8; 16],
    kind: Kind,
}

/// The processor promises a store that it makes later, in every way.
pub(crate) fn after_promises(state: &State, test: &Test, index: usize, work: &mut Vec<State>) {
    let thread = index as ThreadId;
    let next = state.processors[index].next;
    if state.processors[index].mutation() == Mutation::Independent {
        return after_independent_promises(state, test, index, work);
    }
    if !state.machine.may_promise() || !is_of_use(state, test, index) {
        return;
    }
    let steps = &test.processors[index].steps;
    let mutation = state.processors[index].mutation();
    let all = matches!(mutation, Mutation::Without(_) | Mutation::EveryPromise);
    let of_use = |step: &usize| {
        (all || may_overtake(steps, test.arch, next, *step)) && matters(state, test, index, *step)
    };
    let candidates: Vec<usize> = (next + 1..steps.len()).filter(of_use).collect();
    if candidates.is_empty() {
        return;
    }
    for (step, later) in stores(state, test, index) {
        if !candidates.contains(&step) {
            continue;
        }
        // Alone, it may find another value to compare with.
        let swaps = compare_and_swaps(&test.processors[index].steps[next..step]);
        for fewer in 0..=2 * swaps {
            let Some(number) = (later.number + swaps).checked_sub(fewer) else {
                continue;
            };
            let mut after = state.clone();
            if let Some(write) = promise(&mut after, thread, &Later { number, ..later })
                && (number != later.number || can_be_kept(&after, test, index))
            {
                after.processors[index].promised = Some(write);
                work.push(after);
            }
        }
    }
}

/// The processor promises a store that depends on nothing that it has still to load: as the plugin does.
fn after_independent_promises(state: &State, test: &Test, index: usize, work: &mut Vec<State>) {
    let thread = index as ThreadId;
    let mut copy = state.clone();
    copy.machine.look_ahead(thread, &mut Unseen);
    while let Some(step) = test.processors[index]
        .steps
        .get(copy.processors[index].next)
    {
        // As the plugin does: a store-conditional that fails ends the look, and it forces none to fail.
        let choice = match access(step).map(|access| access.operation) {
            Some(Operation::WriteExclusive(_)) => {
                let held = copy.machine.reservation(thread);
                if held.is_none_or(|held| held.is_lost()) {
                    break;
                }
                Choice::Succeeds
            }
            _ => Choice::Sees(0),
        };
        let State {
            machine,
            processors,
        } = &mut copy;
        processors[index].run(step, choice, test.arch, machine, thread);
    }
    for index in 0..copy.machine.ahead(thread).len() {
        let Some(stores) = copy.machine.ahead_together(thread, &[index], 0) else {
            continue;
        };
        let mut after = state.clone();
        let next = after.machine.next_store(thread).number;
        let promised = |store: &EarlyStore| {
            let promise = store.promise(next);
            after.machine.promise(thread, promise, &mut Unseen).is_ok()
        };
        if stores.iter().all(promised) {
            work.push(after);
        }
    }
}

/// How many of the steps store or not, by what they read.
fn compare_and_swaps(steps: &[Step]) -> u64 {
    let accesses = steps.iter().filter_map(access);
    let compares = |access: &&Access| matches!(access.operation, Operation::CompareExchange(_));
    accesses.filter(compares).count() as u64
}

fn promise(state: &mut State, thread: ThreadId, later: &Later) -> Option<Timestamp> {
    let promise = Promise {
        number: later.number,
        addr: later.addr,
        bytes: &later.bytes[..later.len],
        privately: 0,
        behind: 0,
        kind: later.kind,
        guards: Guards::NONE,
    };
    let promised = state.machine.promise(thread, promise, &mut Unseen);
    promised.ok()
}

/// Whether a step that was just done reads something newer than the stores that it was overtaken by.
pub(crate) fn is_late_enough(state: &mut State, step: &Step, index: usize) -> bool {
    let Some(promised) = state.processors[index].promised.take() else {
        return true;
    };
    let Some(access) = load(step) else {
        return true;
    };
    let addr = state.processors[index].addr(access);
    let newest = state
        .machine
        .newest(index as ThreadId, addr, access.size.into());
    newest > promised
}

/// The access of a step that only loads.
fn load(step: &Step) -> Option<&Access> {
    match step {
        Step::Access(access)
            if matches!(access.operation, Operation::Read | Operation::ReadExclusive) =>
        {
            Some(access)
        }
        _ => None,
    }
}

/// Whether a promise may be of use before the processor's next step.
fn is_of_use(state: &State, test: &Test, index: usize) -> bool {
    let steps = &test.processors[index].steps;
    let Some(step) = steps.get(state.processors[index].next) else {
        return false;
    };
    // Something newer must come.
    load(step).is_none_or(|load| {
        others(state, test, index)
            .any(|access| access.operation.writes() && access.location == load.location)
            || is_pending_elsewhere(state, index, load)
    })
}

/// Whether another processor has a pending store to what this access reads.
fn is_pending_elsewhere(state: &State, index: usize, load: &Access) -> bool {
    let addr = state.processors[index].addr(load);
    let mut others = (0..state.processors.len()).filter(|other| *other != index);
    others.any(|other| {
        let thread = other as ThreadId;
        state.machine.is_pending(thread, addr, load.size.into())
    })
}

/// What other processors have still to access.
fn others<'a>(state: &'a State, test: &'a Test, index: usize) -> impl Iterator<Item = &'a Access> {
    let others = test.processors.iter().zip(&state.processors).enumerate();
    let others = others.filter(move |(other, _)| *other != index);
    others.flat_map(|(_, (program, processor))| {
        program.steps[processor.next..].iter().filter_map(access)
    })
}

fn access(step: &Step) -> Option<&Access> {
    match step {
        Step::Access(access) => Some(access),
        _ => None,
    }
}

/// Whether others can tell that the store is early, or a later store may depend on that.
fn matters(state: &State, test: &Test, index: usize, store: usize) -> bool {
    let steps = &test.processors[index].steps;
    let Some(access) = access(&steps[store]).filter(|access| access.operation.writes()) else {
        return false;
    };
    let mut later = steps[store + 1..].iter().filter_map(self::access);
    later.any(|later| later.operation.writes())
        || others(state, test, index).any(|other| other.location == access.location)
        || is_pending_elsewhere(state, index, access)
}

/// Whether nothing in the program itself keeps a store after the step `first`, if that reads something
/// newer than the store. (More is asked when the promise is kept.)
fn may_overtake(steps: &[Step], arch: Arch, first: usize, store: usize) -> bool {
    let Some(first_load) = load(&steps[first]) else {
        return true;
    };
    if instruction::access(first_load, arch).acquire != weakmem::Acquire::No {
        return false;
    }
    let mut depends = vec![false; steps.len()];
    depends[first] = true;
    for (at, step) in steps.iter().enumerate().take(store + 1).skip(first + 1) {
        let of = |source: Option<usize>| source.is_some_and(|source| depends[source]);
        depends[at] = match step {
            Step::Fence(fence) if fence.pairs.rw => return false,
            Step::Fence(_) => false,
            Step::Branch { source } if depends[*source] => return false,
            Step::Branch { .. } => false,
            Step::Copy { source, .. } => depends[*source],
            Step::Access(access) => {
                let instruction = instruction::access(access, arch);
                if of(access.address) || instruction.before.rw {
                    return false;
                }
                if at == store && (instruction.release || of(access.data) || of(access.expected)) {
                    return false;
                }
                false
            }
        };
    }
    true
}

/// The stores that the processor makes later if it runs on alone, and their steps; each once.
fn stores(state: &State, test: &Test, index: usize) -> Vec<(usize, Later)> {
    let thread = index as ThreadId;
    let mut found = Vec::new();
    run_alone(state.clone(), test, index, &mut |state| {
        let processor = &state.processors[index];
        let step = test.processors[index].steps.get(processor.next);
        if let Some(Step::Access(access)) = step
            && let Some(bytes) = processor.would_store(access, &state.machine, thread)
        {
            let later = Later {
                number: state.machine.next_store(thread).number,
                addr: processor.addr(access),
                len: access.size.into(),
                bytes,
                kind: instruction::access(access, test.arch).kind,
            };
            let later = (processor.next, later);
            if !found.contains(&later) {
                found.push(later);
            }
        }
        true
    });
    found
}

/// Whether the processor can make all the stores that it has promised, if it runs on alone.
fn can_be_kept(state: &State, test: &Test, index: usize) -> bool {
    let mut kept = false;
    run_alone(state.clone(), test, index, &mut |state| {
        kept |= state.machine.broken().is_none() && !state.machine.has_promises(index as ThreadId);
        !kept && state.machine.broken().is_none()
    });
    kept
}

/// Runs the processor on alone, in every way, and shows each state to `goes_on`.
fn run_alone(mut state: State, test: &Test, index: usize, goes_on: &mut dyn FnMut(&State) -> bool) {
    let thread = index as ThreadId;
    while goes_on(&state) {
        let Some(step) = test.processors[index]
            .steps
            .get(state.processors[index].next)
        else {
            return;
        };
        let mut choices = Choice::all(step, &state.machine, thread)
            .into_iter()
            .peekable();
        while let Some(choice) = choices.next() {
            let more = choices.peek().is_some().then(|| state.clone());
            let State {
                machine,
                processors,
            } = &mut state;
            processors[index].run(step, choice, test.arch, machine, thread);
            if let Some(more) = more {
                run_alone(std::mem::replace(&mut state, more), test, index, goes_on);
            }
        }
    }
}
