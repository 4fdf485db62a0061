//! The passage of an access through the model: the calls for a step of `weakmem`.

use super::flow::Uses;
use super::{Engine, MemoryAccess};
use crate::guest_memory;
use crate::pages::{self, Owner};
use crate::translate::Instruction;
use crate::views::Guest;
use overtake_report::trace::Op;
use weakmem::{Access, Acquire, Execution, Kind, MAX_ACCESS, Memory, View};

impl Engine {
    /// Prepares memory for the running thread's next access.
    pub(super) fn prepare(&mut self) {
        let current = self.current;
        let position = &mut self.threads[current as usize].position;
        let unfinished = position.unfinished();
        // An unknown instruction may make no access, and neither does a store-conditional that
        // fails. Then this prepares the access after it.
        let next = position
            .next_access(&mut self.machine, current)
            .into_iter()
            .chain(unfinished)
            .map(|(instruction, address)| (&instruction.step, address));
        self.machine
            .prepare(current, next, &mut Guest(&mut self.run));
    }

    /// Passes an access through the model. Returns the view of its read, and whether its page is
    /// shared.
    #[inline]
    pub(super) fn model(
        &mut self,
        instruction: &Instruction,
        access: MemoryAccess,
        uses: Uses,
    ) -> (View, bool) {
        let memory = self.memory_of(access);
        if self.machine.skips(self.current, &instruction.step, memory) {
            return (View::NONE, false);
        }
        let shared = memory == Memory::Shared;
        let access = MemoryAccess {
            store: access.store && !(shared && self.comparison_failed(instruction, access)),
            ..access
        };
        let mut bytes = [0; MAX_ACCESS];
        let bytes = &mut bytes[..access.size.min(MAX_ACCESS)];
        let reserves = instruction.step.kind == Kind::LoadReserved;
        if shared && access.store || reserves {
            // SAFETY: the guest has just accessed these bytes.
            unsafe { guest_memory::read(access.addr, bytes) };
        }
        let access_made = Access {
            addr: access.addr,
            len: access.size,
            store: access.store,
            bytes,
            address: uses.address.basic,
            data: uses.data.basic,
            pair: reserves && self.load_reserved_at == instruction.address,
        };
        if reserves {
            self.load_reserved_at = instruction.address;
        }
        let (current, step) = (self.current, &instruction.step);
        let guest = &mut Guest(&mut self.run);
        let mut execution = Execution::new(access_made, memory);
        self.machine.begin(current, step, &mut execution, guest);
        let mut store_delay = 0;
        if shared {
            if self.run.is_traced() {
                self.trace(instruction, access);
            }
            if access.store && self.machine.keeps_stores(current) {
                self.machine.data_picked(current, uses.data.picked);
            }
            let pending = !is_atomic(step.kind) || self.machine.atomics_stay_pending();
            if access.store && pending {
                let store = self.machine.next_store(current);
                store_delay = self.run.strategy.store_delay(store);
            }
        }
        let guest = &mut Guest(&mut self.run);
        let view = self
            .machine
            .finish(current, step, &mut execution, store_delay, guest);
        (view, shared)
    }

    /// Whether this is a compare-and-swap that is known to have failed: it has only read.
    pub(super) fn comparison_failed(
        &self,
        instruction: &Instruction,
        access: MemoryAccess,
    ) -> bool {
        let Some((value, size)) = instruction.step.expected else {
            return false;
        };
        let size = usize::from(size);
        let mut before = [0; 8];
        if access.size != size || size > before.len() {
            return false;
        }
        // What the instruction found there, since the machine knows of no access after that.
        self.machine
            .read(self.current, access.addr, &mut before[..size]);
        before[..size] != value.to_le_bytes()[..size]
    }

    /// Returns the kind of memory that an access touches, and updates the owners of its pages.
    #[inline]
    fn memory_of(&mut self, access: MemoryAccess) -> Memory {
        let first = pages::number(access.addr);
        let last = pages::number(access.addr + access.size as u64 - 1);
        let owner = self.pages.owner(first);
        if owner == Owner::Thread(self.current) && first == last {
            if let Some(own_pages) = &self.threads[self.current as usize].own_pages {
                own_pages.add(first);
            }
            Memory::Private
        } else if owner == Owner::Shared && first == last || self.touch(first, last, access) {
            Memory::Shared
        } else if owner == Owner::Unmodelled {
            Memory::Unmodelled
        } else if self.pages.owner(first) == Owner::Shared {
            Memory::JustShared
        } else {
            Memory::Private
        }
    }

    /// Records an access of shared memory in the trace, before the model handles it.
    #[cold]
    pub(super) fn trace(&mut self, instruction: &Instruction, access: MemoryAccess) {
        let MemoryAccess { addr, size, store } = access;
        let mut bytes = vec![0; size.min(MAX_ACCESS)];
        // SAFETY: the guest has just accessed these bytes.
        unsafe { guest_memory::read(addr, &mut bytes) };
        let next = self.machine.next_store(self.current).number;
        let unseen = if store {
            Vec::new()
        } else {
            let unseen = self.machine.unseen_by_next(self.current, addr, size);
            unseen.collect()
        };
        self.run.access(overtake_report::trace::Access {
            thread: self.current,
            pc: instruction.address,
            addr,
            op: match (store, is_atomic(instruction.step.kind)) {
                (false, _) => Op::Load,
                (true, false) => Op::Store,
                (true, true) => Op::Atomic,
            },
            bytes,
            number: store.then_some(next),
            unseen,
            acquire: instruction.step.acquire != Acquire::No,
            release: instruction.step.release,
            orders: instruction.fence,
        });
    }
}

/// Whether a write of this kind is visible at once.
fn is_atomic(kind: Kind) -> bool {
    matches!(kind, Kind::Atomic | Kind::StoreConditional)
}
