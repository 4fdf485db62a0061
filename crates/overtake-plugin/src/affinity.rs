//! Pinning of all guest threads to one core, for speed alone.
//!
//! Only one guest thread runs at a time. If each ran on a core of its own, a hand-off would wake an
//! idle core, which takes several times as long as a switch between threads on one core. So all
//! threads are pinned to one core. Now and then the kernel chooses it anew, because another process
//! may have started to use it.
//!
//! If the affinity cannot be set, the threads stay where they are.

use std::cell::Cell;
use std::mem;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::Relaxed};

/// The number that stands for no core.
const NONE: i32 = -1;

/// The number of hand-offs after which the kernel chooses the core anew.
const REPIN_AFTER: u32 = 2048;

// Relaxed throughout: a thread that loads a stale value only stays on another core for a while.
static CORE: AtomicI32 = AtomicI32::new(NONE);
static REPINNING: AtomicBool = AtomicBool::new(false);
static HAND_OFFS: AtomicU32 = AtomicU32::new(0);

/// The cores that this process was started with.
static INITIAL: OnceLock<Option<libc::cpu_set_t>> = OnceLock::new();

thread_local! {
    /// The core that this thread is pinned to.
    static PINNED: Cell<i32> = const { Cell::new(NONE) };
}

fn current() -> i32 {
    // SAFETY: no preconditions.
    unsafe { libc::sched_getcpu() }
}

fn initial() -> Option<&'static libc::cpu_set_t> {
    let initial = INITIAL.get_or_init(|| {
        // SAFETY: a `cpu_set_t` is a set of bits; all zeros are the empty set.
        let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
        // SAFETY: the set is valid for the given size.
        let status = unsafe { libc::sched_getaffinity(0, size_of_val(&set), &raw mut set) };
        (status == 0).then_some(set)
    });
    initial.as_ref()
}

fn allow(tid: i32, set: &libc::cpu_set_t) {
    // SAFETY: the set is valid for the given size.
    unsafe { libc::sched_setaffinity(tid, size_of_val(set), set) };
}

fn pin(core: i32) {
    PINNED.set(core);
    if let Ok(core) = usize::try_from(core)
        && core < libc::CPU_SETSIZE as usize
    {
        // SAFETY: all zeros are the empty set, and `core` is less than the size of the set.
        let set = unsafe {
            let mut set: libc::cpu_set_t = mem::zeroed();
            libc::CPU_SET(core, &mut set);
            set
        };
        allow(0, &set);
    }
}

/// Begins to pin all threads to the calling thread's core, when a second thread exists.
pub fn begin() {
    if initial().is_some() {
        CORE.store(current(), Relaxed);
    }
}

/// Pins the calling thread, which has acquired the token.
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

/// Pins the calling thread, which no guest thread waits for at other times, to the guest threads'
/// core.
pub fn follow() {
    let core = CORE.load(Relaxed);
    if core != PINNED.get() {
        pin(core);
    }
}

/// Notes that the sleeping thread `tid` is granted the token. Now and then, lets the kernel choose
/// the core on which `tid` continues; the other threads then follow.
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

/// Unpins the calling thread, which continues without the others: in a child process, or in another
/// program.
pub fn unpin() {
    CORE.store(NONE, Relaxed);
    if PINNED.replace(NONE) != NONE
        && let Some(initial) = initial()
    {
        allow(0, initial);
    }
}
