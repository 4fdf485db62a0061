//! Signals to the thread itself, to another thread that sleeps or works, and to the process. The
//! handler counts them.

use std::io;
use std::mem;
use std::os::unix::thread::JoinHandleExt as _;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use overtake_guests::check::equal;

const ROUNDS: usize = 10;

/// How often the handler ran.
static COUNT: AtomicUsize = AtomicUsize::new(0);
/// The thread on which the handler ran last.
static THREAD: AtomicI32 = AtomicI32::new(0);
/// Tells the other thread to end.
static STOP: AtomicBool = AtomicBool::new(false);

/// Counts the signal. Atomic accesses and `gettid` are allowed in a handler.
extern "C" fn handler(_signal: libc::c_int) {
    THREAD.store(thread_id(), Ordering::Relaxed);
    // Release: pairs with the Acquire load in `wait_for`; orders `THREAD` before the count.
    COUNT.fetch_add(1, Ordering::Release);
}

pub fn signals() -> Result<String, String> {
    install(libc::SIGUSR1).map_err(|error| format!("sigaction: {error}"))?;

    // To this thread: the handler runs before `raise` returns.
    for round in 1..=ROUNDS {
        // SAFETY: a signal that has a handler.
        check("raise", unsafe { libc::raise(libc::SIGUSR1) })?;
        equal("signals to itself", COUNT.load(Ordering::Relaxed), round)?;
        equal("thread", THREAD.load(Ordering::Relaxed), thread_id())?;
    }

    // To another thread, which sleeps: the signal interrupts the sleep, and the thread sleeps on.
    let other_id = std::sync::Arc::new(AtomicI32::new(0));
    let other = thread::spawn({
        let other_id = other_id.clone();
        move || {
            // Release: pairs with the Acquire load below; publishes only the number itself.
            other_id.store(thread_id(), Ordering::Release);
            // Relaxed: pairs with the store below.
            while !STOP.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(5));
            }
        }
    });
    while other_id.load(Ordering::Acquire) == 0 {
        thread::yield_now();
    }
    for round in ROUNDS + 1..=2 * ROUNDS {
        // SAFETY: the thread is not joined yet, and the signal has a handler.
        check("pthread_kill", unsafe {
            libc::pthread_kill(other.as_pthread_t(), libc::SIGUSR1)
        })?;
        // One by one: two pending signals of the same kind count as one.
        wait_for(round);
        equal(
            "thread",
            THREAD.load(Ordering::Relaxed),
            other_id.load(Ordering::Relaxed),
        )?;
    }

    // To the process: any thread may take it.
    // SAFETY: `getpid` only returns a number, and the signal has a handler.
    check("kill", unsafe { libc::kill(libc::getpid(), libc::SIGUSR1) })?;
    wait_for(2 * ROUNDS + 1);

    // Relaxed: pairs with the load in the other thread.
    STOP.store(true, Ordering::Relaxed);
    other.join().unwrap();
    let count = COUNT.load(Ordering::Relaxed);
    equal("signals", count, 2 * ROUNDS + 1)?;
    Ok(format!("{count} signals"))
}

/// Signals to a thread that works on shared memory, in one short function call after the other.
pub fn signals_busy() -> Result<String, String> {
    const SIGNALS: usize = 50;

    static WORK: AtomicUsize = AtomicUsize::new(0);

    #[inline(never)]
    fn work(on: &AtomicUsize) -> usize {
        // Relaxed: pairs with itself in the other thread; publishes only the count.
        on.fetch_add(1, Ordering::Relaxed)
    }

    install(libc::SIGUSR1).map_err(|error| format!("sigaction: {error}"))?;
    let other = thread::spawn(|| {
        // Relaxed: pairs with the store below.
        while !STOP.load(Ordering::Relaxed) {
            std::hint::black_box(work(std::hint::black_box(&WORK)));
        }
    });
    for sent in 1..=SIGNALS {
        // SAFETY: the thread is not joined yet, and the signal has a handler.
        check("pthread_kill", unsafe {
            libc::pthread_kill(other.as_pthread_t(), libc::SIGUSR1)
        })?;
        // One by one: two pending signals of the same kind count as one.
        // Acquire: pairs with the Release increment in `handler`.
        while COUNT.load(Ordering::Acquire) < sent {
            work(&WORK);
        }
    }
    // Relaxed: pairs with the load in the other thread.
    STOP.store(true, Ordering::Relaxed);
    other.join().unwrap();
    equal("signals", COUNT.load(Ordering::Relaxed), SIGNALS)?;
    Ok(format!("{SIGNALS} signals"))
}

/// Waits until the handler has run `count` times.
fn wait_for(count: usize) {
    // Acquire: pairs with the Release increment in `handler`; the load of `THREAD` is ordered
    // after it.
    while COUNT.load(Ordering::Acquire) < count {
        thread::yield_now();
    }
}

fn install(signal: libc::c_int) -> io::Result<()> {
    // SAFETY: all zeros is a valid `sigaction`: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler as extern "C" fn(libc::c_int) as libc::sighandler_t;
    // SAFETY: `action` is initialised, and its handler does only what is allowed in a handler.
    match unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn thread_id() -> i32 {
    // SAFETY: only returns a number.
    unsafe { libc::gettid() }
}

fn check(what: &str, result: libc::c_int) -> Result<(), String> {
    equal(what, result, 0)
}
