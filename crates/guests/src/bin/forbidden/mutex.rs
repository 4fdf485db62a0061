//! A mutex with priority inheritance: `FUTEX_LOCK_PI` and `FUTEX_UNLOCK_PI` store to its word.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use overtake_guests::check::equal;

use crate::steps::{dawdle, never};

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

    fn locked(&self, work: impl FnOnce()) -> u32 {
        // SAFETY: initialised, and unlocked by the thread that locked it.
        unsafe {
            let lock = libc::pthread_mutex_lock(self.0.get());
            work();
            let unlock = libc::pthread_mutex_unlock(self.0.get());
            u32::from(lock != 0 || unlock != 0)
        }
    }
}

/// Three threads count under the mutex.
pub fn pi_mutex() -> Result<String, String> {
    const THREADS: u32 = 3;
    const ROUNDS: u32 = 60;

    let mutex = Mutex(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER));
    mutex.init()?;
    let (count, failed) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let errors = mutex.locked(|| {
                        // Relaxed, and no increment: the mutex is what is tested.
                        let before = count.load(Ordering::Relaxed);
                        dawdle(300);
                        count.store(before + 1, Ordering::Relaxed);
                    });
                    // Relaxed: a count, read when the threads have ended.
                    failed.fetch_add(errors, Ordering::Relaxed);
                }
            });
        }
    });
    equal("failed calls", failed.into_inner(), 0)?;
    let total = THREADS * ROUNDS;
    never("an increment was lost", total - count.into_inner(), total)
}
