//! The state that belongs to the token's holder, and what its accesses do.

mod sharing;

use crate::options::Options;
use crate::pages::{self, Owner, Pages};
use crate::trace::{self, AccessHash};
use crate::translate::{Block, Instruction};
use crate::{guest_memory, views};
use isa::{Access, Arch};
use overtake_report::Stats;
use std::ops::Range;
use weakmem::{
    Fence, MAX_ACCESS, Machine, Quantum, Reservation, StoreOrder, Strategy, ThreadId, Uniform,
};

/// A memory access as QEMU reports it, after it was done.
#[derive(Debug, Clone, Copy)]
pub struct MemoryAccess {
    /// Guest address.
    pub addr: u64,
    /// Bytes.
    pub size: usize,
    /// A store, or a read-modify-write.
    pub store: bool,
}

/// What a guest thread is to the engine.
#[derive(Debug, Clone, Default)]
struct Thread {
    /// It has ended: what it owned is free for the next thread that comes.
    ended: bool,
    /// Hash over its instructions.
    hash: u64,
}

/// What a child of `fork` takes over.
#[derive(Debug)]
pub struct Inheritance {
    /// Page numbers of strong memory.
    strong: Vec<Range<u64>>,
    handlers: Vec<u64>,
    program_break: u64,
    random: u64,
}

/// Whether the holder goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It goes on.
    Continue,
    /// Its time is up: the strategy chooses who goes on.
    HandOff,
    /// The budget of instructions is used up.
    OutOfBudget,
    /// The check mode found memory that the model does not explain.
    Unexplained,
}

/// The model, the pages, the schedule and the counters.
pub struct Engine {
    /// The thread that holds the token.
    pub current: ThreadId,
    pub(crate) machine: Machine,
    pub(crate) pages: Pages,
    strategy: Uniform,
    threads: Vec<Thread>,
    /// Threads that have not ended.
    alive: u32,
    /// Whose view is in memory.
    view: Option<ThreadId>,
    accesses_left: u32,
    /// [`Stats::instructions`] at which the running thread's time, or the budget, is up.
    deadline: u64,
    budget: u64,
    /// The last instruction wrote memory without a callback.
    unseen_write: bool,
    /// What was in memory where a store-conditional is made to fail.
    spoiled: Option<Reservation>,
    /// The last load-reserved instruction, for pairs.
    load_reserved_at: u64,
    /// The kernel wrote memory for a thread that has ended.
    kernel_wrote: bool,
    stats: Stats,
    accesses: Option<AccessHash>,
    check: bool,
    /// What the check mode found.
    pub unexplained: Option<String>,
    /// Top byte of an address to be ignored (Armv8's tagged addresses).
    address_mask: u64,
    /// Start addresses of the guest's signal handlers.
    handlers: Vec<u64>,
    /// The memory that is being remapped is strong.
    pub remaps_strong: bool,
    /// Where the heap of `brk` ends.
    pub program_break: u64,
    /// What the guest gets for random numbers; apart from the schedule's.
    random: u64,
}

impl Engine {
    /// Before the first thread.
    pub fn new(arch: Arch, options: &Options) -> Self {
        let order = match arch {
            Arch::X86_64 => StoreOrder::Fifo,
            Arch::AArch64 | Arch::Ppc64le | Arch::Riscv64 => StoreOrder::Weak,
        };
        Self {
            current: 0,
            machine: Machine::new(order),
            pages: Pages::new(),
            strategy: Uniform::new(options.seed),
            threads: Vec::new(),
            alive: 0,
            view: None,
            accesses_left: u32::MAX,
            deadline: 0,
            budget: if options.budget == 0 {
                u64::MAX
            } else {
                options.budget
            },
            unseen_write: false,
            spoiled: None,
            load_reserved_at: 0,
            kernel_wrote: false,
            stats: Stats::default(),
            accesses: options.trace_hash.then(AccessHash::default),
            check: options.check,
            unexplained: None,
            handlers: Vec::new(),
            remaps_strong: false,
            program_break: 0,
            random: options.seed,
            address_mask: if arch == Arch::AArch64 {
                u64::MAX >> 8
            } else {
                u64::MAX
            },
        }
    }

    /// A new guest thread.
    pub fn add_thread(&mut self) -> ThreadId {
        self.threads.push(Thread::default());
        self.alive += 1;
        self.stats.threads += 1;
        // The running thread is no longer alone.
        self.deadline = self.deadline.min(self.stats.instructions);
        self.machine.add_thread()
    }

    /// A guest thread has ended (or was never started). Its stores are committed already: the
    /// system call that ended it was a full barrier.
    pub fn thread_ended(&mut self, thread: ThreadId) {
        let state = &mut self.threads[thread as usize];
        if !state.ended {
            state.ended = true;
            self.alive -= 1;
        }
        // At its end the kernel cleared a word of its and woke who waited for that.
        self.kernel_wrote = true;
    }

    /// What a child of `fork` takes over; the next child gets other random numbers.
    pub fn bequeath(&mut self) -> Inheritance {
        self.random = trace::mix(self.random);
        Inheritance {
            strong: self.pages.strong().to_vec(),
            handlers: self.handlers.clone(),
            program_break: self.program_break,
            // Not what the parent gets next.
            random: trace::mix(!self.random),
        }
    }

    /// Takes that over, in the child.
    pub fn inherit(&mut self, inheritance: Inheritance) {
        for range in inheritance.strong {
            self.pages.set_strong(range.start, range.end);
        }
        self.handlers = inheritance.handlers;
        self.program_break = inheritance.program_break;
        self.random = inheritance.random;
    }

    /// `thread` is the only one, and runs.
    pub fn run_alone(&mut self, thread: ThreadId) {
        self.current = thread;
        self.view = Some(thread);
    }

    /// Whether the running thread is the only one.
    pub fn alone(&self) -> bool {
        self.alive == 1
    }

    /// Random numbers for the guest, from the seed.
    pub fn fill_random(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.random = self.random.wrapping_add(trace::P);
            chunk.copy_from_slice(&trace::mix(self.random).to_le_bytes()[..chunk.len()]);
        }
    }

    /// A block starts.
    pub fn block(&mut self, block: &Block) -> Next {
        // The kernel has written a frame to the stack.
        let handler = !self.handlers.is_empty() && self.handlers.contains(&block.start);
        if self.unseen_write || self.spoiled.is_some() || handler {
            self.unseen_write |= handler;
            self.mend();
        }
        self.stats.instructions += u64::from(block.instructions);
        if self.accesses.is_some() {
            let hash = &mut self.threads[self.current as usize].hash;
            *hash = block.hash.apply(*hash);
        }
        if self.stats.instructions < self.deadline {
            return Next::Continue;
        }
        self.time_is_up()
    }

    #[cold]
    fn time_is_up(&mut self) -> Next {
        if self.stats.instructions >= self.budget {
            Next::OutOfBudget
        } else if self.alone() {
            self.deadline = self.budget;
            self.accesses_left = u32::MAX;
            Next::Continue
        } else {
            Next::HandOff
        }
    }

    /// The thread gives up the rest of its time.
    pub fn end_quantum(&mut self) {
        self.deadline = 0;
    }

    /// Puts right what the instruction before left.
    fn mend(&mut self) {
        if let Some(there) = self.spoiled.take() {
            views::mend(&there);
            self.machine.end_reservation(self.current);
        }
        if self.unseen_write {
            self.unseen_write = false;
            self.resynchronise();
        }
    }

    /// Something must be done before an instruction runs.
    pub fn before(&mut self, instruction: &Instruction) -> Next {
        self.mend();
        if let Some(fence) = instruction.fence {
            self.machine.fence(self.current, fence);
        }
        if instruction.access == Access::StoreConditional
            && let Some(lost) = self
                .machine
                .reservation(self.current)
                .filter(Reservation::is_lost)
        {
            self.spoiled = Some(views::spoil(&lost));
        }
        if instruction.unseen_write {
            self.machine.drain(self.current);
            self.unseen_write = true;
        }
        if instruction.spin_hint && self.alive > 1 {
            Next::HandOff
        } else {
            Next::Continue
        }
    }

    /// An access was done.
    pub fn access(&mut self, instruction: &Instruction, access: MemoryAccess) -> Next {
        let access = MemoryAccess {
            addr: access.addr & self.address_mask,
            ..access
        };
        if let Some(hash) = &mut self.accesses {
            hash.add(
                self.current,
                instruction.address,
                access.addr,
                access.size,
                access.store,
            );
        }
        if instruction.access == Access::StoreConditional {
            if self.spoiled.is_some() {
                // It failed, and stored nothing.
                self.mend();
                return Next::Continue;
            }
            self.machine.end_reservation(self.current);
        }
        let next = self.model(instruction, access);
        if instruction.access == Access::LoadReserved {
            self.reserve(instruction, access);
        }
        next
    }

    /// A load-reserved was done.
    fn reserve(&mut self, instruction: &Instruction, access: MemoryAccess) {
        let mut bytes = [0; MAX_ACCESS];
        let bytes = &mut bytes[..access.size.min(MAX_ACCESS)];
        // SAFETY: the guest has just loaded these.
        unsafe { guest_memory::read(access.addr, bytes) };
        let pair = self.load_reserved_at == instruction.address;
        self.load_reserved_at = instruction.address;
        self.machine.reserve(self.current, access.addr, bytes, pair);
    }

    /// An access goes through the model, if its page is shared.
    fn model(&mut self, instruction: &Instruction, access: MemoryAccess) -> Next {
        let first = pages::number(access.addr);
        let last = pages::number(access.addr + access.size as u64 - 1);
        let owner = self.pages.owner(first);
        if owner == Owner::Thread(self.current) && first == last {
            return self.private_access(instruction);
        }
        if (owner != Owner::Shared || first != last) && !self.touch(first, last) {
            if owner == Owner::Strong && access.store {
                // Visible at once, so what must be visible before it is made so.
                self.machine.drain(self.current);
            }
            return self.private_access(instruction);
        }
        self.shared_access(instruction, access);
        if self.accesses_left > 1 {
            self.accesses_left -= 1;
            return Next::Continue;
        }
        if self.alone() {
            Next::Continue
        } else {
            Next::HandOff
        }
    }

    /// An access that is visible to all at once, or to nobody else. Still it orders: a release
    /// that is visible at once makes what it releases visible too.
    fn private_access(&mut self, instruction: &Instruction) -> Next {
        if instruction.release {
            self.machine.drain(self.current);
        } else if instruction.acquire_rcsc {
            self.machine.acquire_rcsc(self.current);
        }
        Next::Continue
    }

    fn shared_access(&mut self, instruction: &Instruction, access: MemoryAccess) {
        let MemoryAccess { addr, size, store } = access;
        if instruction.acquire_rcsc {
            self.machine.acquire_rcsc(self.current);
        }
        if !store {
            self.machine.load(self.current, addr, size);
            return;
        }
        let mut bytes = [0; MAX_ACCESS];
        let bytes = &mut bytes[..size.min(MAX_ACCESS)];
        // SAFETY: the guest has just stored there.
        unsafe { guest_memory::read(addr, bytes) };
        match instruction.access {
            Access::Plain | Access::LoadReserved => {
                let life = self.strategy.life();
                self.machine
                    .store(self.current, addr, bytes, instruction.release, life);
                // What a fence on an access orders, it orders on both sides of it.
                if let Some(fence) = instruction.fence {
                    self.machine.fence(self.current, fence);
                }
            }
            Access::StoreConditional | Access::Atomic => {
                if instruction.access == Access::Atomic {
                    self.machine.load(self.current, addr, size);
                }
                self.machine
                    .atomic(self.current, addr, bytes, instruction.release);
            }
        }
    }

    /// A full barrier of every thread (`membarrier`).
    pub fn full_barrier_everywhere(&mut self) {
        let threads = self.threads.len() as ThreadId;
        views::drain_everyone(&mut self.machine, self.current, threads);
    }

    /// A choice was made although some thread had not settled.
    pub fn count_unsettled(&mut self) {
        self.stats.unsettled_choices += 1;
    }

    /// A full barrier of the running thread (a system call).
    pub fn full_barrier(&mut self) {
        self.machine.fence(self.current, Fence::FULL);
    }

    /// Memory may have been written behind the model's back; the running thread has no pending
    /// stores.
    pub fn resynchronise(&mut self) {
        self.machine.drain(self.current);
        views::resynchronise(&mut self.machine);
    }

    /// The guest handles a signal in the function at `address`.
    pub fn add_handler(&mut self, address: u64) {
        if !self.handlers.contains(&address) {
            self.handlers.push(address);
        }
    }

    /// Who goes on, of these.
    pub fn choose(&mut self, runnable: &[ThreadId]) -> ThreadId {
        self.strategy.next_thread(runnable)
    }

    /// Stores propagate, and `next` becomes the running thread. `wrote`: the kernel has written
    /// memory for a thread that has come back; `tolerant`: it may just be doing so.
    pub fn switch_to(&mut self, next: ThreadId, wrote: bool, tolerant: bool) -> Next {
        if self.view != Some(next) || self.alive > 1 {
            if let Some(previous) = self.view.take() {
                views::leave(&self.machine, previous);
                if previous != next {
                    self.stats.hand_offs += 1;
                }
            }
            if std::mem::take(&mut self.kernel_wrote) || wrote {
                views::resynchronise(&mut self.machine);
            } else if self.check
                && let Some((addr, expected, found)) = views::first_difference(&self.machine)
            {
                if tolerant {
                    views::resynchronise(&mut self.machine);
                } else {
                    self.unexplained = Some(format!(
                        "byte at guest address {addr:#x} is {found:#04x}, and the accesses that \
                         were seen make it {expected:#04x}"
                    ));
                }
            }
            views::propagate(&mut self.machine);
            views::enter(&self.machine, next);
            self.view = Some(next);
        }
        self.current = next;
        let Quantum {
            accesses,
            instructions,
        } = self.strategy.quantum();
        self.accesses_left = accesses;
        self.deadline = (self.stats.instructions + u64::from(instructions)).min(self.budget);
        if self.unexplained.is_some() {
            Next::Unexplained
        } else {
            Next::Continue
        }
    }

    /// The counters so far.
    pub fn stats(&self) -> Stats {
        let counters = self.machine.counters();
        Stats {
            shared_loads: counters.loads,
            shared_stores: counters.stores,
            overtaken_by_store: counters.overtaken_by_store,
            overtaken_by_load: counters.overtaken_by_load,
            ..self.stats
        }
    }

    /// The hash so far, if it was asked for.
    pub fn trace_hash(&self) -> Option<u64> {
        self.accesses
            .map(|hash| hash.finish(self.threads.iter().map(|thread| thread.hash)))
    }
}
