//! One core for all guest threads.
//!
//! Only one of them runs at a time. Where they have a core of their own each, handing over wakes an
//! idle core, which takes several times as long as going on to another thread on the same one. So
//! all keep to one core, which is chosen anew now and then, by the kernel: another process may
//! have come to it.
//!
//! That is about speed alone. What cannot be set is left as it is.

use std::cell::Cell;
use std::mem;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::Relaxed};

/// No core.
const NONE: i32 = -1;

/// So many hand-offs pass before the core is chosen anew.
const REPIN_AFTER: u32 = 2048;

// Relaxed throughout: a thread that does not see the newest value keeps to another core for a while.
static CORE: AtomicI32 = AtomicI32::new(NONE);
static REPINNING: AtomicBool = AtomicBool::new(false);
static HAND_OFFS: AtomicU32 = AtomicU32::new(0);

/// The cores that this process was started with.
static INITIAL: OnceLock<Option<libc::cpu_set_t>> = OnceLock::new();

thread_local! {
    /// The core that this thread keeps to.
    static PINNED: Cell<i32> = const { Cell::new(NONE) };
}

fn current() -> i32 {
    // SAFETY: no preconditions.
    unsafe { libc::sched_getcpu() }
}

fn initial() -> Option<&'static libc::cpu_set_t> {
    let initial = INITIAL.get_or_init(|| {
        // SAFETY: a set of bits, of which none is set.
        let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
        // SAFETY: the set is valid, and as large as is said.
        let status = unsafe { libc::sched_getaffinity(0, size_of_val(&set), &raw mut set) };
        (status == 0).then_some(set)
    });
    initial.as_ref()
}

fn allow(tid: i32, set: &libc::cpu_set_t) {
    // SAFETY: the set is valid, and as large as is said.
    unsafe { libc::sched_setaffinity(tid, size_of_val(set), set) };
}

fn pin(core: i32) {
    PINNED.set(core);
    if let Ok(core) = usize::try_from(core)
        && core < libc::CPU_SETSIZE as usize
    {
        // SAFETY: a set of bits; the one that is set is in it.
        let set = unsafe {
            let mut set: libc::cpu_set_t = mem::zeroed();
            libc::CPU_SET(core, &mut set);
            set
        };
        allow(0, &set);
    }
}

/// There is more than one thread from here on: all keep to the core of the calling one.
pub fn begin() {
    if initial().is_some() {
        CORE.store(current(), Relaxed);
    }
}

/// The calling thread has got the token.
pub fn token_acquired() {
    let moves = REPINNING.load(Relaxed) && REPINNING.swap(false, Relaxed);
    if moves {
        CORE.store(current(), Relaxed);
    }
    let core = CORE.load(Relaxed);
    if moves || core != PINNED.get() {
        pin(core);
    }
}

/// The token is handed over to the sleeping thread `tid`. Now and then the kernel may choose the
/// core on which that goes on, and the others follow.
pub fn token_granted(tid: i32) {
    let moves = HAND_OFFS.fetch_add(1, Relaxed) % REPIN_AFTER == REPIN_AFTER - 1;
    if moves
        && CORE.load(Relaxed) != NONE
        && let Some(initial) = initial()
    {
        allow(tid, initial);
        REPINNING.store(true, Relaxed);
    }
}

/// The calling thread goes on without the others: in a process of its own, or as another program.
pub fn unpin() {
    CORE.store(NONE, Relaxed);
    if PINNED.replace(NONE) != NONE
        && let Some(initial) = initial()
    {
        allow(0, initial);
    }
}
