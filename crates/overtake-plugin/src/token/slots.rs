//! The states of all guest threads.

use super::flags::Flags;
use super::holder::Holder;
use super::host::{Doing, Host};
use super::slot::{Slot, State, Wakes, Wrote};
use super::sync::{self, Instant, Thread};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;
use weakmem::ThreadId;

/// The time for which every check must find the holder asleep before the token is taken from it, if
/// it waits for an exclusive section.
const EXCLUSIVE: Duration = Duration::from_millis(30);
/// The same time, if the holder is in a system call that was expected to be short.
const SLOW_CALL: Duration = Duration::from_millis(100);
/// The same time, if the kernel does not tell what the holder waits for.
const UNKNOWN: Duration = Duration::from_secs(1);

/// The interval at which a parked thread checks the holder.
pub const WATCH_INTERVAL: Duration = Duration::from_millis(10);
/// The same interval while an exclusive section is expected.
const WATCH_EXCLUSIVE: Duration = Duration::from_micros(100);
/// For so many more parked threads before it, a thread waits an interval longer.
const WATCHERS: u32 = 4;

/// The result of [`Slots::settle`].
#[derive(Debug, PartialEq, Eq)]
pub enum Settled {
    /// Every thread is parked or asleep.
    Yes,
    /// Some thread is neither parked nor asleep.
    No,
    /// The host threads of these guest threads are gone, and their slots are removed.
    Gone(Vec<ThreadId>),
}

/// All living guest threads.
#[derive(Debug)]
pub struct Slots<H> {
    /// The slots in order of creation, and so of thread numbers.
    pub slots: Vec<Slot<H>>,
    /// An announced vCPU whose thread has no number yet, because its parent has not adopted it.
    /// There is at most one, since the parent keeps the token until then.
    pub announced: Option<u32>,
    /// The thread that holds the token.
    pub holder: Option<ThreadId>,
    /// The chosen holder, which the thread that made the choice has yet to wake.
    pub chosen: Option<Thread>,
    /// Whether a parked thread is choosing the next holder.
    pub deciding: bool,
    /// The host thread that lets time pass while all threads sleep.
    pub timekeeper: Option<Thread>,
    /// Whether the next choice depends on the clock.
    pub unsettled: bool,
    /// The thread that is creating another one.
    pub cloning: Option<ThreadId>,
    /// The thread that will enter an exclusive section before its next callback.
    pub expects_exclusive: Option<ThreadId>,
    /// The holder's vCPU, for threads that do not lock.
    holder_vcpu: &'static Holder,
    flags: Arc<Flags>,
}

impl<H: Host> Slots<H> {
    /// Creates the state without a thread.
    pub fn new(holder_vcpu: &'static Holder, flags: Arc<Flags>) -> Self {
        Self {
            slots: Vec::new(),
            announced: None,
            holder: None,
            chosen: None,
            deciding: false,
            timekeeper: None,
            unsettled: false,
            cloning: None,
            expects_exclusive: None,
            holder_vcpu,
            flags,
        }
    }

    /// Makes thread `id`, which is the calling one and runs on `vcpu`, the only one and the holder.
    pub fn only(&mut self, id: ThreadId, vcpu: u32) {
        let mut slot = Slot::new(id, vcpu);
        slot.arrives();
        slot.state = State::Running;
        *self = Self::new(self.holder_vcpu, Arc::clone(&self.flags));
        self.slots.push(slot);
        self.holder = Some(id);
        self.holder_vcpu.set(vcpu);
    }

    /// Returns the living thread of a vCPU. QEMU reuses the number of a vCPU whose thread has
    /// ended.
    pub fn of_vcpu(&mut self, vcpu: u32) -> Option<&mut Slot<H>> {
        self.slots
            .iter_mut()
            .find(|slot| slot.vcpu == vcpu && slot.state != State::Ending)
    }

    /// Returns the thread of this number.
    pub fn slot_mut(&mut self, id: ThreadId) -> Option<&mut Slot<H>> {
        self.slots.iter_mut().find(|slot| slot.id == id)
    }

    /// Returns the slot of the calling host thread, if it is a guest's. The vCPU does not identify
    /// it: if the thread was about to end, another one may have the number now.
    pub fn calling(&mut self) -> Option<&mut Slot<H>> {
        let mine = |slot: &&mut Slot<H>| slot.host.as_ref().is_some_and(H::is_current);
        self.slots.iter_mut().find(mine)
    }

    /// Whether the thread that holds the token runs on this vCPU.
    pub fn is_holder(&mut self, vcpu: u32) -> bool {
        let holder = self.holder;
        self.of_vcpu(vcpu)
            .is_some_and(|slot| Some(slot.id) == holder)
    }

    /// Takes the token from the holder, and sets its new state.
    pub fn release(&mut self, state: State) {
        self.holder_vcpu.clear();
        if let Some(holder) = self.holder.take()
            && let Some(slot) = self.slot_mut(holder)
        {
            slot.state = state;
        }
    }

    /// Gives the token to thread `next`, which is parked.
    pub fn give(&mut self, next: ThreadId) {
        self.holder = Some(next);
        let (holder_vcpu, flags) = (self.holder_vcpu, Arc::clone(&self.flags));
        if let Some(slot) = self.slot_mut(next) {
            slot.state = State::Running;
            slot.futex = None;
            slot.asleep_since = None;
            flags.of(slot.vcpu).set_back(false);
            holder_vcpu.set(slot.vcpu);
            if let Some(host) = &slot.host
                && !host.is_current()
            {
                host.on_granted();
            }
            self.chosen = self.slot_mut(next).and_then(|slot| slot.thread.clone());
        }
    }

    /// Notes that the holder is about to enter a system call.
    pub fn starts_call(&mut self) {
        if let Some(slot) = self.holder_mut() {
            let vcpu = slot.vcpu;
            self.flags.of(vcpu).set_back(false);
        }
    }

    /// Returns the slot of the holder.
    pub fn holder_mut(&mut self) -> Option<&mut Slot<H>> {
        self.slot_mut(self.holder?)
    }

    /// Notes that these of the threads that were seen asleep may be awake.
    pub fn something_woke(&mut self, wakes: Wakes) {
        for slot in &mut self.slots {
            slot.something_woke(wakes);
        }
    }

    /// Wakes a parked thread to choose the next holder.
    pub fn wake_decider(&self) {
        if let Some(slot) = self.parked().next() {
            slot.wake();
        }
    }

    /// Returns the parked threads. The first one watches the holder for all of them.
    pub fn parked(&self) -> impl Iterator<Item = &Slot<H>> {
        let parked = |slot: &&Slot<H>| slot.state == State::Parked;
        self.slots.iter().filter(parked)
    }

    /// Returns the time after which parked thread `id` looks whether it is to watch the holder.
    ///
    /// Only the first parked thread watches. The others look too, in case those before them have
    /// left, but less often: a thousand threads that look every 10 ms keep a processor busy.
    pub fn watch_interval(&self, id: ThreadId) -> Duration {
        let interval = if self.expects_exclusive.is_some() {
            WATCH_EXCLUSIVE
        } else {
            WATCH_INTERVAL
        };
        let before = self.parked().take_while(|slot| slot.id != id).count();
        interval * (1 + before as u32 / WATCHERS)
    }

    /// Checks whether every thread is parked or asleep, and removes threads that are gone.
    pub fn settle(&mut self) -> Settled {
        let mut settled = Settled::Yes;
        let mut gone = Vec::new();
        for (index, doing) in self.unsettled_hosts() {
            let slot = &mut self.slots[index];
            match slot.state {
                State::Parked | State::Running => {}
                State::Starting => settled = Settled::No,
                State::Ending if doing == Doing::Gone => gone.push(slot.id),
                State::Ending => settled = Settled::No,
                // The host state is loaded before the flag. A thread that the kernel has woken runs,
                // and raises the flag before it can sleep again (on this lock, for example).
                State::Away { writes, .. } => match (doing, self.flags.of(slot.vcpu).back()) {
                    (Doing::Sleeps, false) => {
                        slot.state = State::Away {
                            asleep: true,
                            writes,
                        };
                    }
                    // It waits for an exclusive section, which may in turn wait for this choice.
                    (Doing::Sleeps, true) if slot.seems_to_wait_on_condition() => {}
                    _ => settled = Settled::No,
                },
            }
        }
        if self.calls_may_have_woken() {
            settled = Settled::No;
        }
        if gone.is_empty() {
            return settled;
        }
        self.slots.retain(|slot| !gone.contains(&slot.id));
        // The end of a thread may have woken a thread that waits for it.
        self.something_woke(Wakes::OthersThanWaiters);
        Settled::Gone(gone)
    }

    /// Returns the indices of the threads that are neither parked nor known to be asleep, with what
    /// the kernel says of them.
    fn unsettled_hosts(&self) -> Vec<(usize, Doing)> {
        let is_open = |slot: &Slot<H>| match slot.state {
            State::Parked | State::Running => false,
            State::Starting | State::Ending => true,
            State::Away { asleep, .. } => !asleep || self.flags.of(slot.vcpu).back(),
        };
        let open: Vec<usize> = (0..self.slots.len())
            .filter(|index| is_open(&self.slots[*index]))
            .collect();
        let hosts: Vec<Option<&H>> = open
            .iter()
            .map(|it| self.slots[*it].host.as_ref())
            .collect();
        let mut known =
            H::doing_of(&hosts.iter().flatten().copied().collect::<Vec<_>>()).into_iter();
        let doing = hosts.iter().map(|host| match host {
            Some(_) => known.next().unwrap_or(Doing::Runs),
            None => Doing::Runs,
        });
        open.iter().copied().zip(doing).collect()
    }

    /// Whether the kernel may be writing memory for some thread now.
    pub fn kernel_may_write(&self) -> bool {
        self.slots.iter().any(|slot| match slot.state {
            State::Away { writes, .. } => writes || self.flags.of(slot.vcpu).back(),
            State::Ending | State::Starting => true,
            State::Running | State::Parked => false,
        })
    }

    /// The parked threads for which the kernel has written memory since the last call.
    pub fn kernel_wrote(&mut self) -> Vec<(ThreadId, Wrote)> {
        let parked = self.slots.iter_mut();
        parked
            .filter(|slot| slot.state == State::Parked && slot.kernel_wrote != Wrote::Nothing)
            .map(|slot| {
                let wrote = std::mem::replace(&mut slot.kernel_wrote, Wrote::Nothing);
                (slot.id, wrote)
            })
            .collect()
    }

    /// Whether the holder has slept long enough to conclude that it will not wake by itself.
    pub fn holder_sleeps(&mut self) -> bool {
        if self.deciding || self.cloning.is_some() {
            return false;
        }
        let (closely, flags) = (self.expects_exclusive.is_some(), Arc::clone(&self.flags));
        let expected = self.expects_exclusive == self.holder;
        let Some(slot) = self.holder_mut() else {
            return false;
        };
        if slot.doing() != Doing::Sleeps {
            slot.asleep_since = None;
            return false;
        }
        let bound = match slot.waits_on_condition() {
            Some(true) if closely => return true,
            // It runs no guest code before it has stopped all vCPUs, so it need not be certain that
            // it sleeps. What it then loads is ordered after what is stored here by the lock of the
            // exclusive section, which it enters after the calling thread has left its own code.
            None if expected => return true,
            Some(true) => EXCLUSIVE,
            _ if flags.of(slot.vcpu).in_call() => SLOW_CALL,
            None => UNKNOWN,
            Some(false) => {
                slot.asleep_since = None;
                return false;
            }
        };
        slot.asleep_since.get_or_insert_with(Instant::now).elapsed() >= bound
    }

    /// Takes the token from the holder if it still sleeps, and not in a callback. It may have woken
    /// since [`Slots::holder_sleeps`]. For the memory order, see [`Holder`].
    pub fn take_from_sleeper(&mut self, in_callback: impl FnOnce() -> bool) {
        let (holder_vcpu, flags) = (self.holder_vcpu, Arc::clone(&self.flags));
        let closely = self.expects_exclusive == self.holder;
        let Some(slot) = self.holder_mut() else {
            return;
        };
        let vcpu = slot.vcpu;
        holder_vcpu.clear();
        // SeqCst, twice: pairs with the kernel's barriers in the holder's sleep and wake-up.
        // Together they are the full barrier of both threads that `Host::doing` describes.
        sync::fence(SeqCst);
        let sleeps = slot.doing() == Doing::Sleeps;
        sync::fence(SeqCst);
        if !sleeps || in_callback() {
            slot.asleep_since = None;
            holder_vcpu.set(vcpu);
            return;
        }
        slot.kernel_wrote = Wrote::Anything;
        // Outside of a system call, the thread is on its way to its next callback. The flag is only
        // raised here, because a call may end at this moment and raise it too.
        if !flags.of(vcpu).in_call() {
            flags.of(vcpu).set_back(true);
        }
        // The clock decides when this happens.
        self.unsettled |= !closely;
        self.release(State::Away {
            asleep: false,
            writes: true,
        });
    }
}
