//! The position of a thread in its code, and the views of its registers.
//!
//! Register views are tracked only while some write is unseen by the thread ([`Machine::tracks`]).
//! An instruction that does not access memory has no callback. Its flow is applied when the next
//! access of its block is reported, or the next block starts.
//!
//! What each use of a register orders, in the terms of herd's aarch64deps.cat and
//! aarch64hwreqs.cat (a store is made after every earlier load, so that only what orders later
//! loads matters):
//!
//! | use | relation | dependencies |
//! |---|---|---|
//! | address of a load | `addr` in `dob` | basic |
//! | address, data of a store that a load reads | `(addr | data); [Exp & M]; lmrs` in `dob` | basic |
//! | branch, then a context synchronisation | `ctrl`, `pick-ctrl-dep` in `IFB-ob` | picked |
//! | address, then a context synchronisation | `addr`, `pick-addr-dep` in `IFB-ob` | picked |
//! | result of a computation or a load | `dtrm`, `pick-dtrm` | both, each from its own |

use super::MemoryAccess;
use super::registers::{Depends, RegisterViews};
use super::spills::Spills;
use crate::translate::{Block, Instruction};
use isa::{Flow, Registers};
use weakmem::{Machine, ThreadId, View};

/// An instruction with a reported access that may report another one.
#[derive(Debug, Clone)]
struct Unfinished {
    index: u32,
    /// The view of the instruction's address, without pick dependencies.
    address: View,
    /// The register views before the instruction.
    before: RegisterViews,
    /// The view of the instruction's accesses so far.
    loaded: View,
    /// What they depend on by pick.
    memory: View,
}

/// The position of a thread in its code, and the views of its registers.
#[derive(Debug, Clone, Default)]
pub(super) struct Position {
    block: Option<&'static Block>,
    /// The index of the first instruction of the block with a flow that is not applied yet.
    next: usize,
    views: RegisterViews,
    spills: Spills,
    unfinished: Option<Unfinished>,
}

/// What the registers that an instruction uses depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uses {
    pub address: Depends,
    pub data: Depends,
    /// What [`Flow::second`] depends on.
    second: Depends,
    /// What the loaded bytes depend on by pick, if the thread has stored them.
    memory: View,
}

impl Uses {
    /// The uses of an access while register views are not tracked.
    pub const NONE: Self = Self {
        address: Depends::NONE,
        data: Depends::NONE,
        second: Depends::NONE,
        memory: View::NONE,
    };
}

impl Position {
    /// Returns the block.
    pub fn block(&self) -> Option<&'static Block> {
        self.block
    }

    /// Returns a number for the place in the code.
    pub fn place(&self) -> u64 {
        let start = self.block.map_or(0, |it| it.start);
        start.wrapping_add(self.next as u64)
    }

    /// Starts a block while register views are not tracked.
    #[inline]
    pub fn start(&mut self, block: &'static Block) {
        self.block = Some(block);
        self.next = 0;
        self.is_finished();
    }

    /// Notes that no instruction may report another access.
    #[inline]
    fn is_finished(&mut self) {
        if self.unfinished.is_some() {
            self.unfinished = None;
        }
    }

    #[cold]
    fn several(
        &self,
        instruction: &Instruction,
        machine: &Machine,
        thread: ThreadId,
    ) -> Unfinished {
        Unfinished {
            index: instruction.index,
            address: self.of(instruction.flow.address, machine, thread).basic,
            before: self.views.clone(),
            loaded: View::NONE,
            memory: View::NONE,
        }
    }

    /// Forgets what was kept of stores, when register views are no longer tracked.
    #[inline]
    pub fn forget_stores(&mut self) {
        self.spills.clear();
    }

    /// Whether a load of these bytes depends on nothing by pick, through a store of the thread.
    #[inline]
    pub fn keeps_nothing_of(&self, addr: u64, size: usize) -> bool {
        self.spills.is_free_of(addr, size)
    }

    /// Whether each access before the instruction `end` was reported, and these registers have no
    /// view.
    #[inline]
    fn is_quiet(&self, end: u32, registers: Registers) -> bool {
        self.next >= end as usize && self.unfinished.is_none() && self.views.is_free_of(registers)
    }

    /// Starts a block, unless there is a flow to apply or an access to prepare. Returns whether it
    /// did.
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

    /// Passes an instruction whose access was reported, unless there is a flow to apply or an
    /// access to prepare. Returns whether it did.
    #[inline]
    pub fn pass_if_quiet(&mut self, instruction: &Instruction) -> bool {
        let quiet =
            instruction.simple && self.is_quiet(instruction.accesses_before, instruction.reach);
        if quiet {
            self.next = instruction.index as usize + 1;
        }
        quiet
    }

    /// Starts a block after the one before ran to its end.
    pub fn follow(&mut self, block: &'static Block, machine: &mut Machine, thread: ThreadId) {
        if let Some(before) = self.block {
            let rest = before.body.get(self.next..).unwrap_or_default();
            let again = rest.iter().any(|it| it.address == block.start);
            let views = again.then(|| self.views.clone());
            self.run_to(before.body.len(), machine, thread);
            // QEMU may have left the block at that instruction, to run the rest anew (for an atomic
            // that the host lacks). Or the block ran to its end, and this is a loop. Both views
            // count.
            if let Some(kept) = views {
                self.views.join(&kept);
            }
        }
        self.start(block);
    }

    /// Stops the thread at this instruction of its block: after the instruction if `after`, else
    /// before.
    ///
    /// If register views are tracked, the flow up to there is applied; else it is skipped.
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

    /// Returns the views that an instruction uses, when its access is reported.
    pub fn begin(
        &mut self,
        instruction: &Instruction,
        access: MemoryAccess,
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
                self.is_finished();
                if instruction.flow.several {
                    self.unfinished = Some(self.several(instruction, machine, thread));
                }
            }
        }
        let uses = self.uses(&instruction.flow, machine, thread);
        if uses.address.only_picked() != View::NONE {
            machine.address_picked(thread, uses.address.picked);
        }
        Uses {
            memory: self.spills.of(access.addr, access.size),
            ..uses
        }
    }

    /// Applies the flow of the instruction after its access, with the view `loaded` of its read.
    pub fn end(
        &mut self,
        instruction: &Instruction,
        access: MemoryAccess,
        mut uses: Uses,
        mut loaded: View,
        status: View,
    ) {
        if access.store {
            let stored = uses.address.join(uses.data);
            self.spills
                .store(access.addr, access.size, stored.only_picked());
        }
        if let Some(unfinished) = &mut self.unfinished {
            unfinished.loaded = unfinished.loaded.join(loaded);
            unfinished.memory = unfinished.memory.join(uses.memory);
            (loaded, uses.memory) = (unfinished.loaded, unfinished.memory);
        }
        self.assign(&instruction.flow, uses, loaded, status);
        self.next = instruction.index as usize + 1;
    }

    /// Applies the flow before the next access of the block. Returns the instruction of that access
    /// and the view of its address, or `None` if the block has no further access.
    pub fn next_access(
        &mut self,
        machine: &mut Machine,
        thread: ThreadId,
    ) -> Option<(&'static Instruction, View)> {
        let block = self.block?;
        let index = block.body.get(self.next)?.access_from as usize;
        let instruction = block.body.get(index)?;
        self.run_to(index, machine, thread);
        let address = self.of(instruction.flow.address, machine, thread);
        Some((instruction, address.basic))
    }

    /// Returns the instruction that may report another access now, and the view of its address.
    pub fn unfinished(&self) -> Option<(&'static Instruction, View)> {
        let unfinished = self.unfinished.as_ref()?;
        let instruction = self.block?.body.get(unfinished.index as usize)?;
        Some((instruction, unfinished.address))
    }

    /// Applies the flow of the instructions before `end`.
    ///
    /// If an access among them was not reported, its effect is unknown, and it counts as a load of
    /// anything that the thread has read.
    fn run_to(&mut self, end: usize, machine: &mut Machine, thread: ThreadId) {
        let Some(block) = self.block else { return };
        while self.next < end {
            let flow = &block.body[self.next].flow;
            let uses = self.uses(flow, machine, thread);
            if flow.branch {
                machine.branch(thread, uses.data.picked);
            }
            let (loaded, status) = if flow.is_access() {
                (machine.reads(thread), machine.status(thread))
            } else {
                (View::NONE, View::NONE)
            };
            self.assign(flow, uses, loaded, status);
            self.next += 1;
        }
    }

    #[inline]
    fn uses(&self, flow: &Flow, machine: &Machine, thread: ThreadId) -> Uses {
        // Nearly always nothing that the instruction uses has a view.
        let used = flow.address | flow.data | flow.picked | flow.second_data;
        if used != Registers::ALL && self.views.is_free_of(used) {
            return Uses::NONE;
        }
        self.some_uses(flow, machine, thread)
    }

    fn some_uses(&self, flow: &Flow, machine: &Machine, thread: ThreadId) -> Uses {
        let of = |registers| self.of(registers, machine, thread);
        Uses {
            address: of(flow.address),
            data: of(flow.data).or_picked(of(flow.picked).picked),
            second: of(flow.second_data),
            ..Uses::NONE
        }
    }

    /// Returns what the registers depend on.
    fn of(&self, registers: Registers, machine: &Machine, thread: ThreadId) -> Depends {
        if registers == Registers::ALL {
            return Depends::basic(machine.reads(thread));
        }
        self.views.of(registers)
    }

    #[inline]
    fn assign(&mut self, flow: &Flow, uses: Uses, loaded: View, status: View) {
        self.views.clear(flow.written());
        let from = loaded.join(status).join(uses.memory);
        let from = from.join(uses.address.picked).join(uses.data.picked);
        if from.join(uses.second.picked) != View::NONE {
            self.add(flow, uses, loaded, status);
        }
    }

    fn add(&mut self, flow: &Flow, uses: Uses, loaded: View, status: View) {
        let read = loaded.join(uses.memory).join(uses.address.picked);
        // A compare-and-swap that succeeds returns what it expected, which depends on memory only by
        // pick (herd's AArch64Sem.ml, `DataFromRRs`). Here it depends on it fully: stronger.
        let loaded = Depends::basic(loaded).or_picked(read);
        self.views.add(flow.loaded, loaded);
        self.views.add(flow.computed, uses.data);
        self.views.add(flow.updated, uses.address);
        self.views.add(flow.second, uses.second);
        self.views.add(flow.accumulated, uses.data);
        self.views.add(flow.status, Depends::basic(status));
    }
}
