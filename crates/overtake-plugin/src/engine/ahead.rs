//! The copy of the process that looks ahead (`lookahead`, `promises`).

use super::early_stores::{Found, Looking, Place};
use super::{Engine, MemoryAccess};
use crate::fast;
use crate::pages::{self, Owner};
use crate::translate::{Block, Instruction};
use weakmem::{EarlyStore, Kind};

impl Engine {
    /// Passes an access of the architecture to the machine that looks ahead.
    #[inline]
    pub(super) fn access_ahead(&mut self, instruction: &Instruction, access: MemoryAccess) {
        if let Some(looking) = &mut self.early.looking {
            let page = pages::number(access.addr);
            let shared = self.pages.owner(page) != Owner::Thread(self.current);
            looking.shadow.access(instruction, access, shared);
        }
    }

    /// Passes the start of a block to it.
    #[inline]
    pub(super) fn block_ahead(&mut self, block: &'static Block) {
        if let Some(looking) = &mut self.early.looking {
            looking.shadow.block(block);
        }
    }

    /// Ends a copy before what it must not do.
    #[inline]
    pub(crate) fn end_copy(&mut self) {
        if let Some(looking) = self.early.looking.take() {
            self.answer(looking);
        }
    }

    /// Ends a copy where this instruction must not run ahead, or the copy has come far enough.
    pub(super) fn end_copy_before(&mut self, instruction: &Instruction) {
        if self.early.looks()
            && (instruction.step.kind != Kind::Plain
                || instruction.step.synchronises
                || instruction.unseen_write
                || instruction.reads_clock
                || instruction.spin_hint)
        {
            self.end_copy();
        }
        if let Some(looking) = &mut self.early.looking {
            looking.shadow.before(instruction);
        }
    }

    /// Ends a copy that has come far enough.
    pub(super) fn end_copy_far(&mut self) {
        let end = self.early.looking.as_ref().map(|it| it.end);
        if end.is_some_and(|end| fast::instructions() >= end) {
            self.end_copy();
        }
    }

    /// Answers with the stores that overtake some load of shared memory.
    #[cold]
    fn answer(&mut self, looking: Looking) -> ! {
        let found = self.chosen(&looking).unwrap_or_default();
        looking.answers.give(&found)
    }

    /// Chooses what to promise: a store that overtakes some load of shared memory, alone, or with all
    /// others that can be promised at its place; and those that they need.
    fn chosen(&mut self, looking: &Looking) -> Option<Vec<Found>> {
        let all = looking.shadow.found();
        let useful = |it: &usize| all[*it].overtakes > 0;
        let useful: Vec<usize> = (0..all.len()).filter(useful).collect();
        let index = (u128::from(looking.drawn >> 1) * useful.len() as u128) >> 63;
        let one = *useful.get(index as usize)?;
        let there = |it: &&usize| all[**it].after == all[one].after;
        let wanted: Vec<usize> = if looking.drawn.is_multiple_of(2) {
            vec![one]
        } else {
            useful.iter().filter(there).copied().collect()
        };
        let (after, stores) = looking.shadow.together(&wanted)?;
        let last = after.checked_sub(1).map(|last| last as usize);
        let place = last.map_or(Place::default(), |last| looking.at_load[last]);
        let shared = stores.iter().all(|it| self.is_shared(it));
        let found = stores.into_iter().map(|store| Found { store, place });
        shared.then(|| found.collect())
    }

    fn is_shared(&mut self, store: &EarlyStore) -> bool {
        let last = store.addr + store.bytes().len() as u64 - 1;
        let mut pages = [store.addr, last].into_iter().map(pages::number);
        pages.all(|page| self.pages.owner(page) == Owner::Shared)
    }
}
