//! Accesses that are visible to all at once, or to nobody else.

use super::Execution;
use crate::driver::Driver;
use crate::ids::ThreadId;
use crate::machine::Machine;
use crate::step::{Acquire, Kind, Memory, Step};

impl Execution<'_> {
    /// An access that is visible to all at once, or to nobody else. Still it orders: a release
    /// that is visible at once makes what it releases visible too.
    pub(super) fn follow_privately(
        &mut self,
        step: &Step,
        machine: &mut Machine,
        thread: ThreadId,
        driver: &mut dyn Driver,
    ) {
        if self.memory == Memory::Unmodelled && self.access.store {
            // Visible at once, so what must be visible before it is made so.
            machine.drain(thread, driver);
            machine.propagate(thread, driver);
            machine.lose_all_reservations(thread);
        }
        if step.release || (step.is_acquire() && step.kind == Kind::Atomic) {
            machine.private_release(thread, driver);
        }
        if step.acquire == Acquire::Rcsc {
            self.after = self.after.join(machine.acquire_rcsc(thread, driver));
        }
        self.matters = machine.tracks(thread);
    }

    /// The load of such an access. An acquire does not wait for the write, which nobody sees.
    pub(super) fn load_privately(
        &mut self,
        step: &Step,
        machine: &mut Machine,
        thread: ThreadId,
        driver: &mut dyn Driver,
    ) {
        if !self.matters || !self.loads(step) {
            return;
        }
        let now = self.memory != Memory::Private;
        self.view = machine.private_load(thread, self.load(step), now);
        if step.is_acquire() {
            let atomic = step.kind == Kind::Atomic;
            machine.acquired(thread, self.view, atomic, driver);
        }
    }
}
