//! The choice of the running thread and of its quantum.

use super::{Engine, Next};
use crate::fast;
use crate::token::Wrote;
use crate::translate::Instruction;
use crate::views::{self, Guest};
use weakmem::{Progress, Quantum, Stop, ThreadId};

impl Engine {
    /// Counts a choice that was made although some thread had not settled.
    pub fn count_unsettled(&mut self) {
        self.stats.unsettled_choices += 1;
    }

    /// Stops the running thread at this instruction: after the instruction if `after`, else before.
    #[cold]
    pub(super) fn stop_at(&mut self, instruction: &Instruction, after: bool) {
        let position = &mut self.threads[self.current as usize].position;
        position.stop(instruction, after, &mut self.machine, self.current);
    }

    #[cold]
    pub(super) fn quantum_over(&mut self) -> Next {
        if fast::instructions() >= self.budget {
            Next::OutOfBudget
        } else if self.alone() {
            self.deadline = self.budget;
            self.continue_alone();
            Next::Continue
        } else {
            self.stop = Stop::Instructions;
            Next::HandOff
        }
    }

    /// Continues a thread that is alone. There are no hand-offs, so no rounds, in which it would
    /// see its unseen writes: it sees them now.
    #[cold]
    pub(crate) fn continue_alone(&mut self) {
        self.count_progress();
        self.accesses_left = i64::MAX;
        self.counted.0 = i64::MAX;
        let mut guest = Guest(&mut self.run);
        self.machine.synchronise(self.current, &mut guest);
    }

    /// Adds the accesses and instructions since the last call to the running thread's progress.
    fn count_progress(&mut self) -> Progress {
        let (accesses, instructions) = self.counted;
        let progress = &mut self.threads[self.current as usize].progress;
        progress.thread = self.current;
        progress.accesses += accesses.abs_diff(self.accesses_left);
        progress.instructions += fast::instructions() - instructions;
        self.counted = (self.accesses_left, fast::instructions());
        *progress
    }

    /// Ends the running thread's quantum early.
    pub fn end_quantum(&mut self) {
        self.deadline = 0;
    }

    /// Chooses the next holder among the runnable threads.
    ///
    /// If the running thread spins and another can run, another is chosen, since only that can end
    /// the loop.
    pub fn choose(&mut self, runnable: &[ThreadId]) -> ThreadId {
        self.rewritten.restore();
        self.count_turn();
        self.note_block();
        self.lost_in_known_call();
        if self.forced_failure.is_none() {
            self.repair();
        }
        // The call from which a thread has returned ordered it after all that was visible then.
        // What commits from here on may stay unseen by it.
        for thread in runnable {
            self.machine.allow_stale(*thread, true);
        }
        let progress = self.count_progress();
        let why = std::mem::replace(&mut self.stop, Stop::Itself);
        self.run.strategy.stopped(progress, why);
        self.idle_choices += u32::from(self.no_choice_made());
        if let Some(next) = self.choose_for_early_stores(progress, runnable) {
            self.spins = false;
            return next;
        }
        if std::mem::take(&mut self.spins) && runnable.len() > 1 {
            let others = runnable.iter().filter(|it| **it != self.current);
            let others: Vec<ThreadId> = others.copied().collect();
            self.run.strategy.next_thread(&others)
        } else {
            self.run.strategy.next_thread(runnable)
        }
    }

    /// Commits due stores, and makes `next` the running thread.
    ///
    /// `wrote`: the threads that have returned from a system call, and for which the kernel has
    /// written memory. `tolerant`: it may be writing memory now, so a difference is no error.
    pub fn switch_to(
        &mut self,
        next: ThreadId,
        wrote: &[(ThreadId, Wrote)],
        tolerant: bool,
    ) -> Next {
        if next != self.current {
            self.run.turn(next);
        }
        if self.view != Some(next) || self.alive > 1 {
            let written = self.written_for(wrote);
            let mut guest = Guest(&mut self.run);
            if let Some(previous) = self.view.take() {
                self.machine.switch_out(&mut guest);
                if previous != next {
                    self.stats.hand_offs += 1;
                }
            }
            if !written.is_empty() {
                views::resynchronise(&mut self.machine, None, &written, &mut guest);
                self.quiet_since = self.machine.now();
            }
            if self.check
                && !written.contains(&views::EVERYWHERE)
                && let Some((addr, expected, found)) = views::first_difference(&self.machine)
            {
                if tolerant {
                    let everywhere = [views::EVERYWHERE];
                    views::resynchronise(&mut self.machine, None, &everywhere, &mut guest);
                    self.quiet_since = self.machine.now();
                } else {
                    self.unexplained = Some(format!(
                        "byte at guest address {addr:#x} is {found:#04x}, and the accesses that \
                         were seen make it {expected:#04x}"
                    ));
                }
            }
            self.machine.next_round(&mut guest);
            self.current = next;
            self.machine.allow_stale(next, true);
            if self.machine.tracks(next) {
                self.prepare();
            }
            let mut guest = Guest(&mut self.run);
            self.machine.switch_in(next, &mut guest);
            self.view = Some(next);
        }
        self.current = next;
        self.update_fast_path();
        let Quantum {
            accesses,
            instructions,
        } = self.run.strategy.quantum(Progress {
            thread: next,
            ..self.threads[next as usize].progress
        });
        self.accesses_left = if self.early.follows_all() {
            i64::MAX
        } else {
            self.cut_turn(accesses.into())
        };
        self.counted.0 = self.accesses_left;
        self.shared_at = fast::instructions();
        self.deadline = (fast::instructions() + u64::from(instructions)).min(self.budget);
        if self.machine.broken().is_some() {
            Next::BrokenPromise
        } else if self.unexplained.is_some() {
            Next::Unexplained
        } else {
            Next::Continue
        }
    }
}
