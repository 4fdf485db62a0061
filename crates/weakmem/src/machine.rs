//! Committed memory, what each thread has stored and seen, and what each access does to them.

mod access;
mod ahead;
mod arrive;
mod atomic;
mod below;
mod commit;
mod cumulative;
mod guard;
mod moment;
mod order;
mod promise;
mod step;

pub use step::{Call, Execution};

use crate::buffer::StoreBuffer;
use crate::driver::Driver;
use crate::ids::{StoreId, ThreadId};
use crate::image::{GRANULE, Image, PAGE_SIZE, granules};
use crate::late::Late;
use crate::promise::Broken;
use crate::reservation::Reservation;
use crate::rules::Rules;
use crate::thread::Thread;
use crate::view::{Timestamp, View};
use std::fmt;
use std::ops::Range;

/// What happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Loads.
    pub loads: u64,
    /// Stores, atomic ones included.
    pub stores: u64,
    /// Stores that became visible after a later store of the same thread.
    pub overtaken_by_store: u64,
    /// Stores that became visible after a later load (of another location) of the same thread.
    pub overtaken_by_load: u64,
    /// Loads that read a stale value: a newer write was visible.
    pub stale_loads: u64,
    /// Stores that became visible before their thread made them ([`Machine::promise`]).
    pub early_stores: u64,
}

/// A machine with a store buffer, and writes not seen yet, for each thread.
#[derive(Clone)]
pub struct Machine {
    rules: Rules,
    image: Image,
    threads: Vec<Thread>,
    /// Writes that have not arrived at every thread.
    late: Vec<Late>,
    /// Those of them that are before some write in `co | prop` that is no longer late.
    before_others: Vec<Timestamp>,
    /// Timestamp of the newest write, or arrival.
    clock: Timestamp,
    /// Number of [`Machine::next_round`] calls, the unit of delays.
    round: u64,
    /// The thread whose view is in memory.
    shown: Option<ThreadId>,
    /// No new write stays unseen by any thread.
    up_to_date: bool,
    /// The thread that has pending writes of atomics. No other has any.
    pending_atomics: Option<ThreadId>,
    /// The first promise that was broken.
    broken: Option<Broken>,
    counters: Counters,
}

/// All that may matter to what happens next.
impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("image", &self.image)
            .field("threads", &self.threads)
            .field("late", &self.late)
            .field("before_others", &self.before_others)
            .field("shown", &self.shown)
            .finish_non_exhaustive()
    }
}

impl Machine {
    /// A machine without threads, with nothing in play.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            image: Image::default(),
            threads: Vec::new(),
            late: Vec::new(),
            before_others: Vec::new(),
            clock: 1,
            round: 0,
            shown: None,
            up_to_date: false,
            pending_atomics: None,
            broken: None,
            counters: Counters::default(),
        }
    }

    /// A new thread. It sees all that is visible.
    pub fn add_thread(&mut self) -> ThreadId {
        self.threads.push(Thread {
            may_read_stale: !self.rules.loads_in_order,
            ..Thread::default()
        });
        (self.threads.len() - 1) as ThreadId
    }

    /// Whether writes that become visible from here on may stay unseen by the thread. Not, while
    /// it is in a system call, or has ended. On x86 they never do.
    pub fn allow_stale(&mut self, thread: ThreadId, may_read_stale: bool) {
        self.threads[thread as usize].may_read_stale = may_read_stale && !self.rules.loads_in_order;
    }

    /// Whether no new write stays unseen by any thread, whatever was said of it: while something
    /// takes memory as it is, whosever view it holds.
    pub fn set_up_to_date(&mut self, up_to_date: bool) {
        self.up_to_date = up_to_date;
    }

    fn thread(&self, thread: ThreadId) -> &Thread {
        &self.threads[thread as usize]
    }

    fn thread_mut(&mut self, thread: ThreadId) -> &mut Thread {
        &mut self.threads[thread as usize]
    }

    /// The committed memory.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// Adds the page that starts at `page` to the committed memory, or replaces its contents. All
    /// of it counts as written now.
    pub fn insert_page(&mut self, page: u64, bytes: [u8; PAGE_SIZE]) {
        self.forget_unseen(page);
        self.clock += 1;
        self.image.insert(page, bytes, self.clock);
    }

    /// The same for a page that only this thread has used. What the thread reads there that nobody has written
    /// since, it is not ordered after.
    pub fn share_page(&mut self, thread: ThreadId, page: u64, bytes: [u8; PAGE_SIZE]) {
        self.insert_page(page, bytes);
        let written = self.clock;
        if self.has_promises(thread) {
            self.thread_mut(thread).forwards.shared(page, written);
        }
    }

    /// Takes the page that starts at `page` out of the committed memory.
    pub fn remove_page(&mut self, page: u64) {
        self.forget_unseen(page);
        self.image.remove(page);
    }

    fn forget_unseen(&mut self, page: u64) {
        self.removes(page);
        self.forget_late(page);
        for thread in &mut self.threads {
            thread.stale.forget_page(page);
            thread.settle();
        }
    }

    /// Takes over what the model does not see being written to these addresses (by a system call):
    /// `read` fills in the page that starts at an address.
    pub fn refresh(&mut self, addresses: Range<u64>, read: impl FnMut(u64, &mut [u8])) {
        self.clock += 1;
        self.image.refresh(addresses, self.clock, read);
    }

    /// What happened so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The pending stores of a thread.
    pub fn buffer(&self, thread: ThreadId) -> &StoreBuffer {
        &self.thread(thread).buffer
    }

    /// Whether a store to some of these bytes is pending.
    pub fn is_pending(&self, thread: ThreadId, addr: u64, len: usize) -> bool {
        let end = addr.saturating_add(len as u64);
        let mut entries = self.buffer(thread).entries().iter();
        entries.any(|it| it.addr < end && it.addr + it.bytes().len() as u64 > addr)
    }

    /// Whether some visible write is unseen by the thread: only then do views of its accesses
    /// matter.
    pub fn tracks(&self, thread: ThreadId) -> bool {
        self.thread(thread).tracks()
    }

    /// Whether the thread may read something stale.
    pub fn may_see_older(&self, thread: ThreadId) -> bool {
        !self.thread(thread).stale.is_empty()
    }

    /// Whether the thread sees every write that the view includes.
    pub fn sees(&self, thread: ThreadId, view: View) -> bool {
        let oldest = self.thread(thread).stale.oldest();
        oldest.is_none_or(|write| !view.includes(write))
    }

    /// Whether it does not matter what the thread does on its own, as long as the views of that say
    /// nothing: its next access, of this [`crate::Step::single_copy`], sees what any would, and branches
    /// add nothing to what they came from.
    #[inline]
    pub fn is_quiet(&self, thread: ThreadId, single_copy: u8) -> bool {
        let state = self.thread(thread);
        state.next == View::NONE
            && !state.keeps_stores()
            && state.addresses <= state.floor.join(state.control)
            && state.stale.even() >= single_copy.into()
    }

    /// Whether nothing is kept of these bytes of the thread's own memory that a load of them would
    /// be ordered after.
    #[inline]
    pub fn keeps_nothing_of(&self, thread: ThreadId, addr: u64, len: usize) -> bool {
        self.thread(thread).forwards.is_free_of(addr, len)
    }

    /// The store that the thread makes next.
    pub fn next_store(&self, thread: ThreadId) -> StoreId {
        StoreId {
            thread,
            number: self.thread(thread).stores + 1,
        }
    }

    /// The oldest write to each of these granules that the thread's next load does not see, where
    /// its value is stale: (granule, when it was committed).
    pub fn unseen_by_next(
        &self,
        thread: ThreadId,
        addr: u64,
        len: usize,
    ) -> impl Iterator<Item = (u64, Timestamp)> {
        let state = self.thread(thread);
        granules(addr, len).filter_map(|granule| {
            let write = state.stale.oldest_hidden(granule, state.next)?;
            Some((granule, write))
        })
    }

    /// What all loads of the thread so far are ordered after.
    pub fn reads(&self, thread: ThreadId) -> View {
        self.thread(thread).reads
    }

    /// The granules in which the thread may read stale values.
    pub fn unseen_granules(&self, thread: ThreadId) -> impl Iterator<Item = u64> {
        let stale = &self.thread(thread).stale;
        stale.granules(View::NONE).map(|(granule, _)| granule)
    }

    /// The view of all that is visible.
    pub fn now(&self) -> View {
        View::at(self.clock)
    }

    /// What the thread sees at `addr`: committed contents, stale ones where it has not seen a write,
    /// under its own pending stores.
    pub fn read(&self, thread: ThreadId, addr: u64, out: &mut [u8]) {
        self.read_after(thread, self.thread(thread).next, addr, out);
    }

    /// What the thread sees at `addr` if its access is ordered after `view`.
    fn read_after(&self, thread: ThreadId, view: View, addr: u64, out: &mut [u8]) {
        let thread = self.thread(thread);
        self.image.read(addr, out);
        if !thread.stale.is_empty() {
            for granule in granules(addr, out.len()) {
                if let Some(stale) = thread.stale.contents(granule, view) {
                    overlay(addr, out, granule, &stale.bytes);
                }
            }
        }
        for entry in thread.buffer.entries() {
            overlay(addr, out, entry.addr, entry.bytes());
        }
    }

    /// When the newest of what the thread reads there became visible; 0 for its own pending stores.
    /// For explorations.
    pub fn newest(&self, thread: ThreadId, addr: u64, len: usize) -> Timestamp {
        let state = self.thread(thread);
        let end = addr + len as u64;
        let written = granules(addr, len).map(|granule| {
            let (start, stop) = (granule.max(addr), end.min(granule + GRANULE as u64));
            let (_, own) = state.buffer.forwarded(start, (stop - start) as usize);
            let stale = state.stale.contents(granule, state.next).copied();
            let contents = stale.or_else(|| self.arrived_at(thread, granule));
            contents.filter(|_| !own).map_or(0, |it| it.written)
        });
        written.max().unwrap_or_default()
    }

    /// When the newest of what is there became visible; 0 where there is nothing.
    pub fn written(&self, addr: u64, len: usize) -> Timestamp {
        let written = granules(addr, len).filter_map(|it| Some(self.image.granule(it)?.written));
        written.max().unwrap_or_default()
    }

    /// The thread's reservation.
    pub fn reservation(&self, thread: ThreadId) -> Option<Reservation> {
        self.thread(thread).reservation
    }

    /// What memory holds in these granules.
    fn in_memory(&self, granules: impl Iterator<Item = u64>) -> Vec<(u64, [u8; GRANULE])> {
        granules
            .filter(|granule| self.image.contains(*granule))
            .map(|granule| (granule, self.granule_in_memory(granule)))
            .collect()
    }

    fn granule_in_memory(&self, granule: u64) -> [u8; GRANULE] {
        let mut bytes = [0; GRANULE];
        match self.shown {
            Some(thread) => self.read(thread, granule, &mut bytes),
            None => {
                self.image.read(granule, &mut bytes);
            }
        }
        bytes
    }

    /// Brings memory up to date, which held `before`. Only bytes that change are written: others
    /// may have been written since, by somebody whom the machine does not know of yet.
    fn bring_up_to_date(&self, before: &[(u64, [u8; GRANULE])], driver: &mut dyn Driver) {
        for (granule, before) in before {
            let now = self.granule_in_memory(*granule);
            patch_difference(*granule, before, &now, driver);
        }
    }
}

/// Writes the bytes that change, and no other.
fn patch_difference(
    granule: u64,
    before: &[u8; GRANULE],
    now: &[u8; GRANULE],
    driver: &mut dyn Driver,
) {
    for ((at, now), before) in (granule..).zip(now).zip(before) {
        if now != before {
            driver.patch(at, &[*now]);
        }
    }
}

/// Puts those of `bytes` at `at` that lie in `out` at `addr` there.
fn overlay(addr: u64, out: &mut [u8], at: u64, bytes: &[u8]) {
    let start = at.max(addr);
    let end = (at + bytes.len() as u64).min(addr + out.len() as u64);
    if start < end {
        let from = &bytes[(start - at) as usize..(end - at) as usize];
        out[(start - addr) as usize..(end - addr) as usize].copy_from_slice(from);
    }
}
