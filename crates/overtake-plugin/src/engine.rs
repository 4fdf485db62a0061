//! The state that belongs to the token's holder, and what its accesses do.

mod access;
mod flow;
mod fork;
mod registers;
mod sharing;

pub use access::MemoryAccess;
pub use fork::Inheritance;

use crate::fast::{self, Mine};
use crate::options::Options;
use crate::pages::{self, Owner, Pages};
use crate::run::Run;
use crate::spin::Spin;
use crate::spurious;
use crate::stacks::Stacks;
use crate::trace::{self, AccessHash};
use crate::translate::{self, Block, Instruction};
use crate::views;
use crate::views::Guest;
use arch::Pairs;
use flow::Position;
use isa::{Access, Arch};
use overtake_report::Stats;
use weakmem::{Machine, Progress, Quantum, Reservation, Rules, Stop, ThreadId};

/// A thread that has run so many instructions since it last touched shared memory, or was handed the
/// token, sees all that is visible: no processor reorders over more (the largest have about 500
/// instructions in flight).
const WINDOW: u64 = 1000;

/// What a guest thread is to the engine.
#[derive(Debug, Default)]
struct Thread {
    /// It has ended: what it owned is free for the next thread that comes.
    ended: bool,
    /// Hash over its instructions.
    hash: u64,
    /// Where it is in its code.
    position: Position,
    /// How far it had come when it last stopped.
    progress: Progress,
    /// Whether it waits for another.
    spin: Spin,
    /// Pages of its own. None: it has ended.
    mine: Option<Mine>,
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
    waits: bool,
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
    /// What the guest gets random numbers from; apart from the schedule's.
    random: u64,
}

impl Engine {
    /// Before the first thread.
    pub fn new(arch: Arch, options: &Options, run: Run) -> Self {
        let rules = match arch {
            Arch::X86_64 => Rules::X86_TSO,
            Arch::AArch64 => Rules::ARMV8,
            Arch::Ppc64le => Rules::POWER,
            Arch::Riscv64 => Rules::RVWMO,
        };
        Self {
            current: 0,
            machine: Machine::new(rules),
            pages: Pages::new(),
            stacks: Stacks::default(),
            run,
            threads: Vec::new(),
            alive: 0,
            view: None,
            accesses_left: i64::MAX,
            counted: (i64::MAX, 0),
            stop: Stop::Itself,
            waits: false,
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
            mine: Some(Mine::default()),
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
            fast::show_none();
            state.mine = None;
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
        self.look_closely();
    }

    /// Sees to it that every block and access is looked at closely that must be: all of a thread
    /// that sees the past, and all where they are hashed. To be called after what may change that.
    pub fn look_closely(&self) {
        match &self.threads[self.current as usize].mine {
            Some(mine) if self.accesses.is_none() && !self.machine.tracks(self.current) => {
                // SAFETY: the table lives until the thread has ended, where none is shown.
                unsafe { mine.show() };
                let mending = self.unseen_write || self.spoiled.is_some();
                fast::set_limit(if mending { 0 } else { self.deadline });
            }
            _ => {
                fast::show_none();
                fast::set_limit(0);
            }
        }
    }

    /// Whether the running thread is the only one.
    pub fn alone(&self) -> bool {
        self.alive == 1
    }

    /// From here on all accesses are seen.
    pub fn is_watched(&mut self) {
        self.pages.forget_what_is_fresh();
    }

    /// Whether there was never a second thread, so that nothing was chosen yet. (A child of `fork` goes
    /// on from where its parent was.)
    pub fn nothing_was_chosen(&self) -> bool {
        self.threads.len() == 1 && !self.forked
    }

    /// The guest is about to create its first thread: from here on choices matter, and the guest's
    /// random numbers are of this seed. Whatever was chosen before is over.
    pub fn sow(&mut self, seed: u64) {
        self.random = seed;
        self.go_on_alone();
    }

    /// This process is a copy, whose choices are of this seed.
    pub fn sow_copy(&mut self, options: &Options, seed: u64) {
        self.run.sow(options, seed, self.idle_choices);
    }

    /// Random numbers for the guest: before its first thread the same for every seed, as is all
    /// that it does up to there.
    pub fn fill_random(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.random = self.random.wrapping_add(trace::P);
            chunk.copy_from_slice(&trace::mix(self.random).to_le_bytes()[..chunk.len()]);
        }
    }

    /// Takes note of the block that the running thread has started unnoticed.
    pub(crate) fn notice(&mut self) {
        if let Some(block) = fast::take_block() {
            self.threads[self.current as usize].position.start(block);
        }
    }

    /// A block starts.
    pub fn block(&mut self, block: &'static Block) -> Next {
        self.notice();
        // The kernel has written a frame to the stack.
        let handler = !self.handlers.is_empty() && self.handlers.contains(&block.start);
        if self.unseen_write || self.spoiled.is_some() || handler {
            if handler {
                self.unseen_write = true;
                spurious::may_come();
            }
            self.mend();
        }
        if self.machine.tracks(self.current) && fast::instructions() - self.shared_at > WINDOW {
            let mut guest = Guest(&mut self.run);
            self.machine.see_everything(self.current, &mut guest);
        }
        let position = &mut self.threads[self.current as usize].position;
        if self.machine.tracks(self.current) {
            if !(self.machine.is_quiet(self.current) && position.starts_quietly(block)) {
                position.follow(block, &mut self.machine, self.current);
                self.prepare();
            }
        } else {
            position.start(block);
        }
        fast::add_instructions(block.instructions);
        if self.accesses.is_some() {
            let hash = &mut self.threads[self.current as usize].hash;
            *hash = block.hash.apply(*hash);
        }
        if fast::instructions() < self.deadline {
            return Next::Continue;
        }
        self.time_is_up()
    }

    #[cold]
    fn time_is_up(&mut self) -> Next {
        if fast::instructions() >= self.budget {
            Next::OutOfBudget
        } else if self.alone() {
            self.deadline = self.budget;
            self.go_on_alone();
            Next::Continue
        } else {
            self.stop = Stop::Instructions;
            Next::HandOff
        }
    }

    /// There is nobody to hand over to, so that no rounds come in which the running thread would
    /// see what it has not seen.
    #[cold]
    pub(crate) fn go_on_alone(&mut self) {
        self.count_progress();
        self.accesses_left = i64::MAX;
        self.counted.0 = i64::MAX;
        let mut guest = Guest(&mut self.run);
        self.machine.synchronise(self.current, &mut guest);
    }

    /// Adds what the running thread has done since this was last called to its progress.
    fn count_progress(&mut self) -> Progress {
        let (accesses, instructions) = self.counted;
        let progress = &mut self.threads[self.current as usize].progress;
        progress.thread = self.current;
        progress.accesses += accesses.abs_diff(self.accesses_left);
        progress.instructions += fast::instructions() - instructions;
        self.counted = (self.accesses_left, fast::instructions());
        *progress
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
        self.notice();
        self.mend();
        let (current, mut guest) = (self.current, Guest(&mut self.run));
        if let Some(fence) = instruction.before {
            self.machine.fence(current, fence, &mut guest);
        }
        if let Some(fence) = instruction.fence {
            if !instruction.flow.is_access() {
                guest.0.barrier(current, instruction.address, fence);
            }
            self.machine.fence(current, fence, &mut guest);
        }
        if instruction.flow.context_sync {
            // Loads that the branches before it came from, before later ones. (Before later stores, the
            // branches keep them.)
            let orders = Pairs {
                rr: true,
                ..Pairs::NONE
            };
            guest.0.barrier(current, instruction.address, orders);
            self.machine.context_sync(current, &mut guest);
        }
        if instruction.unseen_write || instruction.unknown {
            self.machine.synchronise(current, &mut guest);
        }
        self.unseen_write = instruction.unseen_write;
        if instruction.access == Access::StoreConditional {
            self.spoiled = self.must_fail().map(|held| views::spoil(&held));
        }
        if instruction.spin_hint && self.alive > 1 {
            self.stop_at(instruction, false);
            Next::HandOff
        } else {
            Next::Continue
        }
    }

    /// The reservation of a store-conditional that is about to be made, if it must fail: it was
    /// lost, or the strategy wants it so (all three architectures allow it to fail without a
    /// reason that the program can see).
    fn must_fail(&mut self) -> Option<Reservation> {
        let held = self.machine.reservation(self.current)?;
        let shared = self.pages.owner(pages::number(held.addr())) == Owner::Shared;
        let fails =
            held.is_lost() || (self.alive > 1 && shared && self.run.strategy.fails(self.current));
        fails.then_some(held)
    }

    /// The running thread is about to stop at this instruction; `after` it was run, or before.
    #[cold]
    fn stop_at(&mut self, instruction: &Instruction, after: bool) {
        let position = &mut self.threads[self.current as usize].position;
        position.stop(instruction, after, &mut self.machine, self.current);
    }

    /// A full barrier of every thread (`membarrier`).
    pub fn full_barrier_everywhere(&mut self) {
        self.drain_everyone();
        let mut guest = Guest(&mut self.run);
        for thread in 0..self.threads.len() {
            self.machine.synchronise(thread as ThreadId, &mut guest);
        }
    }

    /// All stores of all threads become visible: something that the model does not see may look
    /// at them.
    pub fn drain_everyone(&mut self) {
        let mut guest = Guest(&mut self.run);
        for thread in 0..self.threads.len() {
            self.machine.drain(thread as ThreadId, &mut guest);
        }
    }

    /// A choice was made although some thread had not settled.
    pub fn count_unsettled(&mut self) {
        self.stats.unsettled_choices += 1;
    }

    /// The running thread makes a system call: a full barrier, and until it is over
    /// ([`Engine::call_is_over`]) it sees all that is visible, because the kernel may read and
    /// write its memory.
    pub fn call_begins(&mut self) {
        self.notice();
        let mut guest = Guest(&mut self.run);
        self.machine.synchronise(self.current, &mut guest);
        self.machine.allow_stale(self.current, false);
    }

    /// The running thread is back from a system call.
    pub fn call_is_over(&mut self) {
        self.machine.allow_stale(self.current, true);
        self.machine.set_up_to_date(false);
    }

    /// Memory may have been written behind the model's back.
    pub fn resynchronise(&mut self) {
        let mut guest = Guest(&mut self.run);
        views::resynchronise(&mut self.machine, Some(self.current), &mut guest);
    }

    /// The guest handles a signal in the function at `address`.
    pub fn add_handler(&mut self, address: u64) {
        if !self.handlers.contains(&address) {
            self.handlers.push(address);
            fast::add_handler(translate::bit(address));
        }
    }

    /// Who goes on, of these. Not who waits for another one, if there is one: until another has run,
    /// it gets nowhere.
    pub fn choose(&mut self, runnable: &[ThreadId]) -> ThreadId {
        self.notice();
        let progress = self.count_progress();
        let why = std::mem::replace(&mut self.stop, Stop::Itself);
        self.run.strategy.stopped(progress, why);
        self.idle_choices += u32::from(self.nothing_was_chosen());
        if std::mem::take(&mut self.waits) && runnable.len() > 1 {
            let others = runnable.iter().filter(|it| **it != self.current);
            let others: Vec<ThreadId> = others.copied().collect();
            self.run.strategy.next_thread(&others)
        } else {
            self.run.strategy.next_thread(runnable)
        }
    }

    /// Stores propagate, and `next` becomes the running thread. `wrote`: the kernel has written
    /// memory for a thread that has come back; `tolerant`: it may just be doing so.
    pub fn switch_to(&mut self, next: ThreadId, wrote: bool, tolerant: bool) -> Next {
        if next != self.current {
            self.run.turn(next);
        }
        if self.view != Some(next) || self.alive > 1 {
            let mut guest = Guest(&mut self.run);
            if let Some(previous) = self.view.take() {
                self.machine.switch_out(&mut guest);
                if previous != next {
                    self.stats.hand_offs += 1;
                }
            }
            if std::mem::take(&mut self.kernel_wrote) || wrote {
                views::resynchronise(&mut self.machine, None, &mut guest);
            } else if self.check
                && let Some((addr, expected, found)) = views::first_difference(&self.machine)
            {
                if tolerant {
                    views::resynchronise(&mut self.machine, None, &mut guest);
                } else {
                    self.unexplained = Some(format!(
                        "byte at guest address {addr:#x} is {found:#04x}, and the accesses that \
                         were seen make it {expected:#04x}"
                    ));
                }
            }
            self.machine.next_round(&mut guest);
            self.current = next;
            self.machine.allow_stale(next, true);
            if self.machine.tracks(next) {
                self.prepare();
            }
            let mut guest = Guest(&mut self.run);
            self.machine.switch_in(next, &mut guest);
            self.view = Some(next);
        }
        self.current = next;
        self.look_closely();
        let Quantum {
            accesses,
            instructions,
        } = self.run.strategy.quantum(Progress {
            thread: next,
            ..self.threads[next as usize].progress
        });
        self.accesses_left = accesses.into();
        self.counted.0 = accesses.into();
        self.shared_at = fast::instructions();
        self.deadline = (fast::instructions() + u64::from(instructions)).min(self.budget);
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
