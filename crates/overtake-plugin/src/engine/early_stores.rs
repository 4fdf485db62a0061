//! The state of the stores that become visible early (`promises`).

use super::MemoryAccess;
use super::shadow::Shadow;
use crate::guest_memory;
use crate::lookahead::Answers;
use crate::trace;
use crate::translate::Instruction;
use rustc_hash::FxHashMap;
use weakmem::{EarlyStore, PAGE_SIZE, ThreadId, View};

/// A store that is to be promised, as a copy has found it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub store: EarlyStore,
    /// Where.
    pub place: Place,
}

/// How far a thread has come since the copy was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The accesses that were reported.
    pub accesses: u64,
    /// A hash over them, with the values that they loaded.
    pub hash: u64,
}

impl Place {
    /// Counts an access.
    pub fn passes(&mut self, instruction: &Instruction, access: MemoryAccess) {
        let value = if access.store {
            0
        } else {
            // SAFETY: the guest has just loaded these bytes.
            unsafe { guest_memory::value(access.addr, access.size) }
        };
        self.accesses += 1;
        let value = (value >> 64) as u64 ^ value as u64;
        for part in [instruction.address, access.addr, value] {
            self.hash = trace::mix(self.hash.wrapping_mul(trace::P) ^ part);
        }
    }
}

/// What a copy notes while it looks ahead.
pub(super) struct Looking {
    pub answers: Answers<Found>,
    pub at: Place,
    pub shadow: Shadow,
    /// What was visible when it was made.
    pub since: View,
    /// The thread's own pages that it has loaded from since. They may become shared in the process.
    pub own_pages: Vec<u64>,
    /// A random number.
    pub drawn: u64,
    /// The thread's number, and the process's.
    pub numbers: [u32; 2],
    /// Where each load of shared memory was made.
    pub at_load: Vec<Place>,
    /// The instruction count at which it ends.
    pub end: u64,
}

impl Looking {
    /// The thread loads from a page of its own.
    pub fn loads_own(&mut self, page: u64) {
        if !self.own_pages.contains(&page) {
            self.own_pages.push(page);
        }
    }

    /// Whether a store is of such a number, alone or as the owner of a lock (`FUTEX_TID_MASK` in linux/futex.h). It
    /// differs from run to run, so a recorded promise of it could not be kept in a replay.
    pub fn tells_numbers(&self, store: &EarlyStore) -> bool {
        /// The kernel gives a process this number or a later one (`RESERVED_PIDS` in kernel/pid.c), but for the
        /// first ones of a namespace, which are the same in each run.
        const FIRST: u32 = 300;
        let mask = libc::FUTEX_TID_MASK;
        let words = store.bytes().chunks_exact(4);
        let mut words = words.map(|it| u32::from_le_bytes([it[0], it[1], it[2], it[3]]) & mask);
        words.any(|it| it >= FIRST && self.numbers.contains(&it))
    }
}

/// The contents of a page of a thread's own when it made a promise.
pub(super) struct Kept {
    pub thread: ThreadId,
    pub page: u64,
    pub bytes: [u8; PAGE_SIZE],
}

/// Promises to be made in the running turn.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The stores.
    pub stores: Vec<EarlyStore>,
    /// Where.
    pub place: Place,
    /// Where the thread is.
    pub at: Place,
}

impl Plan {
    /// Whether the thread has come as far as the place.
    pub fn is_due(&self) -> bool {
        self.at.accesses >= self.place.accesses
    }

    /// Whether it is at the place.
    pub fn is_there(&self) -> bool {
        self.at == self.place
    }
}

/// The state of the stores that become visible early.
#[derive(Default)]
pub(super) struct EarlyStores {
    /// Whether copies may be made.
    pub enabled: bool,
    /// The state of the random numbers.
    random: u64,
    /// The instruction count before which no copy is made.
    pub next: u64,
    /// How many copies in a row found nothing, by the place at which the thread stood.
    pub fruitless: FxHashMap<u64, u8>,
    /// A thread that looks ahead soon after its next turn has begun.
    pub cut: Option<ThreadId>,
    /// Whether the running thread stops in guest code.
    pub stands: bool,
    /// Whether all promises must be kept before something else happens.
    pub settles: bool,
    /// A thread that has just made promises, and for how many more turns the others run.
    pub waits: Option<(ThreadId, u64)>,
    pub plan: Option<Plan>,
    /// Own pages of threads with promises.
    pub kept: Vec<Kept>,
    pub looking: Option<Looking>,
}

impl EarlyStores {
    /// Creates the state of a run with this seed.
    pub fn of_seed(seed: u64, enabled: bool) -> Self {
        Self {
            enabled,
            random: trace::mix(!seed),
            ..Self::default()
        }
    }

    /// Draws a number below this one.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(trace::P);
        let drawn = u128::from(trace::mix(self.random));
        ((drawn * u128::from(bound)) >> 64) as u64
    }

    /// The thread that does not run in the turn that is about to begin, because it has just made promises.
    pub fn waiting(&mut self) -> Option<ThreadId> {
        let (thread, turns) = self.waits.as_mut().filter(|it| it.1 > 0)?;
        *turns -= 1;
        Some(*thread)
    }

    /// Whether every access of the running thread has to be reported, and its turn goes on until it has
    /// come far enough.
    #[inline]
    pub fn follows_all(&self) -> bool {
        self.plan.is_some() || self.looking.is_some()
    }

    /// Whether this is a copy that looks ahead.
    #[inline]
    pub fn looks(&self) -> bool {
        self.looking.is_some()
    }
}
