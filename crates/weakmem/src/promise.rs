//! Promised stores: how a store becomes visible before an earlier load of its thread is done.
//!
//! The machine runs a load where it stands in program order. So it is the store that must be early (load
//! buffering): it is *promised*, which commits it, and its thread *fulfils* the promise when it makes the
//! store. Until then the thread itself reads the older value: the write is pinned among its unseen
//! writes. What else the thread does in between, it does after the store became visible.
//!
//! # What must hold
//!
//! A store W that was promised as the write of timestamp `p` is in order if all that the architecture
//! orders before W was done before `p`. As in Promising-ARM/RISC-V (Pulte et al., PLDI 2019), views
//! say so: all of these are older than `p`.
//!
//! | what W is ordered after | Armv8 (Arm ARM B2.3) | RVWMO (17.1) | Power ("Herding Cats", figure 25) |
//! |---|---|---|---|
//! | its address and data | `addr \| data` in `dob` | rules 9, 10 | `dp` in `cc0` |
//! | branches before it | `ctrl; [W]` in `dob` | rule 11 | `ctrl` in `cc0` |
//! | addresses of accesses before it | `addr; po; [W]` in `dob` | rule 13 | `addr; po` in `cc0` |
//! | what its data or a branch chose | `pick-dep; [W]` in `lob` | | |
//! | loads before a fence of read→write, or before its own release | `bob` | rules 4, 6 | `lwsync`, `sync` |
//! | stores before a fence of write→write, or before its own release; to its own pages too | `bob` | rules 4, 6 | `lwsync`, `sync`, `eieio` |
//! | an acquire before it | `bob` | rule 5 | |
//! | accesses of its bytes before it; the read of an atomic | `po-loc; [W]` in `lws`, `rmw` in `aob` | rules 1, 8 | `po-loc` in `cc0` |
//!
//! For the last line a granule counts as a whole. Loads in between read what is older than `p`. Stores in
//! between break the promise, unless they were promised before it.
//!
//! A load that W depends on may itself be done before `p`, though it stands after what W overtakes. Then it
//! reads what was there at `p`: [`Promise::guards`] says where that must be so.
//!
//! A datum, an address or a branch that is later than `p` breaks the promise, so no value comes out of thin
//! air: the value of W never depends on what W made possible.
//!
//! # How to use it
//!
//! | when | call | what is passed, and what is checked |
//! |---|---|---|
//! | a copy of the run goes on with one thread alone | [`Machine::look_ahead`](crate::Machine::look_ahead) | from here on, which loads of shared memory each store of the thread is ordered after |
//! | before that copy is dropped | [`Machine::ahead`](crate::Machine::ahead) | the stores that some of these loads do not keep back, and from which place on ([`Ahead::after`](crate::Ahead::after)) |
//! | in the run itself, at that place | [`Machine::promise`](crate::Machine::promise) | number, address and bytes; they can be early at all ([`Refusal`]) |
//! | at the store | the calls of every store ([`Machine::finish`](crate::Machine::finish)) | it has that number, address and bytes, and is ordered after nothing later than `p` |
//! | after each access of a thread with promises | [`Machine::broken`](crate::Machine::broken) | if a promise is broken, the run ends with an error: what it shows is none of the architecture's |
//! | before the thread ends or makes a system call, a signal's handler, another page table | [`Machine::has_promises`](crate::Machine::has_promises) | none is left; else the promise is broken |
//!
//! `ahead` is on the safe side: a promise that follows it is kept whatever other threads do. An exploration may
//! promise more, and leave out the runs in which the promise is broken.
//!
//! Two things matter to promised stores alone, so whoever promises must tell the machine of them: dependencies of any
//! store's data that are by pick ([`Machine::data_picked`](crate::Machine::data_picked)), and every dependency through
//! registers that orders no load (of a rounding mode, say).
//!
//! # What is early
//!
//! Plain stores and releases, and on all three architectures the writes of atomics and of store-conditionals: their
//! read is early with them. On x86 nothing is ever early.

use crate::buffer::MAX_ACCESS;
use crate::guards::Guards;
use crate::ids::StoreId;
use crate::image::granules;
use crate::step::Kind;
use crate::view::{Timestamp, View};
use std::fmt;

/// A store that is to become visible before its thread makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise<'a> {
    /// Which of the thread's stores it will be ([`crate::Machine::next_store`]).
    pub number: u64,
    /// Where.
    pub addr: u64,
    /// What: at most [`MAX_ACCESS`] bytes.
    pub bytes: &'a [u8],
    /// How many stores to memory that no other thread uses the thread makes before it from here on.
    pub privately: u64,
    /// The thread's stores up to this one become visible first. Those after it stay pending while the promise is
    /// open.
    pub behind: u64,
    /// What it is the write of. Of an atomic, and of a load-reserved and store-conditional, the read comes
    /// early too: it must return what is there when the write is promised.
    pub kind: Kind,
    /// Where the thread reads what is there now, until it has made the store: the store depends on that.
    pub guards: Guards,
}

/// What a thread does between the place where a store is promised and the store, and before that place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Before {
    /// How many stores to shared memory it makes between the two.
    pub others: u64,
    /// How many stores to its own memory.
    pub privately: u64,
    /// Its stores up to this one become visible first ([`Promise::behind`]).
    pub behind: u64,
}

/// A store that is to become visible before its thread makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EarlyStore {
    /// Where.
    pub addr: u64,
    /// What comes before it.
    pub before: Before,
    /// What it is the write of.
    pub kind: Kind,
    /// Where the thread reads what is there now, until it has made it ([`Promise::guards`]).
    pub guards: Guards,
    pub(crate) len: u8,
    pub(crate) bytes: [u8; MAX_ACCESS],
}

impl EarlyStore {
    /// The plain store of these bytes. None if there are more than [`MAX_ACCESS`].
    #[must_use]
    pub fn new(addr: u64, stored: &[u8], before: Before) -> Option<Self> {
        let mut bytes = [0; MAX_ACCESS];
        bytes.get_mut(..stored.len())?.copy_from_slice(stored);
        Some(Self {
            addr,
            before,
            kind: Kind::Plain,
            guards: Guards::NONE,
            len: stored.len() as u8,
            bytes,
        })
    }

    /// What it stores.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }

    /// The promise of it, if the thread's next store to shared memory has this number.
    #[must_use]
    pub fn promise(&self, next: u64) -> Promise<'_> {
        Promise {
            number: next + self.before.others,
            addr: self.addr,
            bytes: self.bytes(),
            privately: self.before.privately,
            behind: self.before.behind,
            kind: self.kind,
            guards: self.guards,
        }
    }
}

/// Why a store was not promised. Nothing has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The architecture keeps stores after earlier loads.
    Architecture,
    /// It has no bytes, or too many, or some that are not in the machine's memory.
    Memory,
    /// The thread has made that store, or promised it.
    Made,
    /// A pending store, or a promised later one, of the thread shares a granule with it.
    Coherence,
    /// The thread has not seen some write to what must stay as it is.
    Unseen,
    /// The thread has too many promises.
    Full,
}

/// How a promise was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// The thread stored to these granules before it made the store.
    Overwritten,
    /// The thread's store of that number is another.
    Other,
    /// The store is ordered after something that was done after it became visible.
    Ordered,
    /// The memory left the model before the thread made the store.
    Removed,
}

/// A broken promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The promised store.
    pub store: StoreId,
    /// How.
    pub breach: Breach,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StoreId { thread, number } = self.store;
        let how = match self.breach {
            Breach::Overwritten => "its thread stored to the same memory first",
            Breach::Other => "its thread made another store",
            Breach::Ordered => "it is ordered after something later",
            Breach::Removed => "its memory left the model",
        };
        write!(
            f,
            "store {number} of thread {thread} became visible early: {how}"
        )
    }
}

impl std::error::Error for Broken {}

/// A store that its thread has promised and not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Promised {
    pub number: u64,
    /// Which of all the stores that the thread has made while it kept them ([`crate::thread::Thread::made`]).
    pub made: u64,
    pub addr: u64,
    len: u8,
    bytes: [u8; MAX_ACCESS],
    pub kind: Kind,
    /// What the thread's loads of the same granules since the promise are ordered after.
    pub after: View,
    /// The write that it is.
    pub write: Timestamp,
    pub guards: Guards,
    /// When each of its granules was written before that.
    before: [Timestamp; Promised::GRANULES],
}

impl Promised {
    /// Granules that an access may lie in.
    const GRANULES: usize = MAX_ACCESS / crate::image::GRANULE + 1;

    pub fn new(
        promise: &Promise<'_>,
        made: u64,
        write: Timestamp,
        written: impl Fn(u64) -> Timestamp,
    ) -> Self {
        let mut bytes = [0; MAX_ACCESS];
        bytes[..promise.bytes.len()].copy_from_slice(promise.bytes);
        let mut before = [0; Self::GRANULES];
        for (before, granule) in before.iter_mut().zip(promise.granules()) {
            *before = written(granule);
        }
        Self {
            number: promise.number,
            made,
            addr: promise.addr,
            len: promise.bytes.len() as u8,
            bytes,
            kind: promise.kind,
            after: View::NONE,
            write,
            guards: promise.guards,
            before,
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }

    pub fn granules(&self) -> impl Iterator<Item = u64> + use<> {
        granules(self.addr, self.len.into())
    }

    /// Whether it shares a granule with these bytes.
    pub fn meets(&self, addr: u64, len: usize) -> bool {
        granules(addr, len).any(|one| self.granules().any(|other| one == other))
    }

    /// When a granule of it was written before it.
    pub fn written_before(&self, granule: u64) -> Timestamp {
        let mut all = self.granules().zip(self.before);
        all.find(|it| it.0 == granule).map_or(0, |it| it.1)
    }
}

impl Promise<'_> {
    pub(crate) fn granules(&self) -> impl Iterator<Item = u64> + use<> {
        granules(self.addr, self.bytes.len())
    }

    /// Whether it shares a granule with these bytes.
    pub(crate) fn meets(&self, addr: u64, len: usize) -> bool {
        granules(addr, len).any(|one| self.granules().any(|other| one == other))
    }
}
