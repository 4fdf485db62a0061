//! A mutex with priority inheritance: `FUTEX_LOCK_PI` and `FUTEX_UNLOCK_PI` store to its word.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::thread;

use overtake_guests::check::equal;

use crate::steps::{dawdle, never};

/// How the protected accesses are ordered before the unlock of the mutex.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unlock {
    /// By `pthread_mutex_unlock` alone. In Debian 12's glibc for riscv64, that orders nothing if
    /// no thread waits: the compare-and-swap in `__pthread_mutex_unlock_full`, which the source
    /// asks to be a release, is `lr.w; sc.w` without fence or `.rl`.
    AsItIs,
    /// By a fence before `pthread_mutex_unlock`.
    Ordered,
}

struct Mutex(UnsafeCell<libc::pthread_mutex_t>);

// SAFETY: threads use it only through libc, whose mutexes are made for several threads.
unsafe impl Sync for Mutex {}

impl Mutex {
    /// Initialises the mutex, which must not be moved from now on.
    fn init(&self) -> Result<(), String> {
        let mut attributes = MaybeUninit::uninit();
        let attributes = attributes.as_mut_ptr();
        // SAFETY: the first call initialises the attributes, which the others use. The mutex is
        // initialised before a second thread uses it.
        unsafe {
            equal("attributes", libc::pthread_mutexattr_init(attributes), 0)?;
            let inherits = libc::PTHREAD_PRIO_INHERIT;
            let set = libc::pthread_mutexattr_setprotocol(attributes, inherits);
            equal("protocol", set, 0)?;
            equal(
                "init",
                libc::pthread_mutex_init(self.0.get(), attributes),
                0,
            )
        }
    }

    fn locked(&self, unlock: Unlock, work: impl FnOnce()) -> u32 {
        // SAFETY: initialised, and unlocked by the thread that locked it.
        unsafe {
            let lock = libc::pthread_mutex_lock(self.0.get());
            work();
            if unlock == Unlock::Ordered {
                // Release: pairs with the acquire of the thread that locks the mutex next.
                fence(Ordering::Release);
            }
            let unlock = libc::pthread_mutex_unlock(self.0.get());
            u32::from(lock != 0 || unlock != 0)
        }
    }
}

/// Three threads count under the mutex.
pub fn pi_mutex() -> Result<String, String> {
    count(Unlock::Ordered, 60, 300)
}

/// The same, with glibc's unlock alone.
pub fn pi_mutex_of_glibc() -> Result<String, String> {
    // Enough rounds to show the bug with any seed.
    count(Unlock::AsItIs, 2000, 30)
}

/// Threads count under a mutex, `rounds` times each, and hold it for `steps` steps each time.
fn count(unlock: Unlock, rounds: u32, steps: u32) -> Result<String, String> {
    const THREADS: u32 = 3;

    let mutex = Mutex(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER));
    mutex.init()?;
    let (count, failed) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..rounds {
                    let errors = mutex.locked(unlock, || {
                        // Relaxed, and no atomic increment: the test is whether the mutex orders.
                        let before = count.load(Ordering::Relaxed);
                        dawdle(steps);
                        count.store(before + 1, Ordering::Relaxed);
                    });
                    // Relaxed: a count, which is read after the threads have ended.
                    failed.fetch_add(errors, Ordering::Relaxed);
                }
            });
        }
    });
    equal("failed calls", failed.into_inner(), 0)?;
    let total = THREADS * rounds;
    never("an increment was lost", total - count.into_inner(), total)
}
