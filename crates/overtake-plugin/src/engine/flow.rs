//! Where a thread is in its code, and the views of its registers.
//!
//! Registers are followed from the instructions' bytes, and only while some write is unseen by the
//! thread ([`Machine::tracks`]). There is no callback for an instruction that does not access
//! memory: its flow is applied when the next access of its block is reported, or the next block
//! starts.

use super::registers::RegisterViews;
use crate::translate::{Block, Instruction};
use isa::{Flow, Registers};
use weakmem::{Machine, ThreadId, View};

/// An instruction whose access was reported, and that may report another.
#[derive(Debug, Clone)]
struct Unfinished {
    index: u32,
    /// The view of its address.
    address: View,
    /// The registers before it.
    before: RegisterViews,
    /// The view of its accesses so far.
    loaded: View,
}

/// Where a thread is, and the views of its registers.
#[derive(Debug, Clone, Default)]
pub(super) struct Position {
    block: Option<&'static Block>,
    /// The first instruction of the block whose flow is not applied.
    next: usize,
    views: RegisterViews,
    unfinished: Option<Unfinished>,
}

/// The views of the registers that an access uses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uses {
    pub address: View,
    pub data: View,
}

impl Uses {
    /// Of an access that nothing needs to be known of.
    pub const NONE: Self = Self {
        address: View::NONE,
        data: View::NONE,
    };
}

impl Position {
    /// A block starts, and nothing is followed.
    #[inline]
    pub fn start(&mut self, block: &'static Block) {
        self.block = Some(block);
        self.next = 0;
        self.unfinished = None;
    }

    /// Whether each access among the instructions before `end` was reported, and the views of these
    /// registers say nothing.
    #[inline]
    fn is_quiet(&self, end: u32, registers: Registers) -> bool {
        self.next >= end as usize && self.unfinished.is_none() && self.views.is_free_of(registers)
    }

    /// A block starts after another. Returns whether there was nothing to follow, and nothing is to
    /// be prepared.
    #[inline]
    pub fn start_if_quiet(&mut self, block: &'static Block) -> bool {
        let quiet = block.simple
            && self
                .block
                .is_none_or(|it| it.simple && self.is_quiet(it.accesses_end, it.tail | block.head));
        if quiet {
            self.start(block);
        }
        quiet
    }

    /// The instruction's access was reported. Returns whether there was nothing to follow, and
    /// nothing is to be prepared.
    #[inline]
    pub fn pass_if_quiet(&mut self, instruction: &Instruction) -> bool {
        let quiet =
            instruction.simple && self.is_quiet(instruction.accesses_before, instruction.reach);
        if quiet {
            self.next = instruction.index as usize + 1;
        }
        quiet
    }

    /// A block starts, after the one before was run to its end.
    pub fn follow(&mut self, block: &'static Block, machine: &mut Machine, thread: ThreadId) {
        if let Some(before) = self.block {
            let rest = before.body.get(self.next..).unwrap_or_default();
            let again = rest.iter().any(|it| it.address == block.start);
            let views = again.then(|| self.views.clone());
            self.run_to(before.body.len(), machine, thread);
            // QEMU may have left the block there, to run the rest of it anew (an atomic that the
            // host lacks); or it was run to its end, and this is a loop.
            if let Some(kept) = views {
                self.views.join(&kept);
            }
        }
        self.start(block);
    }

    /// The thread stops at this instruction of its block; `after` it was run, or before. What was
    /// run until then is applied if it is followed, and left out if it is not.
    pub fn stop(
        &mut self,
        instruction: &Instruction,
        after: bool,
        machine: &mut Machine,
        thread: ThreadId,
    ) {
        let next = instruction.index as usize + usize::from(after);
        if machine.tracks(thread) {
            self.run_to(next, machine, thread);
        }
        self.next = self.next.max(next);
    }

    /// The instruction's access was reported: the views of its registers.
    pub fn begin(
        &mut self,
        instruction: &Instruction,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> Uses {
        let index = instruction.index as usize;
        match &self.unfinished {
            Some(unfinished) if unfinished.index == instruction.index => {
                self.views = unfinished.before.clone();
                self.next = index;
            }
            _ => {
                self.run_to(index, machine, thread);
                self.unfinished = instruction.flow.several.then(|| Unfinished {
                    index: instruction.index,
                    address: self.of(instruction.flow.address, machine, thread),
                    before: self.views.clone(),
                    loaded: View::NONE,
                });
            }
        }
        self.uses(&instruction.flow, machine, thread)
    }

    /// The access used `uses`, and its read has the view `loaded`.
    pub fn end(&mut self, instruction: &Instruction, uses: Uses, loaded: View, status: View) {
        let mut loaded = loaded;
        if let Some(unfinished) = &mut self.unfinished {
            unfinished.loaded = unfinished.loaded.join(loaded);
            loaded = unfinished.loaded;
        }
        self.assign(&instruction.flow, uses, loaded, status);
        self.next = instruction.index as usize + 1;
    }

    /// The next access of the block, with everything before it applied: the instruction, and the
    /// view of its address. `None`: there is none.
    pub fn next_access(
        &mut self,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> Option<(&'static Instruction, View)> {
        let block = self.block?;
        let rest = block.body.get(self.next..)?;
        let index = self.next + rest.iter().position(|it| it.flow.is_access())?;
        self.run_to(index, machine, thread);
        let instruction = &block.body[index];
        let address = self.of(instruction.flow.address, machine, thread);
        Some((instruction, address))
    }

    /// The instruction that may report another access now, and the view of its address.
    pub fn unfinished(&self) -> Option<(&'static Instruction, View)> {
        let unfinished = self.unfinished.as_ref()?;
        let instruction = self.block?.body.get(unfinished.index as usize)?;
        Some((instruction, unfinished.address))
    }

    /// Applies the flow of the instructions before `end`. An access among them was not reported:
    /// it is not known what it did.
    fn run_to(&mut self, end: usize, machine: &mut Machine, thread: ThreadId) {
        let Some(block) = self.block else { return };
        while self.next < end {
            let flow = &block.body[self.next].flow;
            let uses = self.uses(flow, machine, thread);
            if flow.branch {
                machine.branch(thread, uses.data);
            }
            self.assign(flow, uses, machine.reads(thread), machine.status(thread));
            self.next += 1;
        }
    }

    fn uses(&self, flow: &Flow, machine: &Machine, thread: ThreadId) -> Uses {
        Uses {
            address: self.of(flow.address, machine, thread),
            data: self.of(flow.data, machine, thread),
        }
    }

    /// The view of the registers.
    fn of(&self, registers: Registers, machine: &Machine, thread: ThreadId) -> View {
        if registers == Registers::ALL {
            return machine.reads(thread);
        }
        self.views.of(registers)
    }

    fn assign(&mut self, flow: &Flow, uses: Uses, loaded: View, status: View) {
        self.views.set(flow.written(), View::NONE);
        for (registers, from) in [
            (flow.loaded, loaded),
            (flow.computed, uses.data),
            (flow.updated, uses.address),
            (flow.status, status),
        ] {
            self.views.add(registers, from);
        }
    }
}
