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

mod slots;

use crate::affinity;
use crate::engine::Next;
use crate::fast;
use crate::finish;
use crate::host_thread::HostThread;
use crate::plugin::plugin;
pub use slots::MAX_VCPUS;
use slots::{Inner, Slot, State, flags};
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use weakmem::ThreadId;

/// How often a parked thread looks at the holder.
const WATCH: Duration = Duration::from_millis(10);
/// The same, while an exclusive section is expected.
const WATCH_CLOSELY: Duration = Duration::from_micros(100);
/// Bound of the wait for other threads to settle. It is met only if a host thread gets no
/// processor for so long; the choice is then made without it.
const SETTLE: Duration = Duration::from_secs(10);

/// Bound of the wait for a new thread's vCPU, without which the run cannot go on.
const BIRTH: Duration = Duration::from_secs(60);

/// The token.
#[derive(Debug, Default)]
pub struct Token {
    inner: Mutex<Inner>,
    /// A vCPU was announced, or adopted.
    birth: Condvar,
}

type Guard<'a> = MutexGuard<'a, Inner>;

impl Token {
    fn lock(&self) -> Guard<'_> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token of a child of `fork`, held by its only thread.
    pub fn after_fork(id: ThreadId, vcpu: u32) -> Self {
        let mut inner = Inner {
            holder: Some(id),
            ..Inner::default()
        };
        let mut slot = Slot::new(id, vcpu);
        slot.arrives();
        slot.state = State::Running;
        inner.slots.push(slot);
        Self {
            inner: Mutex::new(inner),
            birth: Condvar::new(),
        }
    }

    /// There is a new vCPU. Called by the thread that creates it or by its own, at whatever time:
    /// its thread has a place in the schedule only when its parent adopts it. Returns whether it
    /// has no parent.
    pub fn announce(&self, vcpu: u32) -> bool {
        let mut inner = self.lock();
        let known = inner.newborn == Some(vcpu) || inner.of_vcpu(vcpu).is_some();
        if !known {
            inner.newborn = Some(vcpu);
            self.birth.notify_all();
        }
        inner.slots.is_empty()
    }

    /// The holder, which has created a thread, waits until its vCPU is announced. Returns false
    /// if it does not come within the bound.
    pub fn await_birth(&self) -> bool {
        let (inner, _) = self
            .birth
            .wait_timeout_while(self.lock(), BIRTH, |inner| inner.newborn.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        inner.newborn.is_some()
    }

    /// The vCPU that was announced is that of thread `id`.
    pub fn adopt(&self, id: ThreadId) {
        let mut inner = self.lock();
        if let Some(vcpu) = inner.newborn.take() {
            inner.slots.push(Slot::new(id, vcpu));
        }
        self.birth.notify_all();
    }

    /// The thread of the vCPU that may have been announced could not be started.
    pub fn stillborn(&self) {
        self.lock().newborn = None;
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
            thread::sleep(Duration::from_micros(20));
        }
    }

    /// The holder will stop all vCPUs before its next callback.
    pub fn expect_exclusive(&self, id: ThreadId) {
        let mut inner = self.lock();
        inner.watch_closely = Some(id);
        for slot in &inner.slots {
            if slot.state == State::Parked {
                slot.wake();
            }
        }
    }

    /// A thread without the token waits for it.
    pub fn acquire(&self, vcpu: u32) {
        let mut inner = self.lock();
        let index = loop {
            match inner.of_vcpu(vcpu) {
                Some(index) => break index,
                // Its parent is about to adopt it; until then nobody chooses it.
                None if inner.newborn == Some(vcpu) => {
                    inner = self
                        .birth
                        .wait(inner)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                None => {
                    drop(inner);
                    finish::internal(&format!(
                        "a callback came from vCPU {vcpu}, which was never created"
                    ));
                }
            }
        };
        let slot = &mut inner.slots[index];
        slot.arrives();
        let id = slot.id;
        slot.state = State::Parked;
        if inner.watch_closely == Some(id) {
            inner.watch_closely = None;
        }
        self.wait(inner, id, vcpu);
    }

    /// The holder lets the strategy choose who goes on, and waits until that is itself.
    pub fn hand_off(&self, id: ThreadId, vcpu: u32) {
        let mut inner = self.lock();
        if inner.watch_closely == Some(id) {
            inner.watch_closely = None;
        }
        inner.release(id, State::Parked);
        let inner = self.decide(inner);
        self.wait(inner, id, vcpu);
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

    /// Waits until the token is `id`'s, which is parked, and runs on this vCPU.
    ///
    /// Who has chosen wakes the chosen one here, when the lock is free, which then does not need
    /// it: that it is the holder says all.
    fn wait<'a>(&'a self, mut inner: Guard<'a>, id: ThreadId, vcpu: u32) {
        loop {
            while inner.holder.is_none() && !inner.deciding {
                inner = self.decide(inner);
            }
            let chosen = inner.chosen.take();
            if inner.holder == Some(id) || inner.slot_mut(id).is_none() {
                drop(inner);
                affinity::come();
                return;
            }
            let period = if inner.watch_closely.is_some() {
                WATCH_CLOSELY
            } else {
                WATCH
            };
            drop(inner);
            if let Some(chosen) = chosen {
                chosen.unpark();
            }
            let start = Instant::now();
            thread::park_timeout(period);
            if fast::is_given_to(vcpu) {
                affinity::come();
                return;
            }
            inner = self.lock();
            if start.elapsed() >= period
                && inner.first_parked() == Some(id)
                && inner.holder_sleeps()
            {
                inner.take_token();
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
                thread::yield_now();
            } else {
                thread::sleep(Duration::from_micros(20));
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
            fast::set_holder(slot.vcpu);
            if let Some(host) = &slot.host
                && !host.is_current()
            {
                affinity::hand_over(host.tid());
            }
            inner.chosen = slot.thread.clone();
        }
        inner
    }
}
