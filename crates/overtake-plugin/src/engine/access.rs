//! The effects of an access.

use super::after::After;
use super::flow::Uses;
use super::{Engine, MemoryAccess, Next};
use crate::fast::{self, OwnPages};
use crate::guest_memory;
use crate::spin::Load;
use crate::translate::Instruction;
use weakmem::{Kind, MAX_ACCESS, Stop};

impl Engine {
    /// Handles an access that QEMU reports.
    ///
    /// Newer versions of QEMU report one access where the architecture makes two: for a pair of
    /// registers, or for the halves of a vector. They also report the read and the write of an
    /// atomic one after the other, when both are done, where QEMU 7.2 reports one access that
    /// stores. So the read of an atomic is ignored.
    pub fn access(&mut self, instruction: &Instruction, access: MemoryAccess) -> Next {
        let atomic = matches!(instruction.step.kind, Kind::Atomic | Kind::StoreConditional);
        if atomic && !access.store {
            return Next::Continue;
        }
        self.note_block();
        let mut access = access;
        access.addr &= self.address_mask;
        self.count_for_early_stores(instruction, access);
        let before = self.accesses_left;
        if self.only_for_plan(instruction, access.addr, access.store) {
            self.accessed(After::Continues, false);
            return Next::Continue;
        }
        if instruction.single || self.half.is_some() {
            let Some(whole) = self.join(instruction, access) else {
                return Next::Continue;
            };
            access = whole;
        }
        let after = self.made(instruction, access);
        let after = self.accessed(after, self.accesses_left != before);
        if self.machine.broken().is_some() {
            return Next::BrokenPromise;
        }
        match after {
            After::Continues => Next::Continue,
            _ if self.alone() => {
                self.continue_alone();
                Next::Continue
            }
            after => {
                self.stop_at(instruction, true);
                self.spins = after == After::Spins;
                if !self.spins {
                    self.stop = Stop::Accesses;
                }
                Next::HandOff
            }
        }
    }

    /// Handles an access, of the architecture or as QEMU reports it.
    pub(super) fn made(&mut self, instruction: &Instruction, access: MemoryAccess) -> After {
        let part = match instruction.step.kind {
            Kind::Plain | Kind::LoadReserved if instruction.flow.several && !instruction.single => {
                usize::from(instruction.flow.part).min(access.size)
            }
            _ => access.size,
        };
        if part == access.size {
            self.part(instruction, access)
        } else {
            self.parts(instruction, access, part)
        }
    }

    /// Handles one reported access that is several accesses of the architecture, of `part` bytes
    /// each.
    #[cold]
    fn parts(&mut self, instruction: &Instruction, access: MemoryAccess, part: usize) -> After {
        let mut stored = [0; 2 * MAX_ACCESS];
        let stored = &mut stored[..access.size.min(2 * MAX_ACCESS)];
        if access.store {
            // SAFETY: the guest has just stored these bytes.
            unsafe { guest_memory::read(access.addr, stored) };
        }
        let mut after = After::Continues;
        for (index, bytes) in stored.chunks(part).enumerate() {
            let addr = access.addr + (index * part) as u64;
            if access.store {
                // The accesses before may have made writes visible to this thread, and so
                // overwritten these bytes.
                // SAFETY: the guest has just stored these bytes.
                unsafe { guest_memory::write(addr, bytes) };
            }
            let access = MemoryAccess {
                addr,
                size: part,
                ..access
            };
            // A thread that must stop after one of these accesses stops after the whole
            // instruction.
            after = match self.part(instruction, access) {
                After::Continues => after,
                stops => stops,
            };
        }
        after
    }

    /// Handles one access of the architecture.
    fn part(&mut self, instruction: &Instruction, access: MemoryAccess) -> After {
        self.access_ahead(instruction, access);
        if let Some(hash) = &mut self.accesses {
            hash.add(
                self.current,
                instruction.address,
                access.addr,
                access.size,
                access.store,
            );
        }
        if !self.probes && self.changes_nothing(instruction, access) {
            if self.run.is_traced() && fast::is_quiet(access.addr) {
                self.trace(instruction, access);
            }
            return After::Continues;
        }
        if instruction.step.kind == Kind::StoreConditional && self.forced_failure.is_some() {
            // The store-conditional failed, and stored nothing.
            self.repair();
            return After::Continues;
        }
        let follows = self.machine.tracks(self.current);
        let uses = if follows {
            let position = &mut self.threads[self.current as usize].position;
            position.begin(instruction, access, &mut self.machine, self.current)
        } else {
            Uses::NONE
        };
        let (view, shared) = self.model(instruction, access, uses);
        if follows {
            let status = self.machine.status(self.current);
            let position = &mut self.threads[self.current as usize].position;
            position.end(instruction, access, uses, view, status);
            self.prepare();
        }
        // A thread does not stop within an instruction of which QEMU reports only some accesses.
        if self.unseen_write {
            return After::Continues;
        }
        if !shared {
            let spins = self.probes && self.spins(instruction, access);
            return if spins {
                After::Spins
            } else {
                After::Continues
            };
        }
        self.shared_at = fast::instructions();
        self.touched(access);
        self.accesses_left -= 1;
        if self.spins(instruction, access) {
            After::Spins
        } else if self.accesses_left <= 0 {
            After::QuantumOver
        } else {
            After::Continues
        }
    }

    /// Whether an access to an own page, or a load from a quiet one, has no effect on the model,
    /// although some write is unseen by the running thread: neither on the views of its registers nor
    /// on its stores.
    #[inline]
    fn changes_nothing(&mut self, instruction: &Instruction, access: MemoryAccess) -> bool {
        let quiet = !access.store
            && fast::is_quiet(access.addr)
            && self.machine.sees(self.current, self.quiet_since);
        let thread = &mut self.threads[self.current as usize];
        let own = |pages: &OwnPages| pages.has(access.addr);
        instruction.simple
            && (quiet || thread.own_pages.as_ref().is_some_and(own))
            && self
                .machine
                .is_quiet(self.current, instruction.next_single_copy)
            && self
                .machine
                .keeps_nothing_of(self.current, access.addr, access.size)
            && thread.position.keeps_nothing_of(access.addr, access.size)
            && thread.position.pass_if_quiet(instruction)
    }

    /// Whether the running thread, which has just made this access of shared memory, spins.
    fn spins(&mut self, instruction: &Instruction, access: MemoryAccess) -> bool {
        let spin = &mut self.threads[self.current as usize].spin;
        if access.store {
            self.progresses = true;
            spin.forget();
            return false;
        }
        // SAFETY: the guest has just loaded these bytes.
        let value = unsafe { guest_memory::value(access.addr, access.size) };
        spin.is_spinning(&Load {
            pc: instruction.address,
            addr: access.addr,
            value,
        })
    }
}
