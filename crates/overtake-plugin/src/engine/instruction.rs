//! What happens when a block starts and before an instruction runs.

use super::{Engine, Next};
use crate::fast;
use crate::pages::{self, Owner};
use crate::spurious;
use crate::translate::{Block, Instruction};
use crate::views::{self, Guest};
use arch::Pairs;
use weakmem::{Kind, Reservation};

/// A thread that has run so many instructions since it last touched shared memory, or was handed the
/// token, sees all that is visible: no processor reorders over more (the largest have about 500
/// instructions in flight).
const WINDOW: u64 = 1000;

impl Engine {
    /// Takes note of the block that the running thread has started unnoticed.
    pub(crate) fn note_block(&mut self) {
        if let Some(block) = fast::take_block() {
            self.threads[self.current as usize].position.start(block);
        }
    }

    /// A block starts.
    pub fn block(&mut self, block: &'static Block) -> Next {
        self.note_block();
        // The kernel has written a frame to the stack.
        let handler = !self.handlers.is_empty() && self.handlers.contains(&block.start);
        if self.unseen_write || self.forced_failure.is_some() || handler {
            if handler {
                self.unseen_write = true;
                spurious::expect_signals();
            }
            self.repair();
        }
        if self.machine.tracks(self.current) && fast::instructions() - self.shared_at > WINDOW {
            let mut guest = Guest(&mut self.run);
            self.machine.see_everything(self.current, &mut guest);
        }
        let position = &mut self.threads[self.current as usize].position;
        if self.machine.tracks(self.current) {
            if !(self.machine.is_quiet(self.current) && position.start_if_quiet(block)) {
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
        self.quantum_over()
    }

    /// Undoes what the instruction before left: a forced failure, or a write that nobody has seen.
    pub(super) fn repair(&mut self) {
        if let Some(there) = self.forced_failure.take() {
            views::undo_failure(&there);
            self.machine.end_reservation(self.current);
        }
        if self.unseen_write {
            self.unseen_write = false;
            self.resynchronise();
        }
    }

    /// Something must be done before an instruction runs.
    pub fn before(&mut self, instruction: &Instruction) -> Next {
        self.note_block();
        self.repair();
        let current = self.current;
        if !instruction.fence.is_empty() && !instruction.flow.is_access() {
            self.run
                .barrier(current, instruction.address, instruction.fence);
        }
        if instruction.step.context_sync {
            // Loads on which the branches before it depend, before later loads. (Later stores are
            // ordered by the branches themselves.)
            self.run.barrier(current, instruction.address, Pairs::RR);
        }
        let guest = &mut Guest(&mut self.run);
        self.machine.before(current, &instruction.step, guest);
        self.unseen_write = instruction.unseen_write;
        if instruction.step.kind == Kind::StoreConditional {
            self.forced_failure = self.must_fail().map(|held| views::force_failure(&held));
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
}
