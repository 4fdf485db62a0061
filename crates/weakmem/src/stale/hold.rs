//! Writes that a thread does not see, whatever it is ordered after: while it has open promises.

use super::{Hold, Stale, Unseen};
use crate::guards::Guards;
use crate::image::{Granule, PAGE_SIZE, page_of};
use crate::view::{Timestamp, View};

impl Stale {
    /// Whether a promised store of the thread's own is to this granule.
    pub fn is_pinned(&self, granule: u64) -> bool {
        let pinned = |it: &Unseen| it.granule == granule && it.hold == Hold::Pinned;
        self.writes.iter().any(pinned)
    }

    fn is_guarded(&self, granule: u64) -> bool {
        let page = page_of(granule);
        self.guarded.contains(&granule) || self.guarded_pages.contains(&page)
    }

    fn unguard_page(&mut self, page: u64, view: View) {
        if let Some(index) = self.guarded_pages.iter().position(|it| *it == page) {
            self.guarded_pages.swap_remove(index);
            for granule in self.held_in(page) {
                self.hold_again(granule);
                self.see(granule, view);
            }
        }
    }

    /// The granules of the page in which writes are held.
    pub fn held_in(&self, page: u64) -> Vec<u64> {
        let here = page..page + PAGE_SIZE as u64;
        let held = |it: &&Unseen| here.contains(&it.granule) && it.hold != Hold::No;
        let mut held: Vec<u64> = self
            .writes
            .iter()
            .filter(held)
            .map(|it| it.granule)
            .collect();
        held.sort_unstable();
        held.dedup();
        held
    }

    /// Whether the thread comes to see no new write to this granule for now.
    pub fn is_held(&self, granule: u64) -> bool {
        self.is_guarded(granule) || self.is_pinned(granule)
    }

    /// Whether a write to this granule is held already, and a later one need not be kept: the thread sees both at
    /// once, later. (Of a pinned granule each is kept, for the thread's own store comes between.)
    pub fn holds_enough(&mut self, granule: u64) -> bool {
        let held = |it: &Unseen| it.granule == granule && it.hold == Hold::Behind;
        let enough =
            self.is_guarded(granule) && !self.is_pinned(granule) && self.writes.iter().any(held);
        if enough {
            self.seen_alone();
        }
        enough
    }

    /// Whether the thread may come to see more of this granule.
    pub fn may_change(&self, granule: u64) -> bool {
        let mut writes = self.writes.iter();
        self.may_have(granule) && writes.any(|it| it.granule == granule && it.hold == Hold::No)
    }

    /// Later writes to these are held.
    pub fn guard_all(&mut self, guards: &Guards) {
        self.guarded.extend(guards.granules());
        self.guarded_pages.extend(guards.pages());
    }

    /// They are not, for the sake of one promise. The thread sees what it is ordered after (`view`) there.
    pub fn unguard_all(&mut self, guards: &Guards, view: View) {
        for granule in guards.granules() {
            self.unguard(granule, view);
        }
        for page in guards.pages() {
            self.unguard_page(page, view);
        }
    }

    fn unguard(&mut self, granule: u64, view: View) {
        if let Some(index) = self.guarded.iter().position(|it| *it == granule) {
            self.guarded.swap_remove(index);
            self.hold_again(granule);
            self.see(granule, view);
        }
    }

    /// They are not, whatever was promised.
    pub fn unguard_whole(&mut self, granule: u64) {
        if self.is_guarded(granule) {
            self.guarded.retain(|it| *it != granule);
            for it in self.writes.iter_mut().filter(|it| it.granule == granule) {
                if it.hold == Hold::Behind {
                    it.hold = Hold::No;
                }
            }
            let pinned = self.is_pinned(granule);
            if pinned {
                self.hold_again(granule);
            }
        }
    }

    /// What is held of a granule, anew.
    fn hold_again(&mut self, granule: u64) {
        let mut behind = self.is_guarded(granule);
        for it in self.writes.iter_mut().filter(|it| it.granule == granule) {
            match it.hold {
                Hold::Pinned => behind = true,
                _ if behind => it.hold = Hold::Behind,
                _ => it.hold = Hold::No,
            }
        }
    }

    /// The thread has promised this write, which is newer than all others.
    pub fn pin(&mut self, granule: u64, write: Timestamp, before: Granule) {
        self.push_unseen(Unseen {
            granule,
            write,
            committed: write,
            before,
            due: u64::MAX,
            hold: Hold::Pinned,
        });
    }

    /// The thread makes the store that it has promised as `write`: it sees that, and what else it is
    /// ordered after (`view`) in this granule.
    pub fn unpin(&mut self, granule: u64, write: Timestamp, view: View) {
        let here = |it: &&mut Unseen| it.granule == granule && it.write == write;
        for it in self.writes.iter_mut().filter(here) {
            it.hold = Hold::No;
        }
        self.hold_again(granule);
        self.see(granule, view.join(View::at(write)));
    }
}
