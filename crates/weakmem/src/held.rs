//! Writes that have not arrived at a thread, by granules.

use crate::image::{GRANULE, Granule, PAGE_SIZE};
use crate::view::Timestamp;

/// A write, or its part in one granule, that has not arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct HeldWrite {
    pub granule: u64,
    /// When it was committed.
    pub write: Timestamp,
    /// What was there before it.
    pub before: Granule,
    /// [`crate::Machine`]'s round in which it arrives whatever happens.
    pub due: u64,
}

/// The writes that have not arrived at a thread. Those to one granule are in coherence order, and later in it
/// than all that have arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Held {
    writes: Vec<HeldWrite>,
}

impl Held {
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    pub fn len(&self) -> usize {
        self.writes.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &HeldWrite> {
        self.writes.iter()
    }

    /// The oldest to the granule: before it is what the thread sees there at most.
    #[inline]
    pub fn first(&self, granule: u64) -> Option<&HeldWrite> {
        self.writes.iter().find(|it| it.granule == granule)
    }

    /// Those to these bytes' granules, each write once, in coherence order where they share a granule.
    pub fn within(&self, addr: u64, len: usize) -> Vec<Timestamp> {
        let end = addr.saturating_add(len as u64);
        let first = addr - addr % GRANULE as u64;
        let mut writes = Vec::new();
        for it in &self.writes {
            if (first..end).contains(&it.granule) && !writes.contains(&it.write) {
                writes.push(it.write);
            }
        }
        writes
    }

    /// A write that is later than all others to the granule.
    pub fn push(&mut self, held: HeldWrite) {
        self.writes.push(held);
    }

    /// A write goes just below `above` in this granule. `bytes`: those of it in the granule, from this offset on.
    /// Without `write` the thread sees it.
    pub fn insert_below(
        &mut self,
        above: Timestamp,
        granule: u64,
        write: Option<(Timestamp, u64)>,
        bytes: (usize, &[u8]),
        now: Timestamp,
    ) {
        let found = |it: &HeldWrite| it.granule == granule && it.write == above;
        let Some(index) = self.writes.iter().position(found) else {
            return;
        };
        let before = self.writes[index].before;
        let after = &mut self.writes[index].before;
        after.bytes[bytes.0..bytes.0 + bytes.1.len()].copy_from_slice(bytes.1);
        after.written = now;
        if let Some((write, due)) = write {
            let held = HeldWrite {
                granule,
                write,
                before,
                due,
            };
            self.writes.insert(index, held);
        }
    }

    /// Takes the writes to the granule up to this one out. Returns what was before them.
    pub fn take_up_to(&mut self, granule: u64, write: Timestamp) -> Option<Granule> {
        let before = self.first(granule)?.before;
        let there = |it: &HeldWrite| it.granule == granule;
        let last = self
            .writes
            .iter()
            .position(|it| there(it) && it.write == write)?;
        let mut index = 0;
        self.writes.retain(|it| {
            index += 1;
            !there(it) || index > last + 1
        });
        Some(before)
    }

    /// What the thread sees of the granule has arrived now, if some of its writes have not.
    pub fn arrived(&mut self, granule: u64, now: Timestamp) -> bool {
        let next = self.writes.iter_mut().find(|it| it.granule == granule);
        next.map(|it| it.before.written = now).is_some()
    }

    pub fn remove(&mut self, write: Timestamp) {
        self.writes.retain(|it| it.write != write);
    }

    /// Forgets the page that starts at `page`.
    pub fn forget_page(&mut self, page: u64) {
        let here = page..page + PAGE_SIZE as u64;
        self.writes.retain(|it| !here.contains(&it.granule));
    }
}
