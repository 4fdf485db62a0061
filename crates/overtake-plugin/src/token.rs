//! The token: one guest thread runs at a time, and who is next is chosen from the seed.
//!
//! A thread that is not the holder waits in its first callback ("parked"). A choice is made only
//! when every other thread has settled: it is parked, or it really sleeps in a system call. So
//! the set of threads to choose from does not depend on how fast the host is.
//!
//! QEMU stops all vCPUs for some events (`start_exclusive`: at the first `clone`, at `fork`, when
//! the translation cache is full, for atomics that the host lacks), and waits until each has left
//! its execution loop. A parked thread cannot leave; so parked threads watch the holder, and when
//! it sleeps outside of our callbacks, the token is taken from it: the next thread runs to the
//! end of its block, where QEMU makes it leave. The same rule frees the token of a thread that
//! sleeps in a system call which was expected to be short.

use crate::engine::Next;
use crate::finish;
use crate::host_thread::{Doing, HostThread};
use crate::plugin::{NOBODY, plugin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use weakmem::ThreadId;

/// How often a parked thread looks at the holder.
const WATCH: Duration = Duration::from_millis(10);
/// The same, while an exclusive section is expected.
const WATCH_CLOSELY: Duration = Duration::from_micros(100);
/// For how long every look must find the holder asleep, if it waits for an exclusive section.
const EXCLUSIVE: Duration = Duration::from_millis(30);
/// The same, if it is in a system call that was expected to be short.
const SLOW_CALL: Duration = Duration::from_millis(100);
/// The same, if the kernel does not say what it waits for.
const UNKNOWN: Duration = Duration::from_secs(1);
/// Bound of the wait for other threads to settle. It is met only if a host thread gets no
/// processor for so long; the choice is then made without it.
const SETTLE: Duration = Duration::from_secs(10);

/// Where a guest thread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Created; its first callback has not come.
    Starting,
    /// It holds the token.
    Running,
    /// It waits for the token.
    Parked,
    /// It has given the token up, or lost it, and will park when it comes back.
    Away {
        /// It was seen asleep, and nothing has happened since that could have woken it.
        asleep: bool,
        /// The kernel may write memory for it while it sleeps.
        writes: bool,
    },
    /// It is ending: the kernel has not yet woken who waits for that.
    Ending,
}

/// What a thread's callbacks say before they take the lock, for each vCPU.
#[derive(Debug)]
struct Flags {
    /// It has come back from the system call for which it gave up the token.
    ///
    /// SeqCst throughout: its partner is the kernel's account of what the thread is doing, which
    /// is no atomic of ours; the strongest order costs nothing here.
    back: AtomicBool,
    /// It is in a system call with the token. Relaxed throughout: it is written by the thread
    /// itself, and a stale value only delays the taking of the token by one look.
    in_call: AtomicBool,
}

/// Bound of the number of guest threads that live at the same time.
pub const MAX_VCPUS: usize = 4096;

static FLAGS: [Flags; MAX_VCPUS] = [const {
    Flags {
        back: AtomicBool::new(false),
        in_call: AtomicBool::new(false),
    }
}; MAX_VCPUS];

fn flags(vcpu: u32) -> &'static Flags {
    &FLAGS[vcpu as usize % MAX_VCPUS]
}

#[derive(Debug)]
struct Slot {
    id: ThreadId,
    vcpu: u32,
    host: Option<HostThread>,
    state: State,
    wake: Arc<Condvar>,
    /// The kernel has written memory for it since it last ran.
    kernel_wrote: bool,
    /// Since when every look found it asleep while it held the token.
    asleep_since: Option<Instant>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Live threads, by number.
    slots: Vec<Slot>,
    holder: Option<ThreadId>,
    /// A parked thread is choosing the next holder.
    deciding: bool,
    /// The next choice depends on the clock.
    unsettled: bool,
    /// This thread is creating another.
    cloning: Option<ThreadId>,
    /// An exclusive section is expected of this thread before its next callback.
    watch_closely: Option<ThreadId>,
}

/// The token.
#[derive(Debug, Default)]
pub struct Token(Mutex<Inner>);

type Guard<'a> = MutexGuard<'a, Inner>;

impl Token {
    fn lock(&self) -> Guard<'_> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token of a child of `fork`, held by its only thread.
    pub fn after_fork(id: ThreadId, vcpu: u32) -> Self {
        let mut inner = Inner {
            holder: Some(id),
            ..Inner::default()
        };
        let mut slot = Slot::new(id, vcpu);
        slot.host = Some(HostThread::current());
        slot.state = State::Running;
        inner.slots.push(slot);
        Self(Mutex::new(inner))
    }

    /// A new thread, created by the holder.
    pub fn add(&self, id: ThreadId, vcpu: u32) {
        self.lock().slots.push(Slot::new(id, vcpu));
    }

    /// The thread that was created last could not be started.
    pub fn remove_newest(&self) -> Option<ThreadId> {
        let mut inner = self.lock();
        inner
            .slots
            .pop_if(|slot| slot.state == State::Starting)
            .map(|slot| slot.id)
    }

    /// The holder waits until the newest thread has reached its first callback: its place in the
    /// schedule is then fixed. Called outside of QEMU's execution loop.
    pub fn await_newest(&self) {
        let start = Instant::now();
        loop {
            let inner = self.lock();
            match inner.slots.last() {
                Some(slot) if slot.state == State::Starting && start.elapsed() < SETTLE => {}
                _ => return,
            }
            drop(inner);
            std::thread::sleep(Duration::from_micros(20));
        }
    }

    /// The holder will stop all vCPUs before its next callback.
    pub fn expect_exclusive(&self, id: ThreadId) {
        let mut inner = self.lock();
        inner.watch_closely = Some(id);
        for slot in &inner.slots {
            if slot.state == State::Parked {
                slot.wake.notify_one();
            }
        }
    }

    /// A thread without the token waits for it.
    pub fn acquire(&self, vcpu: u32) {
        let mut inner = self.lock();
        let Some(index) = inner.of_vcpu(vcpu) else {
            drop(inner);
            finish::internal(&format!(
                "a callback came from vCPU {vcpu}, which was never created"
            ));
        };
        let slot = &mut inner.slots[index];
        slot.host.get_or_insert_with(HostThread::current);
        let id = slot.id;
        slot.state = State::Parked;
        if inner.watch_closely == Some(id) {
            inner.watch_closely = None;
        }
        self.wait(inner, id);
    }

    /// The holder lets the strategy choose who goes on, and waits until that is itself.
    pub fn hand_off(&self, id: ThreadId) {
        let mut inner = self.lock();
        if inner.watch_closely == Some(id) {
            inner.watch_closely = None;
        }
        inner.release(id, State::Parked);
        let inner = self.decide(inner);
        self.wait(inner, id);
    }

    /// The holder goes into a system call that may sleep. `writes`: and in which the kernel may
    /// write memory for it.
    pub fn leave(&self, id: ThreadId, writes: bool) {
        let mut inner = self.lock();
        inner.starts_call(id);
        inner.release(
            id,
            State::Away {
                asleep: false,
                writes,
            },
        );
        if let Some(slot) = inner.slot_mut(id) {
            slot.kernel_wrote |= writes;
        }
        inner.something_woke();
        inner.wake_decider();
    }

    /// The holder ends.
    pub fn end(&self, id: ThreadId) {
        let mut inner = self.lock();
        inner.starts_call(id);
        inner.release(id, State::Ending);
        inner.something_woke();
        inner.wake_decider();
    }

    /// The holder goes into a system call and keeps the token. `wakes`: it may wake others.
    pub fn enter_call(&self, id: ThreadId, wakes: bool) {
        let mut inner = self.lock();
        if wakes {
            inner.something_woke();
        }
        inner.starts_call(id);
        if let Some(slot) = inner.slot_mut(id) {
            flags(slot.vcpu).in_call.store(true, Ordering::Relaxed);
            slot.asleep_since = None;
        }
    }

    /// The holder creates a thread: it sleeps until that thread's host thread has started, and
    /// keeps the token however long that takes.
    pub fn enter_clone(&self, id: ThreadId) {
        let mut inner = self.lock();
        inner.starts_call(id);
        inner.cloning = Some(id);
    }

    /// A system call of the calling thread, which runs on this vCPU, is over. Returns its number
    /// if it still holds the token. `interrupted`: by a signal, for which the kernel will write a
    /// frame. Does not wait for the token: QEMU may be about to stop all vCPUs.
    pub fn call_is_over(&self, vcpu: u32, interrupted: bool) -> Option<ThreadId> {
        // Before the lock, on which this thread may sleep; the holder's flag means nothing.
        flags(vcpu).back.store(true, Ordering::SeqCst);
        flags(vcpu).in_call.store(false, Ordering::Relaxed);
        let mut inner = self.lock();
        // By its host thread: the number of its vCPU may be another's if it was about to end.
        let mine = |slot: &&mut Slot| slot.host.as_ref().is_some_and(HostThread::is_current);
        let slot = inner.slots.iter_mut().find(mine)?;
        if slot.state == State::Ending {
            // QEMU puts off the end of a thread that has a signal to handle first.
            slot.state = State::Away {
                asleep: false,
                writes: true,
            };
        }
        slot.kernel_wrote |= interrupted;
        let id = slot.id;
        if inner.cloning == Some(id) {
            inner.cloning = None;
        }
        (inner.holder == Some(id)).then_some(id)
    }

    /// Waits until the token is `id`'s, which is parked.
    fn wait<'a>(&'a self, mut inner: Guard<'a>, id: ThreadId) {
        let Some(slot) = inner.slot_mut(id) else {
            return;
        };
        let wake = Arc::clone(&slot.wake);
        while inner.holder != Some(id) {
            if inner.holder.is_none() && !inner.deciding {
                inner = self.decide(inner);
                continue;
            }
            let period = if inner.watch_closely.is_some() {
                WATCH_CLOSELY
            } else {
                WATCH
            };
            let (guard, timeout) = wake
                .wait_timeout(inner, period)
                .unwrap_or_else(PoisonError::into_inner);
            inner = guard;
            if timeout.timed_out() && inner.first_parked() == Some(id) && inner.holder_sleeps() {
                inner.take_token();
                inner = self.decide(inner);
            }
        }
    }

    /// Chooses the next holder among the parked threads, of which the caller is one.
    fn decide<'a>(&'a self, mut inner: Guard<'a>) -> Guard<'a> {
        inner.deciding = true;
        let start = Instant::now();
        let mut polls = 0;
        let mut settled = inner.settle();
        while !settled && start.elapsed() < SETTLE {
            drop(inner);
            polls += 1;
            if polls < 20 {
                std::thread::yield_now();
            } else {
                std::thread::sleep(Duration::from_micros(20));
            }
            inner = self.lock();
            settled = inner.settle();
        }
        let parked: Vec<ThreadId> = inner
            .slots
            .iter()
            .filter(|slot| slot.state == State::Parked)
            .map(|slot| slot.id)
            .collect();
        let tolerant = inner.slots.iter().any(|slot| match slot.state {
            State::Away { writes, .. } => writes || flags(slot.vcpu).back.load(Ordering::SeqCst),
            State::Ending | State::Starting => true,
            State::Running | State::Parked => false,
        });
        let mut wrote = false;
        for slot in &mut inner.slots {
            if slot.state == State::Parked {
                wrote |= std::mem::take(&mut slot.kernel_wrote);
            }
        }
        // SAFETY: `deciding` is set, nobody holds the token, and the lock is held.
        let engine = unsafe { plugin().engine() };
        if !settled || std::mem::take(&mut inner.unsettled) {
            engine.count_unsettled();
        }
        let next = engine.choose(&parked);
        if engine.switch_to(next, wrote, tolerant) == Next::Unexplained {
            finish::unexplained(engine);
        }
        inner.deciding = false;
        inner.holder = Some(next);
        if let Some(slot) = inner.slot_mut(next) {
            slot.state = State::Running;
            slot.asleep_since = None;
            flags(slot.vcpu).back.store(false, Ordering::SeqCst);
            let (vcpu, wake) = (slot.vcpu, Arc::clone(&slot.wake));
            plugin().holder.store(vcpu, Ordering::Relaxed);
            wake.notify_one();
        }
        inner
    }
}

impl Slot {
    fn new(id: ThreadId, vcpu: u32) -> Self {
        Self {
            id,
            vcpu,
            host: None,
            state: State::Starting,
            wake: Arc::default(),
            kernel_wrote: false,
            asleep_since: None,
        }
    }

    fn doing(&self) -> Doing {
        self.host.as_ref().map_or(Doing::Runs, HostThread::doing)
    }

    fn waits_on_condition(&self) -> Option<bool> {
        self.host.as_ref()?.waits_on_condition()
    }
}

impl Inner {
    /// The live thread of a vCPU. QEMU gives the number of a vCPU that has ended to the next one.
    fn of_vcpu(&self, vcpu: u32) -> Option<usize> {
        self.slots
            .iter()
            .position(|slot| slot.vcpu == vcpu && slot.state != State::Ending)
    }

    fn slot_mut(&mut self, id: ThreadId) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.id == id)
    }

    fn release(&mut self, id: ThreadId, state: State) {
        debug_assert_eq!(self.holder, Some(id));
        self.holder = None;
        plugin().holder.store(NOBODY, Ordering::Relaxed);
        if let Some(slot) = self.slot_mut(id) {
            slot.state = state;
        }
    }

    /// The holder is about to go into a system call.
    fn starts_call(&mut self, id: ThreadId) {
        if let Some(slot) = self.slot_mut(id) {
            flags(slot.vcpu).back.store(false, Ordering::SeqCst);
        }
    }

    /// What was seen asleep may be awake.
    fn something_woke(&mut self) {
        for slot in &mut self.slots {
            if let State::Away { asleep, .. } = &mut slot.state {
                *asleep = false;
            }
        }
    }

    /// Some parked thread is to make the choice.
    fn wake_decider(&self) {
        if let Some(slot) = self.slots.iter().find(|slot| slot.state == State::Parked) {
            slot.wake.notify_one();
        }
    }

    /// The parked thread that watches the holder for all.
    fn first_parked(&self) -> Option<ThreadId> {
        let parked = |slot: &&Slot| slot.state == State::Parked;
        self.slots.iter().find(parked).map(|slot| slot.id)
    }

    /// Whether every thread is parked or asleep. Threads that are gone are removed.
    fn settle(&mut self) -> bool {
        let mut settled = true;
        let mut gone = Vec::new();
        for slot in &mut self.slots {
            match slot.state {
                State::Parked | State::Running => {}
                State::Starting => settled = false,
                State::Ending => {
                    if slot.doing() == Doing::Gone {
                        gone.push(slot.id);
                    } else {
                        settled = false;
                    }
                }
                State::Away { asleep, writes } => {
                    // The state is read before the flag: a thread that the kernel has woken runs,
                    // and raises the flag before it can sleep again (on this lock, say).
                    let back = flags(slot.vcpu).back.load(Ordering::SeqCst);
                    if asleep && !back {
                        continue;
                    }
                    let doing = slot.doing();
                    let back = flags(slot.vcpu).back.load(Ordering::SeqCst);
                    match (doing, back) {
                        (Doing::Sleeps, false) => {
                            slot.state = State::Away {
                                asleep: true,
                                writes,
                            };
                        }
                        // Held up by an exclusive section, which may be waiting for this choice.
                        (Doing::Sleeps, true) if slot.waits_on_condition() == Some(true) => {}
                        _ => settled = false,
                    }
                }
            }
        }
        if !gone.is_empty() {
            self.slots.retain(|slot| !gone.contains(&slot.id));
            // SAFETY: `deciding` is set, nobody holds the token, and the lock is held.
            let engine = unsafe { plugin().engine() };
            for id in gone {
                engine.thread_ended(id);
            }
            // Its end may have woken a thread that waits for it.
            self.something_woke();
            return false;
        }
        settled
    }

    /// Whether the holder sleeps outside of our callbacks, for long enough to be sure.
    fn holder_sleeps(&mut self) -> bool {
        if self.deciding || self.cloning.is_some() {
            return false;
        }
        let closely = self.watch_closely.is_some();
        let Some(slot) = self.holder.and_then(|holder| self.slot_mut(holder)) else {
            return false;
        };
        let in_call = flags(slot.vcpu).in_call.load(Ordering::Relaxed);
        if slot.doing() != Doing::Sleeps {
            slot.asleep_since = None;
            return false;
        }
        let bound = match slot.waits_on_condition() {
            Some(true) if closely => return true,
            Some(true) => EXCLUSIVE,
            _ if in_call => SLOW_CALL,
            None => UNKNOWN,
            Some(false) => {
                slot.asleep_since = None;
                return false;
            }
        };
        slot.asleep_since.get_or_insert_with(Instant::now).elapsed() >= bound
    }

    /// Takes the token from a holder that sleeps.
    fn take_token(&mut self) {
        let Some(holder) = self.holder else { return };
        if self.watch_closely != Some(holder) {
            // When that happens is up to the clock.
            self.unsettled = true;
        }
        self.release(
            holder,
            State::Away {
                asleep: false,
                writes: true,
            },
        );
        if let Some(slot) = self.slot_mut(holder) {
            slot.kernel_wrote = true;
            // Outside of a system call it is on its way to its next callback. (Only ever raised
            // here: the call may be over at this moment, and have said so.)
            if !flags(slot.vcpu).in_call.load(Ordering::Relaxed) {
                flags(slot.vcpu).back.store(true, Ordering::SeqCst);
            }
        }
    }
}
