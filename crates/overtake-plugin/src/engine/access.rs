//! What an access does.

use super::flow::Uses;
use super::{Engine, Next};
use crate::fast::{self, Mine};
use crate::guest_memory;
use crate::pages::{self, Owner};
use crate::spin::Look;
use crate::translate::Instruction;
use crate::views::Guest;
use isa::{Access, Acquire, Flow};
use overtake_report::trace::Op;
use weakmem::{Load, MAX_ACCESS, Stop, Store, View};

/// A memory access as QEMU reports it, after it was done.
#[derive(Debug, Clone, Copy)]
pub struct MemoryAccess {
    /// Guest address.
    pub addr: u64,
    /// Bytes.
    pub size: usize,
    /// A store, or a read-modify-write.
    pub store: bool,
}

/// What becomes of the running thread after an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// It goes on.
    GoesOn,
    /// It has done as many accesses as it may.
    TimeIsUp,
    /// It waits for another thread in a loop.
    Waits,
}

impl Engine {
    /// Shows the running thread what its next access comes after.
    pub(super) fn prepare(&mut self) {
        let current = self.current;
        let position = &mut self.threads[current as usize].position;
        let mut guest = Guest(&mut self.run);
        let mut view = View::NONE;
        let unfinished = position.unfinished();
        for (instruction, address) in position
            .next_access(&mut self.machine, current)
            .into_iter()
            .chain(unfinished)
        {
            if !instruction.flow.load && instruction.access != Access::StoreConditional {
                continue;
            }
            view = view.join(address);
            // What is atomic reads what is newest. What is not understood may access nothing, and
            // nor does a store-conditional that fails: then this is for the access after it.
            if instruction.access != Access::Plain || instruction.flow == Flow::UNKNOWN {
                view = View::ALL;
            }
            if instruction.acquire == Acquire::Rcsc {
                view = view.join(self.machine.acquire_rcsc(current, &mut guest));
            }
        }
        self.machine.expect(current, view, &mut guest);
    }

    /// An access was done, as QEMU reports it: newer versions report as one what is two accesses
    /// to the architecture, a pair of registers or the halves of a vector.
    ///
    /// They also report the read of an atomic and its write one after the other, when both are
    /// done; QEMU 7.2 reports one access that stores. So the read alone says nothing.
    pub fn access(&mut self, instruction: &Instruction, access: MemoryAccess) -> Next {
        let atomic = matches!(
            instruction.access,
            Access::Atomic | Access::StoreConditional
        );
        if atomic && !access.store {
            return Next::Continue;
        }
        self.notice();
        let start = access.addr & self.address_mask;
        let part = match instruction.access {
            Access::Plain | Access::LoadReserved if instruction.flow.several => {
                usize::from(instruction.flow.part).min(access.size)
            }
            _ => access.size,
        };
        let access = MemoryAccess {
            addr: start,
            ..access
        };
        let after = if part == access.size {
            self.part(instruction, access)
        } else {
            self.parts(instruction, access, part)
        };
        match after {
            After::GoesOn => Next::Continue,
            _ if self.alone() => {
                self.go_on_alone();
                Next::Continue
            }
            after => {
                self.stop_at(instruction, true);
                self.waits = after == After::Waits;
                if !self.waits {
                    self.stop = Stop::Accesses;
                }
                Next::HandOff
            }
        }
    }

    /// Several accesses of the architecture were done, of `part` bytes each.
    #[cold]
    fn parts(&mut self, instruction: &Instruction, access: MemoryAccess, part: usize) -> After {
        let mut stored = [0; 2 * MAX_ACCESS];
        let stored = &mut stored[..access.size.min(2 * MAX_ACCESS)];
        if access.store {
            // SAFETY: the guest has just stored these bytes.
            unsafe { guest_memory::read(access.addr, stored) };
        }
        let mut after = After::GoesOn;
        for (index, bytes) in stored.chunks(part).enumerate() {
            let addr = access.addr + (index * part) as u64;
            if access.store {
                // What the thread came to see by the part before may have been put over them.
                // SAFETY: as above.
                unsafe { guest_memory::write(addr, bytes) };
            }
            let access = MemoryAccess {
                addr,
                size: part,
                ..access
            };
            // Who stops after a part does so when the instruction is done.
            after = match self.part(instruction, access) {
                After::GoesOn => after,
                stops => stops,
            };
        }
        after
    }

    /// An access of the architecture was done.
    fn part(&mut self, instruction: &Instruction, access: MemoryAccess) -> After {
        if let Some(hash) = &mut self.accesses {
            hash.add(
                self.current,
                instruction.address,
                access.addr,
                access.size,
                access.store,
            );
        }
        if self.is_of_no_consequence(instruction, access) {
            return After::GoesOn;
        }
        if instruction.access == Access::StoreConditional {
            if self.spoiled.is_some() {
                // It failed, and stored nothing.
                self.mend();
                return After::GoesOn;
            }
            self.machine.end_reservation(self.current);
        }
        let follows = self.machine.tracks(self.current);
        let uses = if follows {
            let position = &mut self.threads[self.current as usize].position;
            position.begin(instruction, &mut self.machine, self.current)
        } else {
            Uses::NONE
        };
        let (view, shared) = self.model(instruction, access, uses);
        if instruction.access == Access::LoadReserved {
            self.reserve(instruction, access, view);
        }
        if follows {
            let status = self.machine.status(self.current);
            let position = &mut self.threads[self.current as usize].position;
            position.end(instruction, uses, view, status);
            self.prepare();
        }
        // An instruction that is not understood is not left half done.
        if !shared || self.unseen_write {
            return After::GoesOn;
        }
        self.shared_at = fast::instructions();
        let page = pages::number(access.addr);
        if self.stacks.touched(page, self.current) {
            self.give_back(page);
        }
        self.accesses_left -= 1;
        if self.waits(instruction, access) {
            After::Waits
        } else if self.accesses_left <= 0 {
            After::TimeIsUp
        } else {
            After::GoesOn
        }
    }

    /// Whether an access to the running thread's own memory changes nothing although it may see the
    /// past: neither what its registers come after, nor what it stored.
    #[inline]
    fn is_of_no_consequence(&mut self, instruction: &Instruction, access: MemoryAccess) -> bool {
        let thread = &mut self.threads[self.current as usize];
        let own = |mine: &Mine| mine.has(access.addr);
        instruction.simple
            && thread.mine.as_ref().is_some_and(own)
            && self.machine.is_quiet(self.current)
            && self
                .machine
                .keeps_nothing_of(self.current, access.addr, access.size)
            && thread.position.passes_quietly(instruction)
    }

    /// Whether the running thread, which has just made this access of shared memory, waits in a loop
    /// for another one.
    fn waits(&mut self, instruction: &Instruction, access: MemoryAccess) -> bool {
        let spin = &mut self.threads[self.current as usize].spin;
        if access.store {
            spin.forget();
            return false;
        }
        let mut bytes = [0; MAX_ACCESS];
        let size = access.size.min(MAX_ACCESS);
        // SAFETY: the guest has just loaded these.
        unsafe { guest_memory::read(access.addr, &mut bytes[..size]) };
        spin.waits(&Look {
            pc: instruction.address,
            addr: access.addr,
            bytes,
        })
    }

    /// A load-reserved was done, which came after `view`.
    fn reserve(&mut self, instruction: &Instruction, access: MemoryAccess, view: View) {
        let mut bytes = [0; MAX_ACCESS];
        let bytes = &mut bytes[..access.size.min(MAX_ACCESS)];
        // SAFETY: the guest has just loaded these.
        unsafe { guest_memory::read(access.addr, bytes) };
        let pair = self.load_reserved_at == instruction.address;
        self.load_reserved_at = instruction.address;
        self.machine
            .reserve(self.current, access.addr, bytes, view, pair);
    }

    /// An access goes through the model, if its page is shared. Returns what a load came after,
    /// and whether the page is shared.
    #[inline]
    fn model(
        &mut self,
        instruction: &Instruction,
        access: MemoryAccess,
        uses: Uses,
    ) -> (View, bool) {
        let first = pages::number(access.addr);
        let last = pages::number(access.addr + access.size as u64 - 1);
        let owner = self.pages.owner(first);
        if owner == Owner::Thread(self.current) && first == last {
            if let Some(mine) = &self.threads[self.current as usize].mine {
                mine.add(first);
            }
            return (self.private_access(instruction, access, uses, false), false);
        }
        if (owner != Owner::Shared || first != last) && !self.touch(first, last, access) {
            let strong = owner == Owner::Unmodelled;
            if strong && access.store {
                // Visible at once, so what must be visible before it is made so.
                let mut guest = Guest(&mut self.run);
                self.machine.drain(self.current, &mut guest);
                self.machine.lose_all_reservations(self.current);
            }
            // What has just been shared is as old as now.
            let now = strong || self.pages.owner(first) == Owner::Shared;
            return (self.private_access(instruction, access, uses, now), false);
        }
        (self.shared_access(instruction, access, uses), true)
    }

    /// An access that is visible to all at once, or to nobody else. Still it orders: a release
    /// that is visible at once makes what it releases visible too.
    fn private_access(
        &mut self,
        instruction: &Instruction,
        access: MemoryAccess,
        uses: Uses,
        now: bool,
    ) -> View {
        let (current, mut guest) = (self.current, Guest(&mut self.run));
        let acquire = instruction.acquire != Acquire::No;
        let atomic = instruction.access == Access::Atomic;
        if instruction.release || (acquire && atomic) {
            self.machine.private_release(current, &mut guest);
        }
        let mut address = uses.address;
        if instruction.acquire == Acquire::Rcsc {
            address = address.join(self.machine.acquire_rcsc(current, &mut guest));
        }
        if !self.machine.tracks(current) {
            return View::NONE;
        }
        let mut view = View::NONE;
        if !access.store || atomic {
            let load = Load {
                addr: access.addr,
                len: access.size,
                address,
                acquire,
            };
            view = self.machine.private_load(current, load, now);
            if acquire {
                self.machine.acquired(current, view, atomic, &mut guest);
            }
        }
        if access.store {
            let store = Store {
                addr: access.addr,
                bytes: &[0; MAX_ACCESS][..access.size.min(MAX_ACCESS)],
                release: false,
                address: uses.address,
                data: uses.data,
            };
            self.machine.private_store(current, store);
        }
        for fence in instruction.fence.into_iter().chain(instruction.after) {
            self.machine.fence(current, fence, &mut guest);
        }
        view
    }

    /// Writes an access of shared memory into the trace, as the model is about to take it.
    #[cold]
    fn trace(&mut self, instruction: &Instruction, access: MemoryAccess, atomic: bool) {
        let MemoryAccess { addr, size, store } = access;
        let mut bytes = vec![0; size.min(MAX_ACCESS)];
        // SAFETY: the guest has just accessed these.
        unsafe { guest_memory::read(addr, &mut bytes) };
        let next = self.machine.next_store(self.current).number;
        let unseen = if store {
            Vec::new()
        } else {
            let unseen = self.machine.unseen_by_next(self.current, addr, size);
            unseen.collect()
        };
        self.run.access(overtake_report::trace::Access {
            thread: self.current,
            pc: instruction.address,
            addr,
            op: match (store, atomic) {
                (false, _) => Op::Load,
                (true, false) => Op::Store,
                (true, true) => Op::Atomic,
            },
            bytes,
            number: store.then_some(next),
            unseen,
            acquire: instruction.acquire != Acquire::No,
            release: instruction.release,
            orders: instruction.fence.unwrap_or_default(),
        });
    }

    fn shared_access(
        &mut self,
        instruction: &Instruction,
        access: MemoryAccess,
        uses: Uses,
    ) -> View {
        let MemoryAccess { addr, size, store } = access;
        let (current, mut guest) = (self.current, Guest(&mut self.run));
        let guest = &mut guest;
        let acquire = instruction.acquire != Acquire::No;
        let mut bytes = [0; MAX_ACCESS];
        let bytes = &mut bytes[..size.min(MAX_ACCESS)];
        if store {
            // SAFETY: the guest has just stored there.
            unsafe { guest_memory::read(addr, bytes) };
        }
        let atomic = match instruction.access {
            Access::Plain | Access::LoadReserved => false,
            Access::StoreConditional | Access::Atomic => store,
        };
        let mut view = View::NONE;
        let mut address = uses.address;
        let loads = !store || instruction.access == Access::Atomic;
        if loads && instruction.acquire == Acquire::Rcsc {
            address = address.join(self.machine.acquire_rcsc(current, guest));
        }
        if self.run.is_traced() {
            self.trace(instruction, access, atomic);
        }
        if loads {
            let load = Load {
                addr,
                len: size,
                address,
                acquire,
            };
            view = self.machine.load(current, load);
        }
        if store {
            let life = if atomic {
                0
            } else {
                let store = self.machine.next_store(current);
                self.run.strategy.store_delay(store)
            };
            let guest = &mut Guest(&mut self.run);
            let store = Store {
                addr,
                bytes,
                release: instruction.release,
                address: uses.address,
                // What an atomic stores is made from what it read; if it is a compare-and-swap
                // that failed, which is reported as a store, it is that.
                data: uses.data.join(view),
            };
            if atomic {
                self.machine.atomic(current, store, guest);
            } else {
                self.machine.store(current, store, life, guest);
            }
        }
        let guest = &mut Guest(&mut self.run);
        if acquire {
            self.machine.acquired(current, view, atomic, guest);
        }
        // What a fence on an access orders, it orders on both sides of it.
        for fence in instruction.fence.into_iter().chain(instruction.after) {
            self.machine.fence(current, fence, guest);
        }
        view
    }
}
