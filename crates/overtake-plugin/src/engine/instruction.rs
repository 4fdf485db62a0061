//! The start of a block, and the callback before an instruction.

use super::{Engine, Next};
use crate::fast;
use crate::pages::{self, Owner};
use crate::signals;
use crate::translate::{Block, Instruction};
use crate::views::{self, Guest};
use arch::Pairs;
use overtake_report::input::Input;
use weakmem::{Kind, Reservation};

/// The reorder window, in instructions. A thread that has run longer since its last access to
/// shared memory, or since it was handed the token, sees all committed writes.
///
/// No processor reorders over more: the largest have about 500 instructions in flight.
const WINDOW: u64 = 1000;

impl Engine {
    /// Returns the blocks that threads are in, or were in when they ended.
    pub fn blocks(&self) -> impl Iterator<Item = &'static Block> {
        self.threads.iter().filter_map(|it| it.position.block())
    }

    /// Notes the block that the running thread started on the fast path.
    pub(crate) fn note_block(&mut self) {
        if let Some(block) = fast::take_block() {
            self.threads[self.current as usize].position.start(block);
            self.block = Some(block);
        }
    }

    /// Handles the start of a block.
    pub fn block(&mut self, block: &'static Block) -> Next {
        self.note_block();
        self.finish_half();
        self.block = Some(block);
        // The kernel wrote a frame to the stack before this signal handler.
        let handler = !self.handlers.is_empty() && self.handlers.contains(&block.start);
        if handler {
            self.unseen_write = true;
            self.untouched.forget_all();
            signals::expect();
            self.promises_are_kept();
        }
        self.end_copy_far();
        self.block_ahead(block);
        let goes_on = block.unseen_first && self.forced_failure.is_none() && !handler;
        if !goes_on {
            self.repair();
        }
        if self.machine.tracks(self.current) && fast::instructions() - self.shared_at > WINDOW {
            let mut guest = Guest(&mut self.run);
            self.machine.see_everything(self.current, &mut guest);
        }
        if self.machine.has_promises(self.current) {
            self.count_until_kept(block.instructions);
        }
        let position = &mut self.threads[self.current as usize].position;
        if self.machine.tracks(self.current) {
            if !(self.machine.is_quiet(self.current, block.single_copy)
                && position.start_if_quiet(block))
            {
                position.follow(block, &mut self.machine, self.current);
                self.prepare();
            }
        } else {
            position.start(block);
            position.forget_stores();
        }
        fast::add_instructions(block.instructions);
        if self.accesses.is_some() {
            let hash = &mut self.threads[self.current as usize].hash;
            *hash = block.hash.apply(*hash);
        }
        if self.is_broken() {
            return Next::BrokenPromise;
        }
        if fast::instructions() < self.deadline {
            return Next::Continue;
        }
        self.repair();
        self.quantum_over()
    }

    /// Repairs memory after the instruction before: undoes a forced failure, and copies an unseen
    /// write into the image.
    #[inline]
    pub(crate) fn repair(&mut self) {
        if self.unseen_write || self.forced_failure.is_some() {
            self.repair_now();
        }
    }

    #[cold]
    fn repair_now(&mut self) {
        if let Some(there) = self.forced_failure.take() {
            views::undo_failure(&there);
            self.machine.end_reservation(self.current);
        }
        if self.unseen_write {
            self.unseen_write = false;
            self.resynchronise();
        }
    }

    /// Notes that an instruction is about to write without a callback. Those that are known write
    /// zeros, except on x86.
    #[cold]
    fn unseen_write_begins(&mut self, instruction: &Instruction) {
        if self.only_zeroes && instruction.fence.is_empty() {
            self.untouched.zeroed();
        } else {
            self.untouched.forget_all();
        }
    }

    /// Does what must happen before an instruction runs.
    pub fn before(&mut self, instruction: &Instruction) -> Next {
        self.end_copy_before(instruction);
        self.note_block();
        self.finish_half();
        // The thread has made no access since the last unseen write, and it sees everything.
        let goes_on = instruction.unseen_write && !instruction.needs_repair;
        if !(goes_on && self.forced_failure.is_none()) {
            self.repair();
        }
        let current = self.current;
        if !instruction.fence.is_empty() && !instruction.flow.is_access() {
            self.run
                .barrier(current, instruction.address, instruction.fence);
        }
        if instruction.step.context_sync {
            // Orders loads that the earlier branches depend on before later loads. The branches
            // themselves order later stores.
            self.run.barrier(current, instruction.address, Pairs::RR);
        }
        let guest = &mut Guest(&mut self.run);
        self.machine.before(current, &instruction.step, guest);
        self.unseen_write = instruction.unseen_write;
        if self.unseen_write {
            self.unseen_write_begins(instruction);
        }
        if instruction.step.kind == Kind::StoreConditional {
            self.forced_failure = self.must_fail().map(|held| views::force_failure(&held));
        }
        if instruction.reads_clock {
            self.note_input(Input::ClockInstruction);
        }
        if instruction.spin_hint && self.alive > 1 {
            self.yields = true;
            self.stop_at(instruction, false);
            Next::HandOff
        } else {
            Next::Continue
        }
    }

    /// Returns the reservation of a store-conditional that must fail: one that is lost, or that the
    /// strategy chooses to fail.
    ///
    /// All three architectures allow a store-conditional to fail for no visible reason.
    fn must_fail(&mut self) -> Option<Reservation> {
        let held = self.machine.reservation(self.current)?;
        let shared = self.pages.owner(pages::number(held.addr())) == Owner::Shared;
        let may_fail = self.alive > 1 && shared && !self.has_promised(&held);
        let fails = held.is_lost() || may_fail && self.run.strategy.fails(self.current);
        fails.then_some(held)
    }
}
