//! Sleeps.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use overtake_guests::check::equal;

use crate::lasting::{HOUR, lasts};

/// Threads sleep for hours, and wake in the order of their times.
pub fn sleeps() -> Result<String, String> {
    let (woke, order) = mpsc::channel();
    thread::scope(|scope| {
        let sleepers: Vec<_> = [5, 2, 9, 1]
            .map(|hours| {
                let woke = woke.clone();
                scope.spawn(move || {
                    let took = lasts("a sleep", hours * HOUR, || thread::sleep(hours * HOUR));
                    // The receiver lives longer.
                    let _ = woke.send(hours);
                    took
                })
            })
            .into_iter()
            .collect();
        let took: Result<Vec<_>, _> = sleepers.into_iter().map(|it| it.join().unwrap()).collect();
        let order: Vec<_> = order.try_iter().collect();
        equal("order", &order[..], &[1, 2, 5, 9])?;
        Ok(format!("{:?}", took?))
    })
}

/// The only thread sleeps.
pub fn sleeps_alone() -> Result<String, String> {
    let took = lasts("a sleep", HOUR, || thread::sleep(HOUR))?;
    let short = Duration::from_nanos(1);
    Ok(format!(
        "{took:?} {:?}",
        lasts("a short sleep", short, || thread::sleep(short))?
    ))
}

/// A thread sleeps for a time that is a constant, in memory that nobody may write.
pub fn constant() -> Result<String, String> {
    static TIME: libc::timespec = libc::timespec {
        tv_sec: 3600,
        tv_nsec: 0,
    };
    let sleep = || {
        // SAFETY: the time is valid, and the rest is not asked for.
        unsafe { libc::nanosleep(&raw const TIME, null_mut()) };
    };
    let beside = thread::spawn(move || lasts("a sleep", HOUR, sleep));
    Ok(format!("{:?}", beside.join().unwrap()?))
}

/// A word on a page that only the spinning thread touches.
#[repr(align(4096))]
struct Page(AtomicBool);

static STOP: Page = Page(AtomicBool::new(false));

/// Threads spin until another one has slept: one that only loads, one that yields.
pub fn spins() -> Result<String, String> {
    // Relaxed: only the word matters.
    let stopped = || STOP.0.load(Ordering::Relaxed);
    let spin = || {
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(HOUR);
                // Relaxed: as above.
                STOP.0.store(true, Ordering::Relaxed);
            });
            scope.spawn(|| {
                while !stopped() {
                    thread::yield_now();
                }
            });
            while !stopped() {}
        });
    };
    Ok(format!("{:?}", lasts("a spin", HOUR, spin)?))
}

extern "C" fn handle(_: libc::c_int) {}

/// A signal ends a sleep, and the rest of its time is told.
pub fn interrupted() -> Result<String, String> {
    let handler: extern "C" fn(libc::c_int) = handle;
    // SAFETY: zeros are a valid `sigaction`, and the handler does nothing.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        libc::sigaction(libc::SIGUSR1, &raw const action, null_mut());
    }
    let (send, thread) = mpsc::channel();
    let sleeper = thread::spawn(move || {
        // SAFETY: no preconditions.
        send.send(unsafe { libc::pthread_self() }).unwrap();
        let time = |tv_sec| libc::timespec { tv_sec, tv_nsec: 0 };
        let (sleep, mut rest) = (time(7200), time(0));
        // SAFETY: the times are valid for the call.
        let status = unsafe { libc::nanosleep(&raw const sleep, &raw mut rest) };
        (status, rest.tv_sec)
    });
    let thread = thread.recv().unwrap();
    thread::sleep(HOUR);
    // SAFETY: the thread was not joined.
    unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
    let (status, rest) = sleeper.join().unwrap();
    equal("the status", status, -1)?;
    if !(3540..=3600).contains(&rest) {
        return Err(format!("{rest} s were left of two hours"));
    }
    Ok(format!("{rest}"))
}
