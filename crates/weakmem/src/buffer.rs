//! One thread's store buffer: what it has stored and nobody else sees.

use crate::access::Store;
use crate::order::StoreOrder;
use crate::view::View;

/// Bytes of the largest access that is one access (16: a quadword pair).
pub const MAX_ACCESS: usize = 16;

/// Entries of a full buffer; one more store commits the oldest first. About the size of the
/// store buffers of today's large cores (50 to 70 entries), and small enough for a bit set.
pub(crate) const CAPACITY: usize = 56;

/// A store that is not committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub addr: u64,
    len: u8,
    bytes: [u8; MAX_ACCESS],
    /// Number of store→store fences that this thread had passed: a store commits after every store of an
    /// earlier epoch.
    pub epoch: u64,
    /// A release store: a later RCsc acquire of the same thread waits for it.
    pub release: bool,
    /// The write of an atomic or of a store-conditional. Until it commits, no other thread may
    /// write there: its read must stay the write before it.
    pub atomic: bool,
    /// What its address and its data depend on: a load that reads it before it is visible is
    /// ordered after both.
    pub address: View,
    pub data: View,
    /// [`crate::Machine`]'s round in which it becomes visible, if it may by then.
    pub due: u64,
    /// Which of its thread's stores it is.
    pub number: u64,
    pub overtaken_by_store: bool,
    pub overtaken_by_load: bool,
}

impl Pending {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }

    pub fn overlaps(&self, addr: u64, len: usize) -> bool {
        self.addr < addr + len as u64 && addr < self.addr + u64::from(self.len)
    }
}

/// The pending stores of one thread, in program order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreBuffer {
    entries: Vec<Pending>,
    epoch: u64,
}

impl StoreBuffer {
    pub(crate) fn entries(&self) -> &[Pending] {
        &self.entries
    }

    pub(crate) fn entries_mut(&mut self) -> &mut [Pending] {
        &mut self.entries
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Number of pending stores.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.entries.len() >= CAPACITY
    }

    /// The store, at the end of program order.
    pub(crate) fn push(&mut self, store: Store<'_>, atomic: bool, number: u64, due: u64) {
        let Store {
            addr,
            bytes,
            release,
            address,
            data,
        } = store;
        debug_assert!(!bytes.is_empty() && bytes.len() <= MAX_ACCESS && !self.is_full());
        let mut padded = [0; MAX_ACCESS];
        padded[..bytes.len()].copy_from_slice(bytes);
        self.entries.push(Pending {
            addr,
            len: bytes.len() as u8,
            bytes: padded,
            epoch: self.epoch,
            release,
            atomic,
            address,
            data,
            due,
            number,
            overtaken_by_store: false,
            overtaken_by_load: false,
        });
    }

    /// Orders the stores so far before all later ones.
    pub(crate) fn fence(&mut self) {
        self.epoch += 1;
    }

    /// The epoch of the next store.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether a fence of write→write lies between the store and the end of program order.
    pub(crate) fn is_before_fence(&self, store: &Pending) -> bool {
        store.epoch < self.epoch
    }

    /// Whether the store `later` may commit only after the store `earlier`.
    fn ordered(&self, order: StoreOrder, earlier: usize, later: usize) -> bool {
        let (a, b) = (&self.entries[earlier], &self.entries[later]);
        match order {
            // x86-TSO: "the store buffers are FIFO" (Sewell et al., CACM 2010).
            StoreOrder::Fifo => true,
            StoreOrder::Weak => {
                // A store→store fence lies between them.
                a.epoch < b.epoch
                    // A release is ordered after every earlier store. Later stores are free of both.
                    || b.release
                    // Coherence: stores to the same location keep program order (CoWW).
                    || a.overlaps(b.addr, b.len as usize)
            }
        }
    }

    /// Whether the store `index` may commit next.
    pub(crate) fn may_commit(&self, order: StoreOrder, index: usize) -> bool {
        (0..index).all(|earlier| !self.ordered(order, earlier, index))
    }

    /// The stores in `set` (a bit each) and all that must commit before one of them.
    fn with_predecessors(&self, order: StoreOrder, mut set: u64) -> u64 {
        for later in (0..self.entries.len()).rev() {
            if set & (1 << later) != 0 {
                for earlier in 0..later {
                    if self.ordered(order, earlier, later) {
                        set |= 1 << earlier;
                    }
                }
            }
        }
        set
    }

    /// What must be committed before an atomic write of the same thread: the entries of
    /// the same location, those that a fence or the write's own release orders before it, and
    /// their predecessors.
    pub(crate) fn before_atomic(&self, order: StoreOrder, store: &Store<'_>) -> u64 {
        let mut set = 0;
        for (index, entry) in self.entries.iter().enumerate() {
            if store.release
                || order == StoreOrder::Fifo
                || entry.epoch < self.epoch
                || entry.overlaps(store.addr, store.bytes.len())
            {
                set |= 1 << index;
            }
        }
        self.with_predecessors(order, set)
    }

    /// The pending stores that are `wanted`, and all that must commit before them.
    pub(crate) fn up_to(&self, order: StoreOrder, wanted: impl Fn(&Pending) -> bool) -> u64 {
        let wanted = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| wanted(entry))
            .fold(0, |set, (index, _)| set | 1 << index);
        self.with_predecessors(order, wanted)
    }

    /// Takes the store `index` out.
    pub(crate) fn remove(&mut self, index: usize) -> Pending {
        self.entries.remove(index)
    }

    /// Whether a pending store overlaps the bytes.
    pub(crate) fn forwards(&self, addr: u64, len: usize) -> bool {
        self.entries.iter().any(|entry| entry.overlaps(addr, len))
    }

    /// What the address and data of all pending stores to these bytes depend on.
    pub(crate) fn views(&self, addr: u64, len: usize) -> View {
        let entries = self.entries.iter();
        entries
            .filter(|entry| entry.overlaps(addr, len))
            .map(|entry| entry.address.join(entry.data))
            .collect()
    }

    /// What a load of these bytes is ordered after because it reads pending stores, and whether it
    /// reads nothing else.
    pub(crate) fn forwarded(&self, addr: u64, len: usize) -> (View, bool) {
        let mut view = View::NONE;
        for entry in self.entries.iter().rev() {
            if !entry.overlaps(addr, len) {
                continue;
            }
            view = view.join(entry.address).join(entry.data);
            let end = addr + len as u64;
            if entry.addr <= addr && entry.addr + u64::from(entry.len) >= end {
                return (view, true);
            }
        }
        (view, false)
    }
}
