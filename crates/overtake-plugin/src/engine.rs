//! The state that the token's holder works on, and how accesses change it.

mod access;
mod after;
mod ahead;
mod call_writes;
mod early_stores;
mod flow;
mod fork;
mod half;
mod halves;
mod instruction;
mod kernel;
mod memory_access;
mod model;
mod next;
mod promises;
mod registers;
mod scene;
mod schedule;
mod shadow;
mod sharing;
mod spills;
mod thread;
mod time;

pub use fork::Inheritance;
pub use memory_access::MemoryAccess;
pub use next::Next;

use self::early_stores::EarlyStores;
use self::half::Half;
use crate::affinities::Affinities;
use crate::clock::Passed;
use crate::early::Early;
use crate::fast::{self, OwnPages};
use crate::lone::Lone;
use crate::options::Options;
use crate::pages::Pages;
use crate::rewritten::Rewritten;
use crate::run::Run;
use crate::stacks::Stacks;
use crate::trace::{self, AccessHash};
use crate::translate::Block;
use crate::untouched::Untouched;
use crate::views::Guest;
use isa::Arch;
use overtake_report::Stats;
use overtake_report::input::Input;
use std::collections::BTreeMap;
use std::ops::Range;
use thread::Thread;
use weakmem::{Machine, Reservation, Rules, Stop, ThreadId, View};

/// The model, the pages, the schedule and the counters.
pub struct Engine {
    /// The thread that holds the token.
    pub current: ThreadId,
    pub(crate) machine: Machine,
    pub(crate) pages: Pages,
    stacks: Stacks,
    lone: Lone,
    /// When a page last became quiet, or memory was copied into the image: what is newer is unseen only
    /// on other pages.
    quiet_since: View,
    untouched: Untouched,
    /// Whether instructions that write without a callback write only zeros: not on x86 (`xsave`).
    only_zeroes: bool,
    pub(crate) run: Run,
    threads: Vec<Thread>,
    /// The number of threads that have not ended.
    alive: u32,
    /// The thread that owns the view in memory.
    view: Option<ThreadId>,
    /// The accesses left in the quantum; below zero if the last instruction made several.
    accesses_left: i64,
    /// The values of [`Engine::accesses_left`] and [`fast::instructions`] when the running thread's
    /// progress was last counted.
    counted: (i64, u64),
    /// The reason why the running thread stops.
    stop: Stop,
    /// Whether it stops because it spins.
    spins: bool,
    /// Whether this process is a child of the guest's `fork`.
    forked: bool,
    /// The number of times that the first thread was chosen while it was alone.
    idle_choices: u32,
    /// The value of [`fast::instructions`] at which the quantum or the budget is used up.
    deadline: u64,
    budget: u64,
    /// The value of [`fast::instructions`] at the running thread's last access to shared memory.
    shared_at: u64,
    /// Whether the last instruction wrote memory without a callback.
    unseen_write: bool,
    /// The original bytes at the place where a store-conditional is made to fail.
    forced_failure: Option<Reservation>,
    /// The first half of an access of which QEMU reports two.
    half: Option<Half>,
    /// The address of the last load-reserved instruction, to recognise pairs.
    load_reserved_at: u64,
    /// The block that started last. At a system call, the call is its last instruction.
    block: Option<&'static Block>,
    /// Whether the running thread is in a system call of which it is known what it does to memory.
    in_known_call: bool,
    /// Where the kernel has written for threads that have ended, since the last hand-off.
    cleared: Vec<Range<u64>>,
    stats: Stats,
    accesses: Option<AccessHash>,
    check: bool,
    /// Whether copies of the process look for stores that may be early.
    looks_ahead: bool,
    /// The difference that the check mode found.
    pub unexplained: Option<String>,
    /// The bits of an address that count. Armv8 ignores the top byte (tagged addresses).
    address_mask: u64,
    /// The start addresses of the guest's signal handlers.
    handlers: Vec<u64>,
    /// Whether the memory that is being remapped is unmodelled.
    pub remaps_unmodelled: bool,
    /// The end of the `brk` heap.
    pub program_break: u64,
    /// The state of the guest's random number generator, separate from the schedule's.
    random: u64,
    /// The CPUs that the guest has set.
    pub affinities: Affinities,
    /// What the guest read that differs between runs, with counts.
    inputs: BTreeMap<Input, u64>,
    /// Whether the guest has set a timer, which acts by the host's time.
    pub has_timer: bool,
    /// Whether it has made a child, which may act at any time.
    pub has_child: bool,
    /// The schedule's time.
    passed: Passed,
    /// The number of threads that wait for a time.
    waiting_for_time: usize,
    /// Whether the running thread yields.
    yields: bool,
    /// Whether the running thread has done in its turn what others may see.
    progresses: bool,
    /// The number of turns in a row in which threads made no system call and no shared access.
    quiet_turns: u32,
    /// Whether accesses to own pages show, too, that the running thread spins.
    probes: bool,
    /// The number of turns in which the running threads have only waited, since the last in which
    /// one did not.
    waiting_turns: usize,
    /// What is put back into guest memory before another thread runs.
    pub rewritten: Rewritten,
    early: EarlyStores,
}

impl Engine {
    /// Creates the engine of a guest that has no thread yet.
    pub fn new(arch: Arch, options: &Options, run: Run) -> Self {
        Self {
            current: 0,
            machine: Machine::new(Rules::of(arch)),
            pages: Pages::new(),
            stacks: Stacks::default(),
            lone: Lone::default(),
            quiet_since: View::NONE,
            untouched: Untouched::default(),
            only_zeroes: arch != Arch::X86_64,
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
            half: None,
            load_reserved_at: 0,
            block: None,
            in_known_call: false,
            cleared: Vec::new(),
            stats: Stats::default(),
            accesses: options.trace_hash.then(AccessHash::default),
            check: options.check,
            looks_ahead: options.load_buffering && options.replay.is_none(),
            unexplained: None,
            handlers: Vec::new(),
            remaps_unmodelled: false,
            program_break: 0,
            random: 0,
            affinities: Affinities::new(options.cpus),
            inputs: BTreeMap::new(),
            has_timer: false,
            has_child: false,
            passed: Passed::default(),
            waiting_for_time: 0,
            yields: false,
            progresses: false,
            quiet_turns: 0,
            probes: false,
            waiting_turns: 0,
            rewritten: Rewritten::default(),
            early: EarlyStores::default(),
            address_mask: if arch == Arch::AArch64 {
                u64::MAX >> 8
            } else {
                u64::MAX
            },
        }
    }

    /// Adds a guest thread.
    pub fn add_thread(&mut self) -> ThreadId {
        self.threads.push(Thread {
            own_pages: Some(OwnPages::default()),
            ..Thread::default()
        });
        self.alive += 1;
        self.stats.threads += 1;
        // The running thread may no longer be alone.
        self.deadline = self.deadline.min(fast::instructions());
        self.machine.add_thread()
    }

    /// Marks a guest thread as ended (or never started). Its stores are committed already, because
    /// the system call that ended it was a full barrier.
    pub fn thread_ended(&mut self, thread: ThreadId) {
        self.machine.must_have_kept(thread);
        let state = &mut self.threads[thread as usize];
        if !state.ended {
            state.ended = true;
            self.alive -= 1;
            fast::deactivate();
            state.own_pages = None;
        }
        self.machine.allow_stale(thread, false);
        self.word_was_cleared(thread);
    }

    /// Runs `thread`, which is the only one.
    pub fn run_alone(&mut self, thread: ThreadId) {
        self.current = thread;
        self.view = Some(thread);
        self.machine.switch_in(thread, &mut Guest(&mut self.run));
        self.update_fast_path();
    }

    /// Updates which blocks and accesses may take the fast path (`fast`).
    ///
    /// None may if some write is unseen by the running thread, or if accesses are hashed or traced. Call
    /// this after each change that may affect one of these.
    pub fn update_fast_path(&self) {
        match &self.threads[self.current as usize].own_pages {
            Some(own_pages)
                if !self.follows_all() && !self.probes && !self.machine.tracks(self.current) =>
            {
                // SAFETY: the table lives until the thread ends, and `thread_ended` deactivates it
                // before that.
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

    /// Whether the engine has to know of accesses that have no effect.
    fn follows_all(&self) -> bool {
        self.accesses.is_some() || self.run.is_traced() || self.early.follows_all()
    }

    /// Whether the running thread is the only one.
    pub fn alone(&self) -> bool {
        self.alive == 1
    }

    /// Notes that all accesses are reported from here on.
    pub fn instrumentation_begins(&mut self) {
        self.pages.clear_fresh();
    }

    /// Whether no second thread ever existed, so that no choice has mattered yet. A child of `fork`
    /// continues from its parent's choices.
    pub fn no_choice_made(&self) -> bool {
        self.threads.len() == 1 && !self.forked
    }

    /// Sets the seed of the guest's random numbers when the guest is about to create its first
    /// thread. Choices matter from here on, and all earlier quanta end.
    pub fn reseed(&mut self, seed: u64) {
        self.random = seed;
        self.stacks.early = Early::of_seed(seed);
        self.early = EarlyStores::of_seed(seed, self.looks_ahead);
        if self.stacks.early.may_share() {
            self.untouched.look();
        }
        self.continue_alone();
    }

    /// Sets the seed of the choices in a copy that the fork server made.
    pub fn reseed_copy(&mut self, options: &Options, seed: u64) {
        self.run.reseed(options, seed, self.idle_choices);
    }

    /// Fills `bytes` with random numbers for the guest. They are the same for every seed until the
    /// guest creates its first thread, as the whole run is until then.
    pub fn fill_random(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.random = self.random.wrapping_add(trace::P);
            chunk.copy_from_slice(&trace::mix(self.random).to_le_bytes()[..chunk.len()]);
        }
    }

    /// Returns the counters so far.
    pub fn stats(&self) -> Stats {
        let counters = self.machine.counters();
        Stats {
            instructions: fast::instructions(),
            shared_loads: counters.loads,
            shared_stores: counters.stores,
            overtaken_by_store: counters.overtaken_by_store,
            overtaken_by_load: counters.overtaken_by_load,
            stale_loads: counters.stale_loads,
            early_stores: counters.early_stores,
            ..self.stats
        }
    }

    /// Returns the hash so far, if the options ask for it.
    pub fn trace_hash(&self) -> Option<u64> {
        self.accesses
            .map(|hash| hash.finish(self.threads.iter().map(|thread| thread.hash)))
    }
}
