//! What a step of a processor does to the machine: as the plugin does it for an instruction.

use crate::explore::{Unseen, address};
use crate::rule::Rule;
use arch::Pairs;
use diy::{Access, Acquire, Arch, Operation, Register, Release, Step, Value};
use weakmem::{Load, Machine, Store, ThreadId, View};

/// A processor in the midst of its steps.
#[derive(Debug, Clone)]
pub(crate) struct Processor {
    /// The step that it does next.
    pub next: usize,
    /// For each step that was done: what it read, what that came after, and its status.
    results: Vec<Result>,
    /// What it does not keep.
    without: Option<Rule>,
    /// Threads that do what it did without [`Rule::CoWR`] or [`Rule::CoWW`].
    ghosts: Vec<ThreadId>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Result {
    value: u64,
    view: View,
    status: u64,
}

/// In which way a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// A load sees this many of the writes that were unseen.
    Sees(usize),
    /// A store-conditional fails although it need not.
    Fails,
    /// A store-conditional succeeds if it can.
    Succeeds,
}

impl Choice {
    /// All ways to do the step.
    pub fn all(step: &Step, machine: &Machine, thread: ThreadId) -> Vec<Choice> {
        match step {
            Step::Access(access) if matches!(access.operation, Operation::WriteExclusive(_)) => {
                let held = machine.reservation(thread);
                if held.is_some_and(|held| !held.is_lost()) {
                    vec![Choice::Succeeds, Choice::Fails]
                } else {
                    vec![Choice::Succeeds]
                }
            }
            Step::Access(access) if access.operation == Operation::Read => {
                let unseen = machine.unseen(thread, address(access.location));
                (0..=unseen).map(Choice::Sees).collect()
            }
            _ => vec![Choice::Sees(0)],
        }
    }
}

impl Processor {
    /// One that has done nothing.
    pub fn new(without: Option<Rule>) -> Processor {
        Processor {
            next: 0,
            results: Vec::new(),
            without,
            ghosts: Vec::new(),
        }
    }

    /// The threads whose pending stores are its own.
    pub fn ghosts(&self) -> &[ThreadId] {
        &self.ghosts
    }

    fn keeps(&self, rule: Rule) -> bool {
        self.without != Some(rule)
    }

    /// What the fence keeps in order.
    fn pairs(&self, fence: &diy::Fence) -> Pairs {
        Pairs {
            rr: fence.pairs.rr && self.keeps(Rule::FenceReadRead),
            rw: fence.pairs.rw,
            wr: fence.pairs.wr && self.keeps(Rule::FenceWriteRead),
            ww: fence.pairs.ww && self.keeps(Rule::FenceWriteWrite),
        }
    }

    /// Whether no other processor can tell when the step is done: it makes nothing visible, and
    /// reads nothing.
    pub fn is_local(&self, step: &Step, machine: &Machine, thread: ThreadId) -> bool {
        match step {
            Step::Branch { .. } => true,
            Step::Fence(fence) => !self.pairs(fence).wr || machine.buffer(thread).is_empty(),
            Step::Access(access) => access.operation == Operation::Write && self.keeps(Rule::CoWR),
        }
    }

    /// What a register holds at the end.
    pub fn register(&self, steps: &[Step], register: Register) -> u64 {
        let mut value = 0;
        for (step, result) in steps.iter().zip(&self.results) {
            if let Step::Access(access) = step {
                if access.result == Some(register) {
                    value = result.value;
                }
                if access.status == Some(register) {
                    value = result.status;
                }
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
        let result = match step {
            Step::Branch { source } => {
                if self.keeps(Rule::Branch) {
                    machine.branch(thread, self.results[*source].view);
                }
                Result::default()
            }
            Step::Fence(fence) => {
                machine.fence(thread, self.pairs(fence), &mut Unseen);
                // RISC-V's `fence.i` orders instruction fetches only.
                let synchronises = fence.context_sync && arch != Arch::Riscv64;
                if synchronises && self.keeps(Rule::ContextSync) {
                    machine.context_sync(thread, &mut Unseen);
                }
                Result::default()
            }
            Step::Access(access) => self.access(access, choice, arch, machine, thread),
        };
        self.results.push(result);
        self.next += 1;
    }

    fn access(
        &mut self,
        access: &Access,
        choice: Choice,
        arch: Arch,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> Result {
        let fenced =
            access.operation.is_atomic() && is_fence(access, arch) && self.keeps(Rule::AtomicFence);
        if fenced {
            machine.fence(thread, Pairs::ALL, &mut Unseen);
        }
        let result = match access.operation {
            Operation::Write => {
                let bytes = self.stored(access, 0);
                self.write(self.store(access, &bytes), machine, thread);
                Result::default()
            }
            Operation::WriteExclusive(status) => {
                let held = machine.reservation(thread);
                let holds = held.is_some_and(|held| !held.is_lost())
                    || held.is_some() && !self.keeps(Rule::Reservation);
                let succeeds = choice == Choice::Succeeds && holds;
                if succeeds {
                    let bytes = self.stored(access, 0);
                    machine.atomic(thread, self.store(access, &bytes), &mut Unseen);
                    if self.acquires(access) {
                        machine.acquired(thread, View::NONE, true, &mut Unseen);
                    }
                }
                machine.end_reservation(thread);
                Result {
                    status: if succeeds {
                        status.success
                    } else {
                        status.failure
                    },
                    ..Result::default()
                }
            }
            _ => self.load(access, choice, machine, thread),
        };
        if fenced {
            machine.fence(thread, Pairs::ALL, &mut Unseen);
        }
        result
    }

    /// A plain store.
    fn write(&mut self, store: Store<'_>, machine: &mut Machine, thread: ThreadId) {
        match self.without {
            // Another thread's stores keep no order with it, and its writes are seen late.
            Some(Rule::CoWW) if !machine.buffer(thread).is_empty() => {
                let ghost = machine.add_thread();
                self.ghosts.push(ghost);
                machine.store(ghost, store, 0, &mut Unseen);
            }
            Some(Rule::CoWR) => {
                let ghost = machine.add_thread();
                machine.atomic(ghost, store, &mut Unseen);
            }
            Some(Rule::WholeWrite) if store.bytes.len() > 1 => {
                let (low, high) = store.bytes.split_at(store.bytes.len() / 2);
                let addr = store.addr + low.len() as u64;
                machine.store(
                    thread,
                    Store {
                        bytes: low,
                        ..store
                    },
                    0,
                    &mut Unseen,
                );
                let high = Store {
                    addr,
                    bytes: high,
                    ..store
                };
                machine.store(thread, high, 0, &mut Unseen);
            }
            _ => machine.store(thread, store, 0, &mut Unseen),
        }
    }

    /// A read, or an atomic.
    fn load(
        &self,
        access: &Access,
        choice: Choice,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> Result {
        let addr = address(access.location) + u64::from(access.offset);
        let mut comes_after = View::NONE;
        if self.keeps(Rule::LoadAddress) {
            comes_after = self.view(access.address);
        }
        if self.waits_for_releases(access) {
            comes_after = comes_after.join(machine.acquire_rcsc(thread, &mut Unseen));
        }
        let load = Load {
            addr,
            len: access.size.into(),
            address: comes_after,
            acquire: access.order.acquire != Acquire::No && self.keeps(Rule::AtomicAcquire),
        };
        let newest = access.operation != Operation::Read && self.keeps(Rule::Atomic);
        let shown = if newest { View::ALL } else { comes_after };
        let (bytes, view) = if self.without == Some(Rule::CoRR) {
            // What the copy has come to see, the thread has not.
            let read = self.read(load, shown, choice, &mut machine.clone(), thread);
            let address = read.1;
            machine.load(thread, Load { address, ..load });
            read
        } else {
            self.read(load, shown, choice, machine, thread)
        };
        let value = u64::from_le_bytes(bytes);
        let writes = match access.operation {
            Operation::CompareExchange(expected) => value == expected,
            operation => operation.is_atomic(),
        };
        if access.operation == Operation::ReadExclusive {
            let loaded = &bytes[..access.size.into()];
            machine.reserve(thread, addr, loaded, view, false);
        }
        if writes {
            let bytes = self.stored(access, value);
            let mut store = self.store(access, &bytes);
            store.data = store.data.join(view);
            machine.atomic(thread, store, &mut Unseen);
        }
        if self.acquires(access) {
            machine.acquired(thread, view, writes, &mut Unseen);
        }
        machine.expect(thread, View::NONE, &mut Unseen);
        Result {
            value,
            view,
            status: 0,
        }
    }

    /// What a load reads, and what it comes after.
    fn read(
        &self,
        load: Load,
        shown: View,
        choice: Choice,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> ([u8; 8], View) {
        let Load { addr, len, .. } = load;
        let mut earlier = [0; 8];
        let torn = self.without == Some(Rule::WholeRead) && shown != View::ALL;
        if torn {
            machine.read(thread, addr, &mut earlier[..len]);
        }
        if let Choice::Sees(count) = choice {
            for _ in 0..count {
                machine.see_one(thread, addr);
            }
        }
        let mut bytes = [0; 8];
        machine.expect(thread, shown, &mut Unseen);
        machine.read(thread, addr, &mut bytes[..len]);
        if self.without == Some(Rule::Forwarding) {
            machine.image().read(addr, &mut bytes[..len]);
        }
        if torn {
            bytes[..len / 2].copy_from_slice(&earlier[..len / 2]);
        }
        (bytes, machine.load(thread, load))
    }

    /// Whether the access is an acquire that is kept.
    fn acquires(&self, access: &Access) -> bool {
        match access.order.acquire {
            Acquire::No => false,
            Acquire::Pc => self.keeps(Rule::AcquirePc),
            Acquire::Sc => self.keeps(Rule::AcquireSc),
        }
    }

    /// Whether the access comes after earlier releases.
    fn waits_for_releases(&self, access: &Access) -> bool {
        match access.order.acquire {
            Acquire::No => false,
            Acquire::Pc => !self.keeps(Rule::ReleaseAcquirePc),
            Acquire::Sc => self.keeps(Rule::ReleaseAcquire),
        }
    }

    /// What the result of this step comes after.
    fn view(&self, step: Option<usize>) -> View {
        step.map_or(View::NONE, |step| self.results[step].view)
    }

    fn store<'a>(&self, access: &Access, bytes: &'a [u8; 8]) -> Store<'a> {
        Store {
            addr: address(access.location) + u64::from(access.offset),
            bytes: &bytes[..access.size.into()],
            release: access.order.release != Release::No && self.keeps(Rule::Release),
            address: self.view(access.address.filter(|_| self.keeps(Rule::StoreAddress))),
            data: self.view(access.data.filter(|_| self.keeps(Rule::StoreData))),
        }
    }

    /// What an access stores that read `old`.
    fn stored(&self, access: &Access, old: u64) -> [u8; 8] {
        let value = match access.value {
            Value::Constant(value) => value,
            Value::Plus(value) => {
                let data = access.data.map_or(0, |step| self.results[step].value);
                data.wrapping_add(value)
            }
        };
        if access.operation == Operation::Add {
            old.wrapping_add(value).to_le_bytes()
        } else {
            value.to_le_bytes()
        }
    }
}

/// Whether an atomic is a full fence: x86's `lock` (Intel SDM vol. 3, 9.2.2), and Armv8's with
/// both acquire and release ("barrier-ordered-before").
fn is_fence(access: &Access, arch: Arch) -> bool {
    match arch {
        Arch::X86_64 => true,
        Arch::AArch64 => access.order.acquire == Acquire::Sc && access.order.release != Release::No,
        Arch::Ppc64le | Arch::Riscv64 => false,
    }
}
