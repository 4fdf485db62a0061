//! A mutex with priority inheritance: `FUTEX_LOCK_PI` and `FUTEX_UNLOCK_PI` store to its word.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::thread;

use overtake_guests::check::equal;

use crate::steps::{dawdle, never};

/// What comes between what a mutex protects and its release.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unlock {
    /// What `pthread_mutex_unlock` does. In Debian 12's glibc for riscv64, and there alone, that
    /// orders nothing if nobody waits: the compare-and-swap that its source asks to be a release is
    /// `lr.w; sc.w`, without fence or `.rl` (in `__pthread_mutex_unlock_full`).
    AsItIs,
    /// A fence before it.
    Ordered,
}

struct Mutex(UnsafeCell<libc::pthread_mutex_t>);

// SAFETY: threads use it through libc alone, which is what it is for.
unsafe impl Sync for Mutex {}

impl Mutex {
    /// It must stay where it is from now on.
    fn init(&self) -> Result<(), String> {
        let mut attributes = MaybeUninit::uninit();
        let attributes = attributes.as_mut_ptr();
        // SAFETY: the attributes are initialised by the first call, used by the others, and the
        // mutex is initialised before a second thread knows it.
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
                // Release; its partner is the acquire of whoever takes the mutex next.
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

/// The same, as glibc does it.
pub fn pi_mutex_of_glibc() -> Result<String, String> {
    // Long enough to be seen with any seed.
    count(Unlock::AsItIs, 2000, 30)
}

/// Threads count under a mutex, so many times each, and hold it for so many steps.
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
                        // Relaxed, and no increment: the mutex is what is tested.
                        let before = count.load(Ordering::Relaxed);
                        dawdle(steps);
                        count.store(before + 1, Ordering::Relaxed);
                    });
                    // Relaxed: a count, read when the threads have ended.
                    failed.fetch_add(errors, Ordering::Relaxed);
                }
            });
        }
    });
    equal("failed calls", failed.into_inner(), 0)?;
    let total = THREADS * rounds;
    never("an increment was lost", total - count.into_inner(), total)
}
