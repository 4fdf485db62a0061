//! Stores that become visible before their thread makes them: load buffering (`weakmem::Promise`).
//!
//! At the end of some turns a copy of the process looks ahead (`lookahead`): there the thread that
//! has stopped runs on alone, and the model finds which of its next stores depend on no load that
//! comes in between, so that the thread makes them whatever others do. In this process such a store
//! is then promised, where the thread stands, or in a turn of its own after the loads that it
//! depends on. Then another thread runs.
//!
//! While a promise is open, pages keep their owners, and no call that stops or orders all threads
//! begins: first the threads with promises run until they have made their stores.

use super::after::After;
use super::early_stores::{Kept, Looking, Place, Plan};
use super::shadow::Shadow;
use super::{Engine, MemoryAccess};
use crate::fast;
use crate::host_thread;
use crate::lookahead::{self, Role};
use crate::pages::{self, Owner};
use crate::signals;
use crate::trace;
use crate::translate::Instruction;
use crate::views::{self, Guest};
use weakmem::{EarlyStore, Kind, Progress, Promise, Reservation, ThreadId};

/// How far a copy runs, in instructions: less than the reorder window.
const FAR: u64 = 400;
/// Between two looks at least so many instructions run on average, and at least one in `SHARE` of all that have run:
/// a look costs more processor time than some thousand of them.
const BETWEEN: u64 = 1 << 9;
const SHARE: u64 = 64;
/// After a promise the others run alone for fewer turns than this.
const MOST_TURNS: u64 = 32;
/// A place at which n looks in a row found nothing is looked at in one of 2ⁿ turns, up to this n.
const FRUITLESS: u8 = 10;

impl Engine {
    /// Notes that the running thread stops in guest code.
    pub fn stands_in_guest_code(&mut self) {
        self.early.stands = true;
    }

    /// Whether threads with open promises have to run before the running one makes a call that is
    /// more than its own. The running thread has none then.
    pub fn waits_for_promises(&mut self) -> bool {
        self.early.settles = self.machine.any_promises();
        self.early.settles
    }

    /// Whether the pages keep their owners.
    pub(super) fn pages_stay(&self) -> bool {
        self.machine.may_promise() && self.machine.any_promises()
    }

    /// Whether a promise was broken.
    pub fn is_broken(&self) -> bool {
        self.machine.broken().is_some()
    }

    /// Whether the running thread has promised the store-conditional of this reservation, or looks for that: then it
    /// succeeds.
    pub(super) fn has_promised(&self, held: &Reservation) -> bool {
        let there = |it: Promise<'_>| it.kind == Kind::StoreConditional && it.addr == held.addr();
        self.early.looks() || self.machine.promises(self.current).any(there)
    }

    /// Notes that the running thread can have no open promise from here on.
    pub fn promises_are_kept(&mut self) {
        self.end_copy();
        self.machine.must_have_kept(self.current);
    }

    /// Counts instructions of the running thread, which has promises. In a replay of other choices than
    /// were recorded it may never come to what it has promised.
    #[cold]
    pub(super) fn count_until_kept(&mut self, instructions: u32) {
        let left = &mut self.threads[self.current as usize].keeps_within;
        *left = left.saturating_sub(instructions.into());
        if *left == 0 {
            self.machine.must_have_kept(self.current);
        }
    }

    /// Chooses the next thread where early stores leave no choice, when the running thread has
    /// stopped here.
    pub(super) fn choose_for_early_stores(
        &mut self,
        at: Progress,
        runnable: &[ThreadId],
    ) -> Option<ThreadId> {
        if !self.machine.may_promise() {
            return None;
        }
        let stands = std::mem::take(&mut self.early.stands);
        // A replay, which does not look, comes by here as often.
        let waiting = self.early.waiting();
        let settles = self.early.settles || self.machine.guards_much();
        let may_look = stands && !settles && waiting != Some(at.thread);
        let plan = self.early.plan.take();
        let planned = plan.is_some();
        let mut found = plan.filter(Plan::is_there).map(|it| it.stores);
        if may_look && !planned && self.should_look(runnable) {
            match self.look_ahead() {
                Some(plan) if plan.is_there() => found = Some(plan.stores),
                // The same thread goes on, in the copy and, if it has found something, here.
                Some(plan) => {
                    self.early.plan = Some(plan);
                    return Some(self.run.strategy.next_thread(&[self.current]));
                }
                None if self.early.looks() => {
                    return Some(self.run.strategy.next_thread(&[self.current]));
                }
                None => {}
            }
        }
        if self.promise_all(at, found.unwrap_or_default()) {
            // The same in a replay, which draws no numbers.
            let turns = trace::mix(at.accesses ^ at.instructions.rotate_left(32)) % MOST_TURNS;
            self.early.waits = Some((at.thread, turns));
            return self.choose_among(runnable, |_, it| it != at.thread);
        }
        self.early.settles = false;
        if settles {
            return self.choose_among(runnable, |engine, it| engine.machine.has_promises(it));
        }
        // One that spins runs on: what it waits for may only be on its way.
        let thread = waiting?;
        self.choose_among(runnable, |_, it| it != thread)
    }

    /// Makes the promises that the strategy wants, here where the thread has stopped. Returns whether any
    /// was made.
    fn promise_all(&mut self, at: Progress, found: Vec<EarlyStore>) -> bool {
        let (mut found, mut any) = (found.into_iter(), false);
        loop {
            let possible = |it: &EarlyStore| {
                let next = self.machine.next_store(at.thread).number;
                let refused = self.machine.refuses(at.thread, &it.promise(next));
                refused.is_none()
            };
            let next = found.next().filter(possible);
            let Some(store) = self.run.strategy.early(at, next) else {
                return any;
            };
            any |= self.promise(store);
        }
    }

    fn choose_among(
        &mut self,
        runnable: &[ThreadId],
        may_run: impl Fn(&Self, ThreadId) -> bool,
    ) -> Option<ThreadId> {
        let some = runnable.iter().copied().filter(|it| may_run(self, *it));
        let some: Vec<ThreadId> = some.collect();
        (!some.is_empty()).then(|| self.run.strategy.next_thread(&some))
    }

    fn promise(&mut self, store: EarlyStore) -> bool {
        let guest = &mut Guest(&mut self.run);
        let next = self.machine.next_store(self.current).number;
        let promised = self
            .machine
            .promise(self.current, store.promise(next), guest);
        if promised.is_ok() {
            self.keep_own_pages(&store);
            self.threads[self.current as usize].keeps_within = 2 * FAR;
            self.stored(store.addr, store.bytes().len());
        }
        promised.is_ok()
    }

    /// Keeps what is on pages of the running thread's own that it will load from before it makes the store.
    fn keep_own_pages(&mut self, store: &EarlyStore) {
        let Self { machine, early, .. } = self;
        early.kept.retain(|it| machine.has_promises(it.thread));
        for start in store.guards.pages() {
            let (thread, page) = (self.current, pages::number(start));
            if self.pages.owner(page) == Owner::Thread(thread) {
                let bytes = views::copy_page(start);
                self.early.kept.push(Kept {
                    thread,
                    page,
                    bytes,
                });
            }
        }
    }

    /// Whether to look ahead from here.
    fn should_look(&mut self, runnable: &[ThreadId]) -> bool {
        let now = fast::instructions();
        if !self.early.enabled
            || now < self.early.next
            || runnable.len() < 2
            || self.spins
            || self.machine.has_promises(self.current)
            || self.half.is_some()
            || self.unseen_write
            || self.forced_failure.is_some()
            || !self.may_be_copied()
        {
            return false;
        }
        if self.early.cut.take_if(|it| *it == self.current).is_some() {
            return true;
        }
        let fruitless = self.early.fruitless.get(&self.place()).copied();
        let fruitless = fruitless.unwrap_or_default();
        if self.early.below(1 << fruitless) != 0 {
            return false;
        }
        let now = self.early.below(2) == 0;
        if !now {
            // When the others have run: it may do more then.
            self.early.cut = Some(self.current);
        }
        now
    }

    /// How many accesses the turn that begins has, of so many that the strategy gives it: few if its thread looks
    /// ahead from there.
    pub(super) fn cut_turn(&mut self, accesses: i64) -> i64 {
        if self.early.cut == Some(self.current) {
            accesses.min(1)
        } else {
            accesses
        }
    }

    /// Whether nothing outside of the process depends on what a copy does, and no signal may come
    /// between a promise and its store.
    fn may_be_copied(&self) -> bool {
        self.pages.unmodelled().next().is_none()
            && !self.has_timer
            && !self.has_child
            && !signals::may_come()
    }

    /// The place at which the running thread stands.
    fn place(&self) -> u64 {
        let position = &self.threads[self.current as usize].position;
        position.place()
    }

    /// Looks ahead in a copy. Returns a store that may be early, in this process.
    fn look_ahead(&mut self) -> Option<Plan> {
        let now = fast::instructions();
        self.early.next = now + 1 + self.early.below(2 * BETWEEN.max(now / SHARE));
        let drawn = self.early.below(u64::MAX);
        let numbers = host_thread::numbers();
        match lookahead::look() {
            Role::Copy(answers) => {
                let position = &self.threads[self.current as usize].position;
                self.early.looking = Some(Looking {
                    answers,
                    drawn,
                    numbers,
                    since: self.machine.now(),
                    own_pages: Vec::new(),
                    shadow: Shadow::new(&self.machine, self.current, position),
                    at: Place::default(),
                    at_load: Vec::new(),
                    end: fast::instructions() + FAR,
                });
                None
            }
            Role::Original(found) => {
                let place = self.place();
                let fruitless = self.early.fruitless.entry(place).or_default();
                *fruitless = if found.is_empty() {
                    (*fruitless + 1).min(FRUITLESS)
                } else {
                    0
                };
                Some(Plan {
                    place: found.first()?.place,
                    stores: found.iter().map(|it| it.store).collect(),
                    at: Place::default(),
                })
            }
            Role::Impossible => {
                self.early.enabled = false;
                self.count_unsettled();
                None
            }
        }
    }

    /// Counts an access that is reported.
    #[inline]
    pub(super) fn count_for_early_stores(
        &mut self,
        instruction: &Instruction,
        access: MemoryAccess,
    ) {
        if let Some(plan) = &mut self.early.plan {
            plan.at.passes(instruction, access);
        } else if let Some(looking) = &mut self.early.looking {
            looking.at.passes(instruction, access);
        }
    }

    /// Handles the end of an access, after which the thread does this. `counted`: it counts against
    /// the accesses of the turn.
    #[inline]
    pub(super) fn accessed(&mut self, after: After, counted: bool) -> After {
        if self.early.follows_all() {
            self.accessed_early(after, counted)
        } else {
            after
        }
    }

    #[cold]
    fn accessed_early(&mut self, after: After, counted: bool) -> After {
        if let Some(looking) = &mut self.early.looking {
            let loads = looking.shadow.loads() as usize;
            looking.at_load.resize(loads, looking.at);
            if after != After::Continues || looking.shadow.is_full() {
                self.end_copy();
            }
        }
        match &self.early.plan {
            Some(plan) if plan.is_there() && counted => After::QuantumOver,
            Some(plan) if plan.is_due() => {
                // It is elsewhere, or a replay, which has no plan, could not stop here.
                self.early.plan = None;
                let made = self.counted.0 - self.accesses_left;
                (self.accesses_left, self.counted.0) = (1, made + 1);
                after
            }
            _ => after,
        }
    }

    /// Whether an access is one that need not be reported while there is no plan.
    #[inline]
    pub(super) fn only_for_plan(&self, instruction: &Instruction, addr: u64, store: bool) -> bool {
        if self.early.plan.is_none() || self.machine.tracks(self.current) {
            return false;
        }
        let own_pages = self.threads[self.current as usize].own_pages.as_ref();
        let own = own_pages.is_some_and(|it| it.has(addr));
        instruction.is_plain() && (own || !store && fast::is_quiet(addr))
    }
}
