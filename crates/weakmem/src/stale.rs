//! Which visible writes a thread has not seen: there it reads stale values.
//!
//! A write that has become visible may still be *unseen* by a thread: the thread still reads
//! what was there before, until a fence, an acquire, a dependency or a read of the location's
//! newer contents shows that it is ordered after the write. This is how loads are reordered: a later
//! load that reads a stale value was, in effect, done before an earlier load that read a newer one.
//!
//! On Power a write may also be *held*: it has not arrived at the thread ([`crate::late`]). Whatever the thread is
//! ordered after, it does not see that.
//!
//! A thread's own promised store ([`crate::Promise`]) is *pinned*: unseen by the thread itself, and so
//! are later writes to these granules, whatever it sees elsewhere, until it makes the store. So are, until then,
//! all later writes to the granules that are *guarded* for the promise ([`crate::Guards`]).

mod hold;

use crate::held::{Held, HeldWrite};
use crate::image::{GRANULE, Granule, PAGE_SIZE};
use crate::unseen::{Hold, Unseen, bit, first_of_each};
use crate::view::{Timestamp, View};

/// Granules of unseen writes at most, for each thread; one more, and it sees the oldest.
const CAPACITY: usize = 128;

/// The writes that a thread has not seen, from the oldest. Of each granule they are the newest
/// ones: who has not seen a write has not seen the later ones to that granule either (coherence).
///
/// What the thread sees of a block of several granules may be of several moments: of each granule
/// another. [`Stale::even`] says up to which size of blocks it is one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Stale {
    writes: Vec<Unseen>,
    /// One bit for each granule of `writes`; several granules may share one. A bit that is 0 answers most
    /// questions.
    granules: u64,
    even: u64,
    held: Held,
    /// Granules that stay what they are for the thread; one that several promises guard is in it several times.
    guarded: Vec<u64>,
    /// Pages that do, in the same way.
    guarded_pages: Vec<u64>,
}

impl Default for Stale {
    fn default() -> Self {
        Self {
            writes: Vec::new(),
            granules: 0,
            even: u64::MAX,
            held: Held::default(),
            guarded: Vec::new(),
            guarded_pages: Vec::new(),
        }
    }
}

impl Stale {
    /// Of each aligned block of at most so many bytes, the thread is known to see one moment.
    pub fn even(&self) -> u64 {
        self.even
    }

    /// [`Stale::even`] is this from here on.
    pub fn set_even(&mut self, even: u64) {
        self.even = even;
    }

    /// The thread has come to see one write to a granule, and perhaps not older ones beside it.
    pub fn seen_alone(&mut self) {
        if !self.writes.is_empty() {
            self.even = GRANULE as u64;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.held.is_empty()
    }

    /// Whether the thread has seen all that has arrived.
    pub fn has_seen_all(&self) -> bool {
        self.writes.is_empty()
    }

    /// The writes that have not arrived.
    pub fn held(&self) -> &Held {
        &self.held
    }

    pub fn held_mut(&mut self) -> &mut Held {
        &mut self.held
    }

    /// A write has not arrived. It is later than all others to the granule.
    pub fn hold(&mut self, held: HeldWrite) {
        self.granules |= bit(held.granule);
        self.held.push(held);
    }

    /// The write, of which this is one granule, arrives now, and earlier ones to the granule are skipped.
    /// Returns what was there before.
    pub fn arrive(&mut self, granule: u64, write: Timestamp) -> Option<Granule> {
        let before = self.held.take_up_to(granule, write)?;
        self.removed();
        Some(before)
    }

    /// Whether some write to the granule has not arrived.
    pub fn is_late(&self, granule: u64) -> bool {
        self.may_have(granule) && self.held.first(granule).is_some()
    }

    /// Whether some write to the granule may be unseen.
    #[inline]
    fn may_have(&self, granule: u64) -> bool {
        self.granules & bit(granule) != 0
    }

    /// When the newest unseen write to the granule is due.
    pub fn due(&self, granule: u64) -> Option<u64> {
        if !self.may_have(granule) {
            return None;
        }
        let unseen = |it: &&Unseen| it.granule == granule && it.hold != Hold::Pinned;
        self.writes.iter().rfind(unseen).map(|it| it.due)
    }

    /// For how many more there is room.
    pub fn room(&self) -> usize {
        CAPACITY - self.writes.len()
    }

    /// The oldest unseen write.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.writes.first().map(|it| it.write)
    }

    /// The one that the thread sees when there is no room for another one: the oldest that is not held, or, if
    /// there is none, that is not pinned.
    fn dispensable(&self) -> Option<usize> {
        let is = |hold| self.writes.iter().position(|it| it.hold == hold);
        is(Hold::No).or_else(|| is(Hold::Behind))
    }

    /// The granule of that write.
    pub fn oldest_not_pinned(&self) -> Option<u64> {
        self.dispensable().map(|it| self.writes[it].granule)
    }

    /// The thread sees that write.
    pub fn see_oldest(&mut self) {
        if let Some(oldest) = self.dispensable() {
            self.writes.remove(oldest);
            self.removed();
            self.seen_alone();
        }
    }

    /// The latest view that includes no unseen write.
    #[inline]
    pub fn seen(&self) -> View {
        let before = |it: &Unseen| View::at(it.write - 1);
        self.writes.first().map_or(View::ALL, before)
    }

    /// The thread does not see this write, which is newer than all others.
    pub fn push(&mut self, granule: u64, write: Timestamp, before: Granule, due: u64) {
        let hold = if self.is_held(granule) {
            Hold::Behind
        } else {
            Hold::No
        };
        self.push_unseen(Unseen {
            granule,
            write,
            committed: write,
            before,
            due,
            hold,
        });
    }

    /// The newest write to the granule, which is unseen, was committed then.
    pub fn was_committed(&mut self, granule: u64, committed: Timestamp) {
        let mut writes = self.writes.iter_mut();
        if let Some(newest) = writes.rfind(|it| it.granule == granule) {
            newest.committed = committed;
        }
    }

    fn push_unseen(&mut self, unseen: Unseen) {
        debug_assert!(self.room() > 0);
        let last = self.writes.last();
        debug_assert!(last.is_none_or(|last| last.write <= unseen.write));
        self.granules |= bit(unseen.granule);
        self.writes.push(unseen);
    }

    /// The write will not arrive.
    pub fn skip(&mut self, write: Timestamp) {
        self.held.remove(write);
        self.removed();
    }

    /// What a thread that is ordered after `view` sees of the granule: nothing if it is the newest
    /// contents.
    #[inline]
    pub fn contents(&self, granule: u64, view: View) -> Option<&Granule> {
        if !self.may_have(granule) {
            return None;
        }
        let unseen = |it: &&Unseen| it.granule == granule && it.is_hidden(view);
        match self.writes.iter().find(unseen) {
            Some(it) => Some(&it.before),
            None => self.held.first(granule).map(|it| &it.before),
        }
    }

    /// The oldest write to the granule that a thread that is ordered after `view` does not see.
    pub fn oldest_unseen(&self, granule: u64, view: View) -> Option<Timestamp> {
        if !self.may_have(granule) {
            return None;
        }
        let unseen = |it: &&Unseen| it.granule == granule && it.is_hidden(view);
        self.writes.iter().find(unseen).map(|it| it.write)
    }

    /// When the oldest write to the granule was committed that a thread that is ordered after `view` does not
    /// see, or that has not arrived at it.
    pub fn oldest_hidden(&self, granule: u64, view: View) -> Option<Timestamp> {
        if !self.may_have(granule) {
            return None;
        }
        let unseen = |it: &&Unseen| it.granule == granule && it.is_hidden(view);
        let unseen = self.writes.iter().find(unseen).map(|it| it.committed);
        unseen.or_else(|| self.held.first(granule).map(|it| it.write))
    }

    /// Where a thread after `more` sees something else than after `less`, which is earlier: granule,
    /// what it sees after `less`, and after `more`; nothing if that is the newest contents.
    pub fn changes(
        &self,
        less: View,
        more: View,
    ) -> impl Iterator<Item = (u64, &Granule, Option<&Granule>)> {
        // From the oldest: those that a view includes come first.
        let seen = |view: View| self.writes.partition_point(|it| view.includes(it.write));
        let changed = first_of_each(&self.writes[seen(less)..seen(more)], |it| {
            it.hold == Hold::No
        });
        changed.map(move |it| (it.granule, &it.before, self.contents(it.granule, more)))
    }

    /// The granules in which a thread after `view` reads stale values, and what it reads there.
    pub fn granules(&self, view: View) -> impl Iterator<Item = (u64, &Granule)> {
        let unseen = first_of_each(&self.writes, move |it| it.is_hidden(view));
        let hidden = move |granule: u64| {
            let hides = |it: &Unseen| it.granule == granule && it.is_hidden(view);
            self.writes.iter().any(hides)
        };
        let held = self.held.iter().filter(move |it| {
            let first = self.held.first(it.granule).map(|first| first.write);
            first == Some(it.write) && !hidden(it.granule)
        });
        let unseen = unseen.map(|it| (it.granule, &it.before));
        unseen.chain(held.map(|it| (it.granule, &it.before)))
    }

    /// The thread is ordered after `view` from here on: of each block it still sees one moment.
    pub fn see_all(&mut self, view: View) {
        self.remove(|it| view.includes(it.write));
    }

    /// The thread is ordered after `view` for this granule.
    pub fn see(&mut self, granule: u64, view: View) {
        if self.may_have(granule)
            && self.remove(|it| it.granule == granule && view.includes(it.write))
        {
            self.seen_alone();
        }
    }

    /// The thread sees what is due by this round. Within a granule, what is older is due earlier.
    pub fn see_due(&mut self, round: u64) {
        if self.remove(|it| it.due <= round) {
            self.seen_alone();
        }
    }

    /// Forgets the unseen writes to the page that starts at `page`.
    pub fn forget_page(&mut self, page: u64) {
        let here = page..page + PAGE_SIZE as u64;
        self.writes.retain(|it| !here.contains(&it.granule));
        self.held.forget_page(page);
        self.removed();
    }

    /// The writes to these bytes that are unseen, from the oldest; each once.
    pub fn unseen_in(&self, addr: u64, len: usize) -> Vec<Timestamp> {
        let mut writes: Vec<Timestamp> = self.within(addr, len).map(|it| it.write).collect();
        writes.dedup();
        writes
    }

    /// Whether the thread reads something older there than the last write of another thread; `before`: than
    /// the last one before the stores that it has promised itself.
    pub fn is_older_in(&self, addr: u64, len: usize, before: bool) -> bool {
        let older = |it: &Unseen| match it.hold {
            Hold::No => true,
            Hold::Pinned => false,
            Hold::Behind => !before,
        };
        // What has not arrived is later than the promised stores, too ([`Stale::is_late`]).
        let late = || !before && !self.held.within(addr, len).is_empty();
        self.within(addr, len).any(older) || late()
    }

    fn within(&self, addr: u64, len: usize) -> impl Iterator<Item = &Unseen> {
        let end = addr.saturating_add(len as u64);
        let first = addr - addr % GRANULE as u64;
        self.writes
            .iter()
            .filter(move |it| (first..end).contains(&it.granule))
    }

    /// The aligned blocks of `size` bytes that hold an unseen write; each once.
    pub fn blocks(&self, size: u64) -> Vec<u64> {
        let unseen = self.writes.iter().map(|it| it.granule);
        let granules = unseen.chain(self.held.iter().map(|it| it.granule));
        let blocks = granules.map(|granule| granule - granule % size);
        let mut blocks: Vec<u64> = blocks.collect();
        blocks.sort_unstable();
        blocks.dedup();
        blocks
    }

    /// Removes those that were seen and are not held. Returns whether there were such.
    fn remove(&mut self, seen: impl Fn(&Unseen) -> bool) -> bool {
        let before = self.writes.len();
        self.writes.retain(|it| it.hold != Hold::No || !seen(it));
        let removed = before != self.writes.len();
        if removed {
            self.removed();
        }
        removed
    }

    /// Some writes are no longer unseen.
    fn removed(&mut self) {
        let unseen = self.writes.iter().map(|it| it.granule);
        let granules = unseen.chain(self.held.iter().map(|it| it.granule));
        self.granules = granules.fold(0, |all, it| all | bit(it));
        if self.writes.is_empty() {
            self.even = u64::MAX;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_a_page_that_is_forgotten() {
        let mut stale = Stale::default();
        stale.push(0x1004, 1, Granule::default(), 9);
        stale.pin(0x1008, 2, Granule::default());
        stale.seen_alone();
        stale.forget_page(0x1000);
        assert_eq!(stale, Stale::default());
    }
}
