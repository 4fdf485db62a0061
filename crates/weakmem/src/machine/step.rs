//! The order of a step's calls to the machine, for whoever drives it.
//!
//! An instruction has five phases; its own access lies between the second and the fourth:
//!
//! | phase | when | what |
//! |---|---|---|
//! | [`Machine::prepare`] | the next access is known | memory shows what that access must see |
//! | [`Machine::before`] | the instruction is about to run | fences, context synchronisation |
//! | [`Call::Access`] | | the emulator runs it |
//! | [`Machine::begin`] | it has run | an RCsc acquire is ordered after earlier releases |
//! | [`Machine::finish`] | at once after that | load, store, atomic, acquire, fences, reservation |
//!
//! [`phases`] is the one place that says in which order the calls stand. `conformance` makes the
//! same calls, and exchanges two of them to see which litmus test notices.

mod privately;

use super::Machine;
use crate::access::{Load, Store};
use crate::driver::Driver;
use crate::ids::ThreadId;
use crate::step::{Access, Acquire, Kind, Memory, Step};
use crate::view::View;

/// One call of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// An RCsc acquire waits until the thread's earlier releases are visible.
    AwaitReleases,
    /// The access observes one moment of all of its bytes.
    SeeOneMoment,
    /// A compare-and-swap that would succeed with something stale sees what is newest.
    Compare,
    /// Memory shows what the access must see.
    Expect,
    /// What others' atomics have pending becomes visible before an atomic.
    BeginAtomic,
    /// What the instruction orders before its access.
    FenceBefore,
    /// A context synchronisation.
    ContextSync,
    /// An instruction that may write anywhere is ordered after all that is visible.
    Synchronise,
    /// The access itself: nothing of the machine's.
    Access,
    /// An RCsc acquire is ordered after the thread's earlier releases.
    FollowReleases,
    /// The load is recorded.
    Load,
    /// A store-conditional gives up its reservation.
    EndReservation,
    /// The store, or the write of an atomic, is recorded.
    Write,
    /// What follows an acquire is ordered after it.
    Acquired,
    /// What the instruction orders after its access.
    FenceAfter,
    /// A load-reserved takes its reservation.
    Reserve,
}

/// A step under way.
#[derive(Debug, Clone, Copy)]
pub struct Execution<'a> {
    access: Access<'a>,
    memory: Memory,
    /// Rounds for which a plain store stays pending.
    store_delay: u64,
    /// What the access must see.
    must_see: View,
    /// What its read is ordered after, beside what it reads.
    after: View,
    /// What depends on what it read is ordered after this.
    view: View,
    /// The thread may read something stale, or others may see the access.
    matters: bool,
}

/// Makes the calls of each phase, and [`Call::IN_ORDER`], from one list.
macro_rules! phases {
    ($($(#[$doc:meta])* $phase:ident: [$($call:ident),+];)+) => {
        impl Call {
            /// Every call of a step, in order.
            pub const IN_ORDER: &[Call] = &[$($(Call::$call),+),+];
        }

        impl Execution<'_> {
            $(
                $(#[$doc])*
                #[inline]
                fn $phase(
                    &mut self,
                    step: &Step,
                    machine: &mut Machine,
                    thread: ThreadId,
                    driver: &mut dyn Driver,
                ) {
                    $(self.call(Call::$call, step, machine, thread, driver);)+
                }
            )+
        }
    };
}

phases! {
    /// For each access that may be next.
    foresee: [AwaitReleases, SeeOneMoment];
    /// For each of these, when it is known what they must see.
    compare: [Compare];
    /// Once for all of these.
    show: [Expect];
    before: [BeginAtomic, FenceBefore, ContextSync, Synchronise];
    begin: [Access, FollowReleases];
    finish: [Load, EndReservation, Write, Acquired, FenceAfter, Reserve];
}

impl<'a> Execution<'a> {
    /// No access was made yet.
    const NONE: Self = Self::new(Access::NONE, Memory::Shared);

    /// This access was made, to this memory.
    #[inline]
    #[must_use]
    pub const fn new(access: Access<'a>, memory: Memory) -> Self {
        Self {
            access,
            memory,
            store_delay: 0,
            must_see: View::NONE,
            after: access.address,
            view: View::NONE,
            matters: true,
        }
    }

    /// A step that makes its calls one by one. For explorations: its plain stores stay pending
    /// until [`Machine::commit`].
    #[must_use]
    pub fn one_by_one(step: &Step, access: Access<'a>, memory: Memory) -> Self {
        Self {
            must_see: step.must_see(access.address),
            ..Self::new(access, memory)
        }
    }

    /// The access was done, and this is what is known of it now.
    pub fn accessed(&mut self, access: Access<'a>) {
        self.access = access;
    }

    /// What depends on what the step read is ordered after this.
    #[must_use]
    pub fn view(&self) -> View {
        self.view
    }

    /// Makes one call.
    #[inline(always)]
    pub fn call(
        &mut self,
        call: Call,
        step: &Step,
        machine: &mut Machine,
        thread: ThreadId,
        driver: &mut dyn Driver,
    ) {
        let shared = self.memory == Memory::Shared;
        match call {
            Call::AwaitReleases => {
                if step.prepares && step.acquire == Acquire::Rcsc {
                    let releases = machine.acquire_rcsc(thread, driver);
                    self.must_see = self.must_see.join(releases);
                }
            }
            Call::Compare => {
                if let Some((value, size)) = step.expected
                    && machine.may_read_stale(thread, self.must_see, value, size)
                {
                    self.must_see = View::ALL;
                }
            }
            Call::SeeOneMoment => machine.see_one_moment(thread, step.single_copy.into(), driver),
            Call::BeginAtomic => {
                if matches!(step.kind, Kind::Atomic | Kind::StoreConditional) {
                    machine.begin_atomic(thread, driver);
                }
                if step.kind == Kind::Atomic && machine.may_await_arrivals(thread) {
                    machine.await_arrivals(thread, driver);
                    machine.expect(thread, View::ALL, driver);
                }
            }
            Call::Expect => machine.expect(thread, self.must_see, driver),
            Call::FenceBefore => {
                if !step.before.is_empty() {
                    machine.fence(thread, step.before, driver);
                }
            }
            Call::ContextSync => {
                if step.context_sync {
                    machine.context_sync(thread, driver);
                }
            }
            Call::Synchronise => {
                if step.synchronises {
                    machine.synchronise(thread, driver);
                }
            }
            Call::Access => {}
            Call::FollowReleases if shared => {
                if self.loads(step) && step.acquire == Acquire::Rcsc {
                    self.after = self.after.join(machine.acquire_rcsc(thread, driver));
                }
            }
            Call::FollowReleases => self.follow_privately(step, machine, thread, driver),
            Call::Load if shared => {
                if self.loads(step) {
                    let load = self.load(step);
                    machine.loads_own_atomic(thread, load.addr, load.len, driver);
                    self.view = machine.load(thread, load);
                }
            }
            Call::Load => self.load_privately(step, machine, thread, driver),
            Call::EndReservation => {
                if step.kind == Kind::StoreConditional {
                    machine.end_reservation(thread);
                }
            }
            Call::Write if self.access.store && shared => {
                let store = Store {
                    release: step.release,
                    // What an atomic stores is made from what it read; if it is a
                    // compare-and-swap that failed, which is reported as a store, it is that.
                    data: self.access.data.join(self.view),
                    ..self.store()
                };
                if self.writes_atomically(step) {
                    let delay = machine.atomics_stay_pending().then_some(self.store_delay);
                    machine.atomic(thread, store, delay, driver);
                    if step.kind == Kind::Atomic {
                        self.view = machine.follow_own_atomic(thread, self.view);
                    }
                } else {
                    machine.store(thread, store, self.store_delay, driver);
                }
            }
            Call::Write if step.kind == Kind::Atomic && shared => {
                machine.compared_only(thread, driver);
            }
            Call::Write => {
                if self.access.store && self.matters {
                    machine.private_store(thread, self.store());
                }
            }
            // For other memory, `load_privately` has done it.
            Call::Acquired => {
                if step.is_acquire() && shared {
                    let atomic = self.writes_atomically(step);
                    machine.acquired(thread, self.view, atomic, driver);
                }
            }
            // What a fence on an access orders, it orders on both sides of it.
            Call::FenceAfter => {
                if !step.after.is_empty() && self.matters {
                    machine.fence(thread, step.after, driver);
                }
            }
            Call::Reserve => {
                if step.kind == Kind::LoadReserved {
                    let Access {
                        addr, bytes, pair, ..
                    } = self.access;
                    machine.reserve(thread, addr, bytes, self.view, pair);
                }
            }
        }
    }

    fn loads(&self, step: &Step) -> bool {
        !self.access.store || step.kind == Kind::Atomic
    }

    fn writes_atomically(&self, step: &Step) -> bool {
        self.access.store && matches!(step.kind, Kind::StoreConditional | Kind::Atomic)
    }

    fn load(&self, step: &Step) -> Load {
        Load {
            addr: self.access.addr,
            len: self.access.len,
            address: self.after,
            no_result: step.no_result,
        }
    }

    /// A plain store of what the access has stored.
    fn store(&self) -> Store<'a> {
        Store {
            addr: self.access.addr,
            bytes: self.access.bytes,
            release: false,
            address: self.access.address,
            data: self.access.data,
        }
    }
}

impl Machine {
    /// Shows the thread what its next access must see. `next`: what that may be, with what its
    /// address depends on; nothing if it is not known.
    #[inline]
    pub fn prepare<'s>(
        &mut self,
        thread: ThreadId,
        next: impl IntoIterator<Item = (&'s Step, View)> + Clone,
        driver: &mut dyn Driver,
    ) {
        let mut execution = Execution::NONE;
        for (step, address) in next.clone() {
            execution.must_see = execution.must_see.join(step.must_see(address));
            execution.foresee(step, self, thread, driver);
        }
        for (step, _) in next {
            execution.compare(step, self, thread, driver);
        }
        execution.show(&Step::default(), self, thread, driver);
    }

    /// The instruction is about to run.
    #[inline]
    pub fn before(&mut self, thread: ThreadId, step: &Step, driver: &mut dyn Driver) {
        let mut execution = Execution::NONE;
        execution.before(step, self, thread, driver);
    }

    /// Whether [`Machine::begin`] and [`Machine::finish`] would do nothing with an access: a plain
    /// one to the thread's own memory, while nothing is unseen by the thread.
    #[inline]
    #[must_use]
    pub fn skips(&self, thread: ThreadId, step: &Step, memory: Memory) -> bool {
        memory == Memory::Private && step.orders_nothing() && !self.tracks(thread)
    }

    /// The instruction has made the access of this execution. [`Machine::finish`] is next.
    ///
    /// An execution is passed by reference: copied, it was a third of the time of an access (the
    /// processor waits where it loads in one piece what it stored in several).
    #[inline]
    pub fn begin(
        &mut self,
        thread: ThreadId,
        step: &Step,
        execution: &mut Execution<'_>,
        driver: &mut dyn Driver,
    ) {
        execution.begin(step, self, thread, driver);
    }

    /// Records the access. A plain store stays pending for `store_delay` rounds
    /// ([`crate::Strategy::store_delay`]). Returns what depends on the access's read is ordered
    /// after.
    #[inline]
    pub fn finish(
        &mut self,
        thread: ThreadId,
        step: &Step,
        execution: &mut Execution<'_>,
        store_delay: u64,
        driver: &mut dyn Driver,
    ) -> View {
        execution.store_delay = store_delay;
        execution.finish(step, self, thread, driver);
        execution.view
    }
}
