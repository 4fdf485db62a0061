//! What a step of a processor does to the machine: as the plugin does it for an instruction.

use crate::explore::{Unseen, address};
use cycles::{Access, Acquire, Arch, Operation, Register, Release, Step, Value};
use weakmem::{Fence, Load, Machine, Store, ThreadId, View};

/// A processor in the midst of its steps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Processor {
    /// The step that it does next.
    pub next: usize,
    /// For each step that was done: what it read, what that came after, and its status.
    results: Vec<Result>,
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
    /// Whether no other processor can tell when the step is done: it makes nothing visible, and
    /// reads nothing.
    pub fn is_local(&self, step: &Step, machine: &Machine, thread: ThreadId) -> bool {
        match step {
            Step::Branch { .. } => true,
            Step::Fence(fence) => !fence.pairs.wr || machine.buffer(thread).is_empty(),
            Step::Access(access) => access.operation == Operation::Write,
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
                machine.branch(thread, self.results[*source].view);
                Result::default()
            }
            Step::Fence(fence) => {
                let pairs = Fence {
                    load_load: fence.pairs.rr,
                    load_store: fence.pairs.rw,
                    store_load: fence.pairs.wr,
                    store_store: fence.pairs.ww,
                };
                machine.fence(thread, pairs, &mut Unseen);
                // RISC-V's `fence.i` orders instruction fetches only.
                if fence.context_sync && arch != Arch::Riscv {
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
        &self,
        access: &Access,
        choice: Choice,
        arch: Arch,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> Result {
        if access.operation.is_atomic() && is_fence(access, arch) {
            machine.fence(thread, Fence::FULL, &mut Unseen);
        }
        let result = match access.operation {
            Operation::Write => {
                let bytes = self.stored(access, 0);
                let store = self.store(access, &bytes);
                machine.store(thread, store, 0, &mut Unseen);
                Result::default()
            }
            Operation::WriteExclusive(status) => {
                let held = machine.reservation(thread);
                let succeeds =
                    choice == Choice::Succeeds && held.is_some_and(|held| !held.is_lost());
                if succeeds {
                    let bytes = self.stored(access, 0);
                    machine.atomic(thread, self.store(access, &bytes), &mut Unseen);
                    if access.order.acquire != Acquire::No {
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
        if access.operation.is_atomic() && is_fence(access, arch) {
            machine.fence(thread, Fence::FULL, &mut Unseen);
        }
        result
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
        let mut comes_after = self.view(access.address);
        if access.order.acquire == Acquire::Sc {
            comes_after = comes_after.join(machine.acquire_rcsc(thread, &mut Unseen));
        }
        let newest = access.operation != Operation::Read;
        if let Choice::Sees(count) = choice {
            for _ in 0..count {
                machine.see_one(thread, addr);
            }
        }
        let shown = if newest { View::ALL } else { comes_after };
        machine.expect(thread, shown, &mut Unseen);
        let mut bytes = [0; 8];
        machine.read(thread, addr, &mut bytes[..access.size.into()]);
        let acquire = access.order.acquire != Acquire::No;
        let load = Load {
            addr,
            len: access.size.into(),
            address: comes_after,
            acquire,
        };
        let view = machine.load(thread, load);
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
        if acquire {
            machine.acquired(thread, view, writes, &mut Unseen);
        }
        machine.expect(thread, View::NONE, &mut Unseen);
        Result {
            value,
            view,
            status: 0,
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
            release: access.order.release != Release::No,
            address: self.view(access.address),
            data: self.view(access.data),
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
        Arch::Ppc | Arch::Riscv => false,
    }
}
