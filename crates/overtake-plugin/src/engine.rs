//! The state that belongs to the token's holder, and what its accesses do.

mod access;
mod flow;
mod fork;
mod instruction;
mod kernel;
mod memory_access;
mod model;
mod next;
mod registers;
mod schedule;
mod sharing;
mod thread;

pub use fork::Inheritance;
pub use memory_access::MemoryAccess;
pub use next::Next;

use crate::fast::{self, OwnPages};
use crate::options::Options;
use crate::pages::Pages;
use crate::run::Run;
use crate::stacks::Stacks;
use crate::trace::{self, AccessHash};
use crate::views::Guest;
use isa::Arch;
use overtake_report::Stats;
use thread::Thread;
use weakmem::{Machine, Reservation, Rules, Stop, ThreadId};

/// The model, the pages, the schedule and the counters.
pub struct Engine {
    /// The thread that holds the token.
    pub current: ThreadId,
    pub(crate) machine: Machine,
    pub(crate) pages: Pages,
    stacks: Stacks,
    pub(crate) run: Run,
    threads: Vec<Thread>,
    /// Threads that have not ended.
    alive: u32,
    /// Whose view is in memory.
    view: Option<ThreadId>,
    /// Below zero: the last instruction did several.
    accesses_left: i64,
    /// What [`Engine::accesses_left`] was when the running thread's progress was last counted, and
    /// [`fast::instructions`] then.
    counted: (i64, u64),
    /// Why the running thread stops.
    stop: Stop,
    /// It stops because it waits for another one.
    spins: bool,
    /// This is a child of `fork`.
    forked: bool,
    /// How often the first thread was chosen when it was the only one.
    idle_choices: u32,
    /// [`fast::instructions`] at which the running thread's time, or the budget, is up.
    deadline: u64,
    budget: u64,
    /// [`fast::instructions`] at the running thread's last access of shared memory.
    shared_at: u64,
    /// The last instruction wrote memory without a callback.
    unseen_write: bool,
    /// What was in memory where a store-conditional is made to fail.
    forced_failure: Option<Reservation>,
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
    pub remaps_unmodelled: bool,
    /// Where the heap of `brk` ends.
    pub program_break: u64,
    /// What the guest gets random numbers from; apart from the schedule's.
    random: u64,
}

impl Engine {
    /// Before the first thread.
    pub fn new(arch: Arch, options: &Options, run: Run) -> Self {
        Self {
            current: 0,
            machine: Machine::new(Rules::of(arch)),
            pages: Pages::new(),
            stacks: Stacks::default(),
            run,
            threads: Vec::new(),
            alive: 0,
            view: None,
            accesses_left: i64::MAX,
            counted: (i64::MAX, 0),
            stop: Stop::Itself,
            spins: false,
            forked: false,
            idle_choices: 0,
            deadline: 0,
            budget: if options.budget == 0 {
                u64::MAX
            } else {
                options.budget
            },
            shared_at: 0,
            unseen_write: false,
            forced_failure: None,
            load_reserved_at: 0,
            kernel_wrote: false,
            stats: Stats::default(),
            accesses: options.trace_hash.then(AccessHash::default),
            check: options.check,
            unexplained: None,
            handlers: Vec::new(),
            remaps_unmodelled: false,
            program_break: 0,
            random: 0,
            address_mask: if arch == Arch::AArch64 {
                u64::MAX >> 8
            } else {
                u64::MAX
            },
        }
    }

    /// A new guest thread.
    pub fn add_thread(&mut self) -> ThreadId {
        self.threads.push(Thread {
            own_pages: Some(OwnPages::default()),
            ..Thread::default()
        });
        self.alive += 1;
        self.stats.threads += 1;
        // The running thread is no longer alone.
        self.deadline = self.deadline.min(fast::instructions());
        self.machine.add_thread()
    }

    /// A guest thread has ended (or was never started). Its stores are committed already: the
    /// system call that ended it was a full barrier.
    pub fn thread_ended(&mut self, thread: ThreadId) {
        let state = &mut self.threads[thread as usize];
        if !state.ended {
            state.ended = true;
            self.alive -= 1;
            fast::deactivate();
            state.own_pages = None;
        }
        self.machine.allow_stale(thread, false);
        // At its end the kernel cleared a word of its and woke who waited for that.
        self.kernel_wrote = true;
    }

    /// `thread` is the only one, and runs.
    pub fn run_alone(&mut self, thread: ThreadId) {
        self.current = thread;
        self.view = Some(thread);
        self.machine.switch_in(thread, &mut Guest(&mut self.run));
        self.update_fast_path();
    }

    /// Says which blocks and accesses may take the fast path (`fast`): none of a thread by which a
    /// write is unseen, and none where accesses are hashed. To be called after what may change that.
    pub fn update_fast_path(&self) {
        match &self.threads[self.current as usize].own_pages {
            Some(own_pages) if self.accesses.is_none() && !self.machine.tracks(self.current) => {
                // SAFETY: the table lives until the thread has ended, where none is shown.
                unsafe { own_pages.activate() };
                let repairing = self.unseen_write || self.forced_failure.is_some();
                fast::set_limit(if repairing { 0 } else { self.deadline });
            }
            _ => {
                fast::deactivate();
                fast::set_limit(0);
            }
        }
    }

    /// Whether the running thread is the only one.
    pub fn alone(&self) -> bool {
        self.alive == 1
    }

    /// From here on all accesses are seen.
    pub fn instrumentation_begins(&mut self) {
        self.pages.clear_fresh();
    }

    /// Whether there was never a second thread, so that nothing was chosen yet. (A child of `fork` goes
    /// on from where its parent was.)
    pub fn no_choice_made(&self) -> bool {
        self.threads.len() == 1 && !self.forked
    }

    /// The guest is about to create its first thread: from here on choices matter, and the guest's
    /// random numbers are of this seed. Whatever was chosen before is over.
    pub fn set_seed(&mut self, seed: u64) {
        self.random = seed;
        self.continue_alone();
    }

    /// This process is a copy, whose choices are of this seed.
    pub fn set_seed_of_copy(&mut self, options: &Options, seed: u64) {
        self.run.reseed(options, seed, self.idle_choices);
    }

    /// Random numbers for the guest: before its first thread the same for every seed, as is all
    /// that it does up to there.
    pub fn fill_random(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.random = self.random.wrapping_add(trace::P);
            chunk.copy_from_slice(&trace::mix(self.random).to_le_bytes()[..chunk.len()]);
        }
    }

    /// The counters so far.
    pub fn stats(&self) -> Stats {
        let counters = self.machine.counters();
        Stats {
            instructions: fast::instructions(),
            shared_loads: counters.loads,
            shared_stores: counters.stores,
            overtaken_by_store: counters.overtaken_by_store,
            overtaken_by_load: counters.overtaken_by_load,
            stale_loads: counters.stale_loads,
            ..self.stats
        }
    }

    /// The hash so far, if it was asked for.
    pub fn trace_hash(&self) -> Option<u64> {
        self.accesses
            .map(|hash| hash.finish(self.threads.iter().map(|thread| thread.hash)))
    }
}
