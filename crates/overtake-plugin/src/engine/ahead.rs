//! The copy of the process that looks ahead (`lookahead`, `promises`).

use super::early_stores::{Found, Looking, Place};
use super::{Engine, MemoryAccess};
use crate::fast;
use crate::pages::{self, Owner};
use crate::trace;
use crate::translate::{Block, Instruction};
use weakmem::{EarlyStore, Guards, Kind};

impl Engine {
    /// Passes an access of the architecture to the machine that looks ahead.
    #[inline]
    pub(super) fn access_ahead(&mut self, instruction: &Instruction, access: MemoryAccess) {
        if self.early.looks() {
            let end = access.addr + access.size as u64 - 1;
            let on = pages::number(access.addr)..=pages::number(end);
            let mut owners = on.clone().map(|page| self.pages.owner(page));
            let shared = owners.any(|it| it != Owner::Thread(self.current));
            let failed = shared && access.store && self.comparison_failed(instruction, access);
            let loads = !access.store || instruction.step.kind == Kind::Atomic;
            let access = MemoryAccess {
                store: access.store && !failed,
                ..access
            };
            if let Some(looking) = &mut self.early.looking {
                if !shared && loads {
                    on.for_each(|page| looking.loads_own(page));
                }
                // The others' pending stores become visible in the copy too.
                let written = self.machine.written(access.addr, access.size);
                let since = shared && loads && !looking.since.includes(written);
                looking.shadow.access(instruction, access, shared, since);
            }
        }
    }

    /// Passes the start of a block to it.
    #[inline]
    pub(super) fn block_ahead(&mut self, block: &'static Block) {
        if let Some(looking) = &mut self.early.looking {
            if looking.shadow.waits() {
                self.end_copy();
            } else {
                looking.shadow.block(block);
            }
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
            && (self.will_fail(instruction)
                || instruction.step.synchronises
                || instruction.unseen_write
                || instruction.reads_clock
                || instruction.spin_hint)
        {
            self.end_copy();
        }
        if let Some(looking) = &mut self.early.looking {
            if looking.shadow.waits() {
                self.end_copy();
            } else {
                looking.shadow.before(instruction);
            }
        }
    }

    /// Whether this is a store-conditional that has lost its reservation.
    fn will_fail(&self, instruction: &Instruction) -> bool {
        let held = self.machine.reservation(self.current);
        instruction.step.kind == Kind::StoreConditional && held.is_none_or(|it| it.is_lost())
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
        let useful = |it: &usize| all[*it].overtakes != 0;
        let useful: Vec<usize> = (0..all.len()).filter(useful).collect();
        let mut drawn = looking.drawn;
        let one = *useful.get(draw(&mut drawn, useful.len()))?;
        let overtaken = all[one].overtakes;
        let overtaken: Vec<u64> = (0..u64::from(u64::BITS))
            .filter(|it| overtaken >> it & 1 != 0)
            .collect();
        // Before the first of these, as a rule: that overtakes all of them.
        let which = if draw(&mut drawn, 4) == 0 {
            draw(&mut drawn, overtaken.len())
        } else {
            0
        };
        let place = overtaken[which];
        let there = |it: &&usize| all[**it].after <= place && all[**it].overtakes >> place != 0;
        let wanted: Vec<usize> = if draw(&mut drawn, 4) == 0 {
            vec![one]
        } else {
            useful.iter().filter(there).copied().collect()
        };
        let stores = looking.shadow.together(&wanted, place);
        let stores = stores.or_else(|| looking.shadow.together(&[one], place))?;
        let own = looking
            .own_pages
            .iter()
            .try_fold(Guards::NONE, |all, page| {
                all.with_page(page << pages::PAGE_BITS)
            })?;
        let mut stores = stores;
        for store in &mut stores {
            store.guards = store.guards.and_pages_of(&own);
        }
        let last = place.checked_sub(1).map(|last| last as usize);
        let place = last.map_or(Place::default(), |last| looking.at_load[last]);
        let possible = |it: &EarlyStore| self.is_shared(it) && !looking.tells_numbers(it);
        let shared = stores.iter().all(possible);
        let found = stores.into_iter().map(|store| Found { store, place });
        shared.then(|| found.collect())
    }

    fn is_shared(&mut self, store: &EarlyStore) -> bool {
        let last = store.addr + store.bytes().len() as u64 - 1;
        let addresses = [store.addr, last].into_iter().chain(store.guards.blocks());
        let mut pages = addresses.map(pages::number);
        pages.all(|page| self.pages.owner(page) == Owner::Shared)
    }
}

/// A number below `bound`, from a random number, which is another one afterwards.
fn draw(random: &mut u64, bound: usize) -> usize {
    let drawn = u128::from(*random) * bound as u128;
    *random = trace::mix(*random);
    (drawn >> 64) as usize
}
