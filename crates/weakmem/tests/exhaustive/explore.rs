//! Small programs for the machine, explored exhaustively: every interleaving of the threads'
//! steps and of the commits of their pending stores.

use std::collections::{BTreeMap, BTreeSet};
use weakmem::{Fence, Machine, PAGE_SIZE, StoreOrder, ThreadId};

/// One step of a thread.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// `location = value`.
    Store(Location, u8),
    /// As `Store`, with release order.
    Release(Location, u8),
    /// The next register = `location`.
    Load(Location),
    /// As `Load`, an RCsc acquire.
    Acquire(Location),
    /// Atomic exchange: the next register = `location`, `location = value`.
    Swap(Location, u8),
    /// As `Swap`, with release order.
    SwapRelease(Location, u8),
    /// A fence.
    Fence(Fence),
}

/// A location; each is four bytes wide, on a line of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location(pub u64);

pub const X: Location = Location(0x1000);
pub const Y: Location = Location(0x1040);

/// What was seen: the registers of all threads in order, then final X and Y.
pub type Outcome = Vec<u8>;

#[derive(Clone)]
struct State {
    machine: Machine,
    next: Vec<usize>,
    registers: Vec<Vec<u8>>,
}

/// Every outcome of the program that the machine allows.
pub fn outcomes(order: StoreOrder, program: &[&[Step]]) -> BTreeSet<Outcome> {
    let mut machine = Machine::new(order);
    machine.image_mut().insert(0x1000, [0; PAGE_SIZE]);
    for _ in program {
        machine.add_thread();
    }
    let start = State {
        machine,
        next: vec![0; program.len()],
        registers: vec![Vec::new(); program.len()],
    };
    let mut found = BTreeSet::new();
    // States are told apart by all that can matter later.
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    let mut work = vec![start];
    while let Some(state) = work.pop() {
        let key = format!(
            "{:?}{:?}{:?}{:?}",
            state.next,
            state.registers,
            (0..program.len())
                .map(|t| state.machine.buffer(t as ThreadId).clone())
                .collect::<Vec<_>>(),
            final_values(&state.machine),
        );
        if seen.insert(key, ()).is_some() {
            continue;
        }
        let mut moved = false;
        for (thread, steps) in program.iter().enumerate() {
            let id = thread as ThreadId;
            for index in 0..state.machine.buffer(id).len() {
                if state.machine.may_commit(id, index) {
                    let mut after = state.clone();
                    after.machine.commit(id, index);
                    work.push(after);
                    moved = true;
                }
            }
            if let Some(step) = steps.get(state.next[thread]) {
                let mut after = state.clone();
                after.next[thread] += 1;
                if let Some(value) = run(&mut after.machine, id, *step) {
                    after.registers[thread].push(value);
                }
                work.push(after);
                moved = true;
            }
        }
        if !moved {
            let mut outcome = state.registers.concat();
            outcome.extend(final_values(&state.machine));
            found.insert(outcome);
        }
    }
    found
}

fn final_values(machine: &Machine) -> [u8; 2] {
    [X, Y].map(|location| {
        let mut byte = [0];
        machine.image().read(location.0, &mut byte);
        byte[0]
    })
}

fn run(machine: &mut Machine, thread: ThreadId, step: Step) -> Option<u8> {
    let read = |machine: &Machine, location: Location| {
        let mut bytes = [0; 4];
        machine.read(thread, location.0, &mut bytes);
        assert_eq!(bytes, [bytes[0]; 4], "an aligned access was torn");
        bytes[0]
    };
    match step {
        Step::Store(location, value) => machine.store(thread, location.0, &[value; 4], false, 0),
        Step::Release(location, value) => machine.store(thread, location.0, &[value; 4], true, 0),
        Step::Fence(fence) => machine.fence(thread, fence),
        Step::Load(location) => {
            machine.load(thread, location.0, 4);
            return Some(read(machine, location));
        }
        Step::Acquire(location) => {
            machine.acquire_rcsc(thread);
            machine.load(thread, location.0, 4);
            return Some(read(machine, location));
        }
        Step::Swap(location, value) | Step::SwapRelease(location, value) => {
            let old = read(machine, location);
            let release = matches!(step, Step::SwapRelease(..));
            machine.atomic(thread, location.0, &[value; 4], release);
            return Some(old);
        }
    }
    None
}
