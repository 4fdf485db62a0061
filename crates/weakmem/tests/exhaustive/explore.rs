//! Small programs for the machine, explored exhaustively: every interleaving of the threads'
//! steps and of the commits of their pending stores, and at each load all that it may see.

use arch::Pairs;
use std::collections::{BTreeMap, BTreeSet};
use weakmem::{
    Access, Acquire, Driver, Execution, Kind, Machine, Memory, PAGE_SIZE, Rules, StoreId, ThreadId,
    View,
};

/// One step of a thread.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// `location = value`.
    Store(Location, u8),
    /// As `Store`, with release order.
    Release(Location, u8),
    /// The next register = `location`.
    Load(Location),
    /// As `Load`, with an address that depends on the thread's last load.
    LoadVia(Location),
    /// As `Load`, an RCsc acquire.
    Acquire(Location),
    /// As `Load`, an acquire that does not wait for releases.
    AcquirePc(Location),
    /// A branch that depends on the thread's last load.
    Branch,
    /// `isb`, `isync`.
    ContextSync,
    /// Atomic exchange: the next register = `location`, `location = value`.
    Swap(Location, u8),
    /// As `Swap`, with release order.
    SwapRelease(Location, u8),
    /// A fence.
    Fence(Pairs),
}

impl Step {
    /// Where it reads.
    fn loads(self) -> Option<Location> {
        match self {
            Step::Load(location)
            | Step::LoadVia(location)
            | Step::Acquire(location)
            | Step::AcquirePc(location)
            | Step::Swap(location, _)
            | Step::SwapRelease(location, _) => Some(location),
            Step::Store(..)
            | Step::Release(..)
            | Step::Fence(_)
            | Step::Branch
            | Step::ContextSync => None,
        }
    }

    /// What its address depends on, where the thread's last load has this view.
    fn address(self, last: View) -> View {
        match self {
            Step::LoadVia(_) => last,
            _ => View::NONE,
        }
    }

    /// What it is to the machine.
    fn instruction(self) -> weakmem::Step {
        let atomic = matches!(self, Step::Swap(..) | Step::SwapRelease(..));
        let fence = match self {
            Step::Fence(fence) => fence,
            _ => Pairs::NONE,
        };
        weakmem::Step {
            kind: if atomic { Kind::Atomic } else { Kind::Plain },
            prepares: self.loads().is_some(),
            newest: atomic,
            acquire: match self {
                Step::Acquire(_) => Acquire::Rcsc,
                Step::AcquirePc(_) => Acquire::Rcpc,
                _ => Acquire::No,
            },
            release: matches!(self, Step::Release(..) | Step::SwapRelease(..)),
            before: fence,
            after: fence,
            context_sync: matches!(self, Step::ContextSync),
            ..weakmem::Step::default()
        }
    }
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
    /// What each thread's last load came after.
    last: Vec<View>,
}

/// Every write stays unseen for as long as can be; [`outcomes`] chooses when it is seen.
pub struct Unseen;

impl Driver for Unseen {
    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        u64::MAX
    }

    fn patch(&mut self, _: u64, _: &[u8]) {}
}

/// Every outcome of the program that the machine allows.
pub fn outcomes(rules: Rules, program: &[&[Step]]) -> BTreeSet<Outcome> {
    let mut machine = Machine::new(rules);
    machine.insert_page(0x1000, [0; PAGE_SIZE]);
    for _ in program {
        machine.add_thread();
    }
    let start = State {
        machine,
        next: vec![0; program.len()],
        registers: vec![Vec::new(); program.len()],
        last: vec![View::NONE; program.len()],
    };
    let mut found = BTreeSet::new();
    // States are told apart by all that can matter later.
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    let mut work = vec![start];
    while let Some(state) = work.pop() {
        let key = format!(
            "{:?}{:?}{:?}{:?}",
            state.next, state.registers, state.last, state.machine
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
                    after.machine.commit(id, index, &mut Unseen);
                    work.push(after);
                    moved = true;
                }
            }
            let Some(step) = steps.get(state.next[thread]) else {
                continue;
            };
            // How many unseen writes it sees matters when it looks, and not before.
            let unseen = step
                .loads()
                .map_or(0, |location| state.machine.unseen(id, location.0, 1));
            for seen in 0..=unseen {
                let mut after = state.clone();
                for _ in 0..seen {
                    let location = step.loads().expect("it has unseen writes");
                    after.machine.see_one(id, location.0, 1);
                }
                after.next[thread] += 1;
                if let Some(value) = run(&mut after, id, *step) {
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

/// Does a step, by the calls that the plugin makes. Returns what it read.
fn run(state: &mut State, thread: ThreadId, step: Step) -> Option<u8> {
    let last = state.last[thread as usize];
    let machine = &mut state.machine;
    let instruction = step.instruction();
    machine.prepare(thread, [(&instruction, step.address(last))], &mut Unseen);
    machine.before(thread, &instruction, &mut Unseen);
    let (location, value) = match step {
        Step::Branch => {
            machine.branch(thread, last);
            return None;
        }
        Step::Fence(_) | Step::ContextSync => return None,
        Step::Load(location)
        | Step::LoadVia(location)
        | Step::Acquire(location)
        | Step::AcquirePc(location) => (location, None),
        Step::Store(location, value)
        | Step::Release(location, value)
        | Step::Swap(location, value)
        | Step::SwapRelease(location, value) => (location, Some(value)),
    };
    let mut read = [0; 4];
    machine.read(thread, location.0, &mut read);
    assert_eq!(read, [read[0]; 4], "an aligned access was torn");
    let access = Access {
        addr: location.0,
        len: 4,
        store: value.is_some(),
        bytes: &[value.unwrap_or_default(); 4],
        address: step.address(last),
        ..Access::NONE
    };
    let mut execution = Execution::new(access, Memory::Shared);
    machine.begin(thread, &instruction, &mut execution, &mut Unseen);
    let view = machine.finish(thread, &instruction, &mut execution, 0, &mut Unseen);
    machine.prepare(thread, [], &mut Unseen);
    step.loads().map(|_| {
        state.last[thread as usize] = view;
        read[0]
    })
}
