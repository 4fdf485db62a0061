//! Masks, dispositions and timers.

use std::mem::{MaybeUninit, zeroed};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::contention::{checked, contend};

fn set(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initialises the set.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}

fn members(set: &libc::sigset_t) -> Vec<i32> {
    // SAFETY: the set is initialised.
    let is_in = |signal: &i32| unsafe { libc::sigismember(set, *signal) == 1 };
    (1..=64).filter(is_in).collect()
}

/// Signals to the process stay pending while all its threads block them.
pub fn blocked() -> Result<String, String> {
    let mut before = set(&[]);
    let two = set(&[libc::SIGUSR1, libc::SIGTERM]);
    // SAFETY: the sets are valid for the call.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const two, &raw mut before) };
    contend();
    for signal in [libc::SIGUSR1, libc::SIGTERM] {
        // SAFETY: no preconditions; the signal is blocked.
        checked("kill", unsafe { libc::kill(libc::getpid(), signal) })?;
    }
    contend();
    let mut pending = set(&[]);
    // SAFETY: the set is valid for the call.
    checked("sigpending", unsafe { libc::sigpending(&raw mut pending) })?;
    let mut taken = Vec::new();
    for _ in 0..2 {
        // SAFETY: the set is valid for the call.
        let signal = unsafe { libc::sigwaitinfo(&raw const two, null_mut()) };
        taken.push(checked("sigwaitinfo", signal)?);
    }
    taken.sort_unstable();
    let ignored = (1..=31).filter(|signal| {
        // SAFETY: `sigaction` is plain data, and the call only reads the disposition.
        unsafe {
            let mut action: libc::sigaction = zeroed();
            libc::sigaction(*signal, null(), &raw mut action);
            action.sa_sigaction == libc::SIG_IGN
        }
    });
    Ok(format!(
        "blocked before {:?}, pending {:?}, taken {taken:?}, ignored {:?}",
        members(&before),
        members(&pending),
        ignored.collect::<Vec<_>>()
    ))
}

static ALARMS: AtomicU32 = AtomicU32::new(0);

extern "C" fn alarmed(_: i32) {
    // Relaxed: only the count matters.
    ALARMS.fetch_add(1, Ordering::Relaxed);
}

/// A timer that fires again and again, one that fires once, and the time that is left of a third.
pub fn timers() -> Result<String, String> {
    // SAFETY: the handler only adds to an atomic.
    unsafe { libc::signal(libc::SIGALRM, alarmed as *const () as libc::sighandler_t) };
    let interval = |micros| libc::timeval {
        tv_sec: 0,
        tv_usec: micros,
    };
    let often = libc::itimerval {
        it_interval: interval(2000),
        it_value: interval(2000),
    };
    // SAFETY: the timer is valid for the call.
    checked("setitimer", unsafe {
        libc::setitimer(libc::ITIMER_REAL, &raw const often, null_mut())
    })?;
    // Relaxed: as in the handler.
    while ALARMS.load(Ordering::Relaxed) < 5 {
        contend();
    }
    let never = libc::itimerval {
        it_interval: interval(0),
        it_value: interval(0),
    };
    // SAFETY: as above.
    checked("setitimer", unsafe {
        libc::setitimer(libc::ITIMER_REAL, &raw const never, null_mut())
    })?;
    // SAFETY: no preconditions.
    let (none, left) = unsafe { (libc::alarm(1000), libc::alarm(0)) };
    contend();
    Ok(format!("alarms, {none} {}", left > 900))
}
