//! Where each guest thread is, and what the host's kernel says of it.

use super::flags::Flags;
use super::holder::Holder;
use super::host::{Doing, Host};
use super::sync::{self, Instant, Thread};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;
use weakmem::ThreadId;

/// For how long every look must find the holder asleep, if it waits for an exclusive section.
const EXCLUSIVE: Duration = Duration::from_millis(30);
/// The same, if it is in a system call that was expected to be short.
const SLOW_CALL: Duration = Duration::from_millis(100);
/// The same, if the kernel does not say what it waits for.
const UNKNOWN: Duration = Duration::from_secs(1);

/// Where a guest thread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
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

/// A guest thread.
#[derive(Debug)]
pub struct Slot<H> {
    /// Its number.
    pub id: ThreadId,
    /// The vCPU that runs it.
    pub vcpu: u32,
    /// What the kernel says of its host thread. None: it has not come to its first callback.
    pub host: Option<H>,
    /// Where it is.
    pub state: State,
    /// Its host thread, to wake it. None: it has not come to its first callback.
    pub thread: Option<Thread>,
    /// The kernel has written memory for it since it last ran.
    pub kernel_wrote: bool,
    /// Since when every look found it asleep while it held the token.
    pub asleep_since: Option<Instant>,
}

/// What [`Slots::settle`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Settled {
    /// Every thread is parked or asleep.
    Yes,
    /// Some thread is neither.
    No,
    /// The host threads of these are gone. Their slots are removed.
    Gone(Vec<ThreadId>),
}

/// All guest threads that live.
#[derive(Debug)]
pub struct Slots<H> {
    /// In order of creation, and so of their numbers.
    pub slots: Vec<Slot<H>>,
    /// A vCPU whose thread has no number yet: its parent gives it one. There is one at most: who
    /// creates a thread keeps the token meanwhile.
    pub newborn: Option<u32>,
    /// The thread that holds the token.
    pub holder: Option<ThreadId>,
    /// The holder that was chosen and is still to be woken, by the thread that has chosen it.
    pub chosen: Option<Thread>,
    /// A parked thread is choosing the next holder.
    pub deciding: bool,
    /// The next choice depends on the clock.
    pub unsettled: bool,
    /// This thread is creating another.
    pub cloning: Option<ThreadId>,
    /// An exclusive section is expected of this thread before its next callback.
    pub expects_exclusive: Option<ThreadId>,
    /// The holder's vCPU, for those who have no lock.
    holder_vcpu: &'static Holder,
    flags: Arc<Flags>,
}

impl<H: Host> Slot<H> {
    /// A thread that was created.
    pub fn new(id: ThreadId, vcpu: u32) -> Self {
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
    pub fn arrives(&mut self) {
        self.host.get_or_insert_with(H::current);
        self.thread.get_or_insert_with(sync::current);
    }

    /// Wakes it, if it sleeps in `Token::wait`, or is about to.
    pub fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }

    fn doing(&self) -> Doing {
        self.host.as_ref().map_or(Doing::Runs, H::doing)
    }

    fn waits_on_condition(&self) -> Option<bool> {
        self.host.as_ref()?.waits_on_condition()
    }
}

impl<H: Host> Slots<H> {
    /// No thread.
    pub fn new(holder_vcpu: &'static Holder, flags: Arc<Flags>) -> Self {
        Self {
            slots: Vec::new(),
            newborn: None,
            holder: None,
            chosen: None,
            deciding: false,
            unsettled: false,
            cloning: None,
            expects_exclusive: None,
            holder_vcpu,
            flags,
        }
    }

    /// Thread `id`, which is the calling one and runs on `vcpu`, is the only one and the holder.
    pub fn only(&mut self, id: ThreadId, vcpu: u32) {
        let mut slot = Slot::new(id, vcpu);
        slot.arrives();
        slot.state = State::Running;
        *self = Self::new(self.holder_vcpu, Arc::clone(&self.flags));
        self.slots.push(slot);
        self.holder = Some(id);
        self.holder_vcpu.set(vcpu);
    }

    /// The live thread of a vCPU. QEMU gives the number of a vCPU that has ended to the next one.
    pub fn of_vcpu(&mut self, vcpu: u32) -> Option<&mut Slot<H>> {
        self.slots
            .iter_mut()
            .find(|slot| slot.vcpu == vcpu && slot.state != State::Ending)
    }

    /// The thread of this number.
    pub fn slot_mut(&mut self, id: ThreadId) -> Option<&mut Slot<H>> {
        self.slots.iter_mut().find(|slot| slot.id == id)
    }

    /// The number of the calling host thread, if it is a guest's. (That of its vCPU may be
    /// another's, if it was about to end.)
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

    /// The holder gives the token up, or loses it, and is in this state from here on.
    pub fn release(&mut self, state: State) {
        self.holder_vcpu.clear();
        if let Some(holder) = self.holder.take()
            && let Some(slot) = self.slot_mut(holder)
        {
            slot.state = state;
        }
    }

    /// Thread `next`, which is parked, gets the token.
    pub fn give(&mut self, next: ThreadId) {
        self.holder = Some(next);
        let (holder_vcpu, flags) = (self.holder_vcpu, Arc::clone(&self.flags));
        if let Some(slot) = self.slot_mut(next) {
            slot.state = State::Running;
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

    /// The holder is about to go into a system call.
    pub fn starts_call(&mut self) {
        if let Some(slot) = self.holder_mut() {
            let vcpu = slot.vcpu;
            self.flags.of(vcpu).set_back(false);
        }
    }

    /// The slot of the holder.
    pub fn holder_mut(&mut self) -> Option<&mut Slot<H>> {
        self.slot_mut(self.holder?)
    }

    /// What was seen asleep may be awake.
    pub fn something_woke(&mut self) {
        for slot in &mut self.slots {
            if let State::Away { asleep, .. } = &mut slot.state {
                *asleep = false;
            }
        }
    }

    /// Some parked thread is to make the choice.
    pub fn wake_decider(&self) {
        if let Some(slot) = self.parked().next() {
            slot.wake();
        }
    }

    /// The threads that wait for the token. The first one watches the holder for all.
    pub fn parked(&self) -> impl Iterator<Item = &Slot<H>> {
        let parked = |slot: &&Slot<H>| slot.state == State::Parked;
        self.slots.iter().filter(parked)
    }

    /// Whether every thread is parked or asleep. Threads that are gone are removed.
    pub fn settle(&mut self) -> Settled {
        let mut settled = Settled::Yes;
        let mut gone = Vec::new();
        for slot in &mut self.slots {
            match slot.state {
                State::Parked | State::Running => {}
                State::Starting => settled = Settled::No,
                State::Ending if slot.doing() == Doing::Gone => gone.push(slot.id),
                State::Ending => settled = Settled::No,
                State::Away { asleep, writes } => {
                    // The state is read before the flag: a thread that the kernel has woken runs,
                    // and raises the flag before it can sleep again (on this lock, say).
                    let flags = self.flags.of(slot.vcpu);
                    if asleep && !flags.back() {
                        continue;
                    }
                    let doing = slot.doing();
                    match (doing, flags.back()) {
                        (Doing::Sleeps, false) => {
                            slot.state = State::Away {
                                asleep: true,
                                writes,
                            };
                        }
                        // Held up by an exclusive section, which may be waiting for this choice.
                        (Doing::Sleeps, true) if slot.waits_on_condition() == Some(true) => {}
                        _ => settled = Settled::No,
                    }
                }
            }
        }
        if gone.is_empty() {
            return settled;
        }
        self.slots.retain(|slot| !gone.contains(&slot.id));
        // Its end may have woken a thread that waits for it.
        self.something_woke();
        Settled::Gone(gone)
    }

    /// Whether the kernel may write memory for some thread at this moment.
    pub fn kernel_may_write(&self) -> bool {
        self.slots.iter().any(|slot| match slot.state {
            State::Away { writes, .. } => writes || self.flags.of(slot.vcpu).back(),
            State::Ending | State::Starting => true,
            State::Running | State::Parked => false,
        })
    }

    /// Whether the kernel has written memory for a parked thread. Says so once.
    pub fn kernel_wrote(&mut self) -> bool {
        let mut wrote = false;
        for slot in &mut self.slots {
            if slot.state == State::Parked {
                wrote |= std::mem::take(&mut slot.kernel_wrote);
            }
        }
        wrote
    }

    /// Whether the holder sleeps, for long enough to be sure that it goes on sleeping.
    pub fn holder_sleeps(&mut self) -> bool {
        if self.deciding || self.cloning.is_some() {
            return false;
        }
        let (closely, flags) = (self.expects_exclusive.is_some(), Arc::clone(&self.flags));
        let Some(slot) = self.holder_mut() else {
            return false;
        };
        if slot.doing() != Doing::Sleeps {
            slot.asleep_since = None;
            return false;
        }
        let bound = match slot.waits_on_condition() {
            Some(true) if closely => return true,
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

    /// Takes the token from the holder, if it sleeps even after it could have known, and not in a
    /// callback. (It may have woken up since [`Slots::holder_sleeps`].) See [`Holder`].
    pub fn take_from_sleeper(&mut self, in_callback: impl FnOnce() -> bool) {
        let (holder_vcpu, flags) = (self.holder_vcpu, Arc::clone(&self.flags));
        let closely = self.expects_exclusive == self.holder;
        let Some(slot) = self.holder_mut() else {
            return;
        };
        let vcpu = slot.vcpu;
        holder_vcpu.clear();
        // SeqCst, twice: this thread's part of the barrier that `Host::doing` is; the holder's part
        // is the kernel's.
        sync::fence(SeqCst);
        let sleeps = slot.doing() == Doing::Sleeps;
        sync::fence(SeqCst);
        if !sleeps || in_callback() {
            slot.asleep_since = None;
            holder_vcpu.set(vcpu);
            return;
        }
        slot.kernel_wrote = true;
        // Outside of a system call it is on its way to its next callback. (Only ever raised
        // here: the call may be over at this moment, and have said so.)
        if !flags.of(vcpu).in_call() {
            flags.of(vcpu).set_back(true);
        }
        // When that happens is up to the clock.
        self.unsettled |= !closely;
        self.release(State::Away {
            asleep: false,
            writes: true,
        });
    }
}
