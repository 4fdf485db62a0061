//! What a step of a processor does to the machine: the calls that the plugin makes for an
//! instruction (`weakmem::Call`).

mod stored;

use crate::choice::Choice;
use crate::instruction;
use crate::memory::{Unseen, address, own_address};
use crate::mutation::Mutation;
use crate::order::{self, Sort};
use crate::result::Result;
use crate::rule::Rule;
use crate::without;
use diy::{Access, Arch, Operation, Register, Step};
use std::collections::BTreeMap;
use weakmem::{Call, Execution, Load, Machine, Memory, ThreadId, Timestamp, View};

/// A processor in the midst of its steps.
#[derive(Debug, Clone)]
pub(crate) struct Processor {
    /// The step that it does next.
    pub next: usize,
    /// For each step that was done: what it read, the view of that, and its status.
    results: Vec<Result>,
    /// What is broken.
    mutation: Mutation,
    /// Threads that do what it did without [`Rule::CoWR`] or [`Rule::CoWW`].
    ghosts: Vec<ThreadId>,
    /// What the locations hold that it has on pages of its own.
    own: BTreeMap<usize, [u8; 16]>,
    /// The last store that it promised since its last step that is not local.
    pub promised: Option<Timestamp>,
}

/// What the access itself did, as an emulator reports it.
struct Done {
    value: u128,
    status: u64,
    /// It wrote.
    wrote: bool,
    /// It is a store-conditional that failed.
    failed: bool,
    /// What it wrote; of a load-reserved, what it loaded.
    bytes: [u8; 16],
}

impl Processor {
    /// One that has done nothing, and has these locations on pages of its own.
    pub fn new(mutation: Mutation, own: impl IntoIterator<Item = usize>) -> Processor {
        Processor {
            next: 0,
            results: Vec::new(),
            mutation,
            ghosts: Vec::new(),
            own: own
                .into_iter()
                .map(|location| (location, [0; 16]))
                .collect(),
            promised: None,
        }
    }

    /// What a location holds that it has on a page of its own.
    pub fn own(&self, location: usize) -> Option<u64> {
        let bytes = self.own.get(&location).copied()?;
        Some(u128::from_le_bytes(bytes) as u64)
    }

    /// Where an access is.
    pub fn addr(&self, access: &Access) -> u64 {
        let location = access.location;
        let start = if self.own.contains_key(&location) {
            own_address(location)
        } else {
            address(location)
        };
        start + u64::from(access.offset)
    }

    /// The bytes of an access to a page of its own.
    fn own_bytes(&mut self, access: &Access) -> Option<&mut [u8]> {
        let start = usize::from(access.offset);
        let end = start + usize::from(access.size);
        self.own
            .get_mut(&access.location)
            .map(|bytes| &mut bytes[start..end])
    }

    /// The threads whose pending stores are its own.
    pub fn ghosts(&self) -> &[ThreadId] {
        &self.ghosts
    }

    /// What is broken.
    pub fn mutation(&self) -> Mutation {
        self.mutation
    }

    fn keeps(&self, rule: Rule) -> bool {
        self.mutation != Mutation::Without(rule)
    }

    /// Whether no other processor can tell when the step is done: it makes nothing visible, and
    /// reads nothing.
    pub fn is_local(&self, step: &Step, arch: Arch, machine: &Machine, thread: ThreadId) -> bool {
        match step {
            Step::Branch { .. } | Step::Copy { .. } => true,
            Step::Fence(fence) => {
                let fence = without::fence(instruction::fence(fence, arch), self.mutation);
                !fence.before.wr
                    || machine.buffer(thread).is_empty() && !machine.awaits_propagation(thread)
            }
            Step::Access(access) => access.operation == Operation::Write && self.keeps(Rule::CoWR),
        }
    }

    /// What a register holds at the end.
    pub fn register(&self, steps: &[Step], register: Register) -> u64 {
        let mut value = 0;
        for (step, result) in steps.iter().zip(&self.results) {
            if let Step::Access(access) = step {
                value = result.register(access, register).unwrap_or(value);
            }
        }
        value
    }

    /// Does the step.
    pub fn run(
        &mut self,
        step: &Step,
        choice: Choice,
        arch: Arch,
        machine: &mut Machine,
        thread: ThreadId,
    ) {
        let calls = self.calls(step);
        let result = match step {
            Step::Branch { source } => {
                if self.keeps(Rule::Branch) {
                    let source = self.results[*source];
                    machine.branch(thread, source.view.join(source.pick));
                }
                Result::default()
            }
            Step::Copy { source, through } => self.results[*source].through(*through),
            Step::Fence(fence) => {
                let fence = without::fence(instruction::fence(fence, arch), self.mutation);
                let mut execution =
                    Execution::one_by_one(&fence, weakmem::Access::NONE, Memory::Shared);
                for call in calls {
                    execution.call(call, &fence, machine, thread, &mut Unseen);
                }
                Result::default()
            }
            Step::Access(access) => {
                let step = instruction::access(access, arch);
                // As after a branch: a context synchronisation orders what comes after it.
                if let Some(source) = access.address {
                    machine.address_picked(thread, self.results[source].pick);
                }
                if self.keeps(Rule::PickData) {
                    machine.data_picked(thread, self.picked(access));
                }
                let result = self.access(access, &step, &calls, choice, machine, thread);
                // The plugin prepares the next access here already; the exploration does so at
                // that access.
                machine.expect(thread, View::NONE, &mut Unseen);
                result
            }
        };
        self.results.push(result);
        self.next += 1;
    }

    /// The calls that the step makes, in order.
    fn calls(&self, step: &Step) -> Vec<Call> {
        let swap = match self.mutation {
            Mutation::Swapped(swap) => Some(swap),
            _ => None,
        };
        let mut calls = Sort::of(step).map_or_else(Vec::new, |sort| order::calls(sort, swap));
        calls.retain(|call| *call != Call::BeginAtomic || self.keeps(Rule::Atomic));
        calls
    }

    /// The access, and the calls before and after it.
    fn access(
        &mut self,
        access: &Access,
        step: &weakmem::Step,
        calls: &[Call],
        choice: Choice,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> Result {
        let mutation = self.mutation;
        let mut there = [0; 16];
        let mut intended = self.intended(access);
        if access.operation == Operation::Write {
            // Who looks too early finds what the store has not overwritten yet.
            machine.read(thread, intended.addr, &mut there[..intended.len]);
            (intended.store, intended.bytes) = (true, &there[..intended.len]);
        }
        let memory = if self.own.contains_key(&access.location) {
            Memory::Private
        } else {
            Memory::Shared
        };
        let mut prepared = *step;
        if !self.keeps(Rule::Atomic) {
            (prepared.newest, prepared.expected) = (false, None);
        }
        if matches!(access.operation, Operation::CompareExchange(_)) {
            // What it sees decides whether it may see that.
            self.see(access, choice, machine, thread);
        }
        let mut execution = Execution::one_by_one(&prepared, intended, memory);
        let at = calls.iter().position(|call| *call == Call::Access);
        let (before, after) = calls.split_at(at.unwrap_or_default());
        for call in before {
            let step = without::access(*step, *call, mutation);
            execution.call(*call, &step, machine, thread, &mut Unseen);
        }
        // Without CoRR a copy of the machine comes to see what the read shows.
        let mut copy = (!self.keeps(Rule::CoRR)).then(|| machine.clone());
        let done = self.perform(access, choice, copy.as_mut().unwrap_or(machine), thread);
        let reported = weakmem::Access {
            store: done.wrote,
            bytes: &done.bytes[..intended.len],
            ..intended
        };
        execution.accessed(reported);
        if let Some(bytes) = self.own_bytes(access)
            && done.wrote
        {
            bytes.copy_from_slice(reported.bytes);
        }
        for call in after {
            let step = without::access(*step, *call, mutation);
            match (*call, &mut copy) {
                // It stored nothing, and ordered nothing.
                (call, _) if done.failed && call != Call::EndReservation => {}
                (Call::Load, _) if self.overlooks_promise(&reported, machine, thread) => {
                    let load = Load {
                        addr: reported.addr,
                        len: reported.len,
                        address: reported.address,
                        no_result: false,
                    };
                    machine.private_load(thread, load, false);
                }
                (Call::Load, Some(copy)) if access.operation.reads() => {
                    execution.call(*call, &step, copy, thread, &mut Unseen);
                    let load = Load {
                        addr: reported.addr,
                        len: reported.len,
                        address: execution.view(),
                        no_result: false,
                    };
                    machine.load(thread, load);
                }
                (Call::Write, _)
                    if access.operation == Operation::Write && memory == Memory::Shared =>
                {
                    let wrong = without::write(mutation, &step, &reported, machine, thread);
                    match wrong {
                        None => execution.call(*call, &step, machine, thread, &mut Unseen),
                        Some(ghost) => self.ghosts.extend(ghost),
                    }
                }
                _ => execution.call(*call, &step, machine, thread, &mut Unseen),
            }
        }
        // The result of a compare-and-swap that wrote is what it expected, if it was right.
        let compares = matches!(access.operation, Operation::CompareExchange(_));
        let view = execution.view();
        let (view, pick) = if compares && done.wrote {
            (self.view(access.expected), view)
        } else {
            (view, View::NONE)
        };
        Result {
            value: done.value,
            view,
            status: done.status,
            pick,
        }
    }

    /// The access before it is done.
    fn intended<'a>(&self, access: &Access) -> weakmem::Access<'a> {
        let operation = access.operation;
        let follows_address = (self.keeps(Rule::LoadAddress) || !operation.reads())
            && (self.keeps(Rule::StoreAddress) || !operation.writes());
        weakmem::Access {
            addr: self.addr(access),
            len: access.size.into(),
            address: self.view(access.address.filter(|_| follows_address)),
            data: self.view(access.data.filter(|_| self.keeps(Rule::StoreData))),
            ..weakmem::Access::NONE
        }
    }

    /// Does the access itself: what an emulator does.
    fn perform(
        &self,
        access: &Access,
        choice: Choice,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> Done {
        match access.operation {
            Operation::Write => Done {
                value: 0,
                status: 0,
                wrote: true,
                failed: false,
                bytes: self.stored(access, 0),
            },
            Operation::WriteExclusive(status) => {
                let held = machine.reservation(thread);
                let holds = held.is_some_and(|held| !held.is_lost())
                    || held.is_some() && !self.keeps(Rule::Reservation);
                let wrote = choice == Choice::Succeeds && holds;
                Done {
                    value: 0,
                    status: if wrote {
                        status.success
                    } else {
                        status.failure
                    },
                    wrote,
                    failed: !wrote,
                    bytes: self.stored(access, 0),
                }
            }
            operation => {
                let read = self.read(access, choice, machine, thread);
                let value = u128::from_le_bytes(read);
                let wrote = match operation {
                    Operation::CompareExchange(expected) => value == u128::from(expected),
                    operation => operation.is_atomic(),
                };
                Done {
                    value,
                    status: 0,
                    wrote,
                    failed: false,
                    bytes: if wrote {
                        self.stored(access, value)
                    } else {
                        read
                    },
                }
            }
        }
    }

    /// What a load reads.
    fn read(
        &self,
        access: &Access,
        choice: Choice,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> [u8; 16] {
        let addr = self.addr(access);
        let len = usize::from(access.size);
        if let Some(own) = self.own.get(&access.location) {
            let start = usize::from(access.offset);
            let mut bytes = [0; 16];
            bytes[..len].copy_from_slice(&own[start..start + len]);
            return bytes;
        }
        let mut earlier = [0; 16];
        machine.read(thread, addr, &mut earlier[..len]);
        if matches!(access.operation, Operation::Read | Operation::ReadExclusive) {
            self.see(access, choice, machine, thread);
        }
        let mut bytes = [0; 16];
        machine.read(thread, addr, &mut bytes[..len]);
        if !self.keeps(Rule::Forwarding) {
            machine.image().read(addr, &mut bytes[..len]);
        }
        if !self.keeps(Rule::WholeRead) && access.operation == Operation::Read {
            bytes[..len / 2].copy_from_slice(&earlier[..len / 2]);
        }
        bytes
    }

    /// The processor comes to see as many unseen writes as was chosen.
    fn see(&self, access: &Access, choice: Choice, machine: &mut Machine, thread: ThreadId) {
        if let Choice::Sees(count) = choice {
            for _ in 0..count {
                machine.see_one(thread, self.addr(access), access.size.into());
            }
        }
    }
}
