//! Where each guest thread is, and what the host's kernel says of it.

use crate::fast::{self, NOBODY};
use crate::host_thread::{Doing, HostThread};
use crate::plugin::plugin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
use weakmem::ThreadId;

/// For how long every look must find the holder asleep, if it waits for an exclusive section.
const EXCLUSIVE: Duration = Duration::from_millis(30);
/// The same, if it is in a system call that was expected to be short.
const SLOW_CALL: Duration = Duration::from_millis(100);
/// The same, if the kernel does not say what it waits for.
const UNKNOWN: Duration = Duration::from_secs(1);
/// Where a guest thread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
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
pub(super) struct Flags {
    /// It has come back from the system call for which it gave up the token.
    ///
    /// SeqCst throughout: its partner is the kernel's account of what the thread is doing, which
    /// is no atomic of ours; the strongest order costs nothing here.
    pub(super) back: AtomicBool,
    /// It is in a system call with the token. Relaxed throughout: it is written by the thread
    /// itself, and a stale value only delays the taking of the token by one look.
    pub(super) in_call: AtomicBool,
}

/// Bound of the number of guest threads that live at the same time.
pub const MAX_VCPUS: usize = 4096;

static FLAGS: [Flags; MAX_VCPUS] = [const {
    Flags {
        back: AtomicBool::new(false),
        in_call: AtomicBool::new(false),
    }
}; MAX_VCPUS];

pub(super) fn flags(vcpu: u32) -> &'static Flags {
    &FLAGS[vcpu as usize % MAX_VCPUS]
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) id: ThreadId,
    pub(super) vcpu: u32,
    pub(super) host: Option<HostThread>,
    pub(super) state: State,
    /// Its host thread, to wake it. None: it has not come to its first callback.
    pub(super) thread: Option<Thread>,
    /// The kernel has written memory for it since it last ran.
    pub(super) kernel_wrote: bool,
    /// Since when every look found it asleep while it held the token.
    pub(super) asleep_since: Option<Instant>,
}

#[derive(Debug, Default)]
pub(super) struct Inner {
    /// Live threads, by number.
    pub(super) slots: Vec<Slot>,
    /// A vCPU whose thread has no number yet: its parent gives it one. There is one at most: who
    /// creates a thread keeps the token meanwhile.
    pub(super) newborn: Option<u32>,
    pub(super) holder: Option<ThreadId>,
    /// The holder that was chosen and is still to be woken, by the thread that has chosen it.
    pub(super) chosen: Option<Thread>,
    /// A parked thread is choosing the next holder.
    pub(super) deciding: bool,
    /// The next choice depends on the clock.
    pub(super) unsettled: bool,
    /// This thread is creating another.
    pub(super) cloning: Option<ThreadId>,
    /// An exclusive section is expected of this thread before its next callback.
    pub(super) watch_closely: Option<ThreadId>,
}

impl Slot {
    pub(super) fn new(id: ThreadId, vcpu: u32) -> Self {
        Self {
            id,
            vcpu,
            host: None,
            state: State::Starting,
            thread: None,
            kernel_wrote: false,
            asleep_since: None,
        }
    }

    /// It has come to its first callback: it is on the calling thread.
    pub(super) fn arrives(&mut self) {
        self.host.get_or_insert_with(HostThread::current);
        self.thread.get_or_insert_with(thread::current);
    }

    /// Wakes it, if it sleeps in `Token::wait`, or is about to.
    pub(super) fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }

    pub(super) fn doing(&self) -> Doing {
        self.host.as_ref().map_or(Doing::Runs, HostThread::doing)
    }

    pub(super) fn waits_on_condition(&self) -> Option<bool> {
        self.host.as_ref()?.waits_on_condition()
    }
}

impl Inner {
    /// The live thread of a vCPU. QEMU gives the number of a vCPU that has ended to the next one.
    pub(super) fn of_vcpu(&self, vcpu: u32) -> Option<usize> {
        self.slots
            .iter()
            .position(|slot| slot.vcpu == vcpu && slot.state != State::Ending)
    }

    pub(super) fn slot_mut(&mut self, id: ThreadId) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.id == id)
    }

    pub(super) fn release(&mut self, id: ThreadId, state: State) {
        debug_assert_eq!(self.holder, Some(id));
        self.holder = None;
        fast::set_holder(NOBODY);
        if let Some(slot) = self.slot_mut(id) {
            slot.state = state;
        }
    }

    /// The holder is about to go into a system call.
    pub(super) fn starts_call(&mut self, id: ThreadId) {
        if let Some(slot) = self.slot_mut(id) {
            flags(slot.vcpu).back.store(false, Ordering::SeqCst);
        }
    }

    /// What was seen asleep may be awake.
    pub(super) fn something_woke(&mut self) {
        for slot in &mut self.slots {
            if let State::Away { asleep, .. } = &mut slot.state {
                *asleep = false;
            }
        }
    }

    /// Some parked thread is to make the choice.
    pub(super) fn wake_decider(&self) {
        if let Some(slot) = self.slots.iter().find(|slot| slot.state == State::Parked) {
            slot.wake();
        }
    }

    /// The parked thread that watches the holder for all.
    pub(super) fn first_parked(&self) -> Option<ThreadId> {
        let parked = |slot: &&Slot| slot.state == State::Parked;
        self.slots.iter().find(parked).map(|slot| slot.id)
    }

    /// Whether every thread is parked or asleep. Threads that are gone are removed.
    pub(super) fn settle(&mut self) -> bool {
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
    pub(super) fn holder_sleeps(&mut self) -> bool {
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
    pub(super) fn take_token(&mut self) {
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
