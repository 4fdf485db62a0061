//! What a thread that runs ahead will store, in a copy (`ahead`).
//!
//! The engine goes on as in the process that was copied, so that the copy comes by the same way. Beside
//! it, a machine of its own follows what each store depends on, if every load reads what no other
//! thread has stored yet ([`Machine::looking_ahead`]).

use super::MemoryAccess;
use super::flow::Position;
use crate::guest_memory;
use crate::translate::{Block, Instruction};
use weakmem::{
    Access, Ahead, Driver, EarlyStore, Execution, Kind, MAX_ACCESS, Machine, Memory, StoreId,
    ThreadId,
};

/// The machine and the register views of a thread that runs ahead.
pub(super) struct Shadow {
    machine: Machine,
    thread: ThreadId,
    position: Position,
    /// A store-conditional is under way, and has stored nothing yet.
    waits: bool,
}

/// Changes no memory: what the thread loads is the engine's.
struct Apart;

impl Driver for Apart {
    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        0
    }

    fn patch(&mut self, _: u64, _: &[u8]) {}
}

impl Shadow {
    /// From where the thread is.
    pub fn new(machine: &Machine, thread: ThreadId, position: &Position) -> Self {
        Self {
            machine: machine.looking_ahead(thread),
            thread,
            position: position.clone(),
            waits: false,
        }
    }

    /// The stores that may be early.
    pub fn found(&self) -> Vec<Ahead> {
        self.machine.ahead(self.thread)
    }

    /// Some of these, as they are promised at one place: after so many loads.
    pub fn together(&self, wanted: &[usize], place: u64) -> Option<Vec<EarlyStore>> {
        self.machine.ahead_together(self.thread, wanted, place)
    }

    /// Whether a store-conditional is under way: at the next instruction, it has failed.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// How many loads of shared memory it has made.
    pub fn loads(&self) -> u64 {
        self.machine.loads_ahead(self.thread)
    }

    /// Whether it has made as many stores or loads as it may.
    pub fn is_full(&self) -> bool {
        self.machine.ahead_is_full(self.thread)
    }

    /// The thread starts a block.
    pub fn block(&mut self, block: &'static Block) {
        let (machine, thread) = (&mut self.machine, self.thread);
        self.position.follow(block, machine, thread);
    }

    /// An instruction is about to run.
    pub fn before(&mut self, instruction: &Instruction) {
        self.machine
            .before(self.thread, &instruction.step, &mut Apart);
        self.waits = instruction.step.kind == Kind::StoreConditional;
    }

    /// The thread has made an access, to shared memory or to its own. `since`: it loads what has become visible
    /// since the thread looks ahead.
    pub fn access(
        &mut self,
        instruction: &Instruction,
        access: MemoryAccess,
        shared: bool,
        since: bool,
    ) {
        self.waits = false;
        let (machine, thread) = (&mut self.machine, self.thread);
        let uses = self.position.begin(instruction, access, machine, thread);
        let mut bytes = [0; MAX_ACCESS];
        let bytes = &mut bytes[..access.size.min(MAX_ACCESS)];
        if access.store {
            // SAFETY: the guest has just stored these bytes.
            unsafe { guest_memory::read(access.addr, bytes) };
        }
        if since {
            machine.written_since(thread);
        }
        if access.store && shared {
            machine.data_picked(thread, uses.data.picked);
        }
        let made = Access {
            addr: access.addr,
            len: access.size,
            store: access.store,
            bytes,
            address: uses.address.basic,
            data: uses.data.basic,
            pair: false,
        };
        let memory = if shared {
            Memory::Shared
        } else {
            Memory::Private
        };
        let mut execution = Execution::new(made, memory);
        let step = &instruction.step;
        machine.begin(thread, step, &mut execution, &mut Apart);
        let view = machine.finish(thread, step, &mut execution, u64::MAX, &mut Apart);
        let status = machine.status(thread);
        self.position.end(instruction, access, uses, view, status);
    }
}
