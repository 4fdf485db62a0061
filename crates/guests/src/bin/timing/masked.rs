//! Time-outs of calls that are rare: `epoll_pwait` with a mask of signals, `epoll_pwait2`, a futex that
//! moves to a lock.

use std::mem::zeroed;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use overtake_guests::check::equal;

use crate::lasting::{A_BIT, HOUR, lasts};

const MILLISECONDS: i32 = 3_600_000;

static HANDLED: AtomicU32 = AtomicU32::new(0);

extern "C" fn handle(_: libc::c_int) {
    // Relaxed: only the number matters.
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

fn handled() -> u32 {
    // Relaxed: as above.
    HANDLED.load(Ordering::Relaxed)
}

/// An `epoll` that waits for an event counter, and that counter.
fn counter() -> (i32, i32) {
    // SAFETY: the arguments are valid for the calls.
    unsafe {
        let (event, epoll) = (libc::eventfd(0, 0), libc::epoll_create1(0));
        let mut events = libc::epoll_event {
            events: libc::EPOLLIN as u32,
            u64: 7,
        };
        libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, event, &raw mut events);
        (epoll, event)
    }
}

/// Waits for an event for so long, with a mask. Returns the status, and the error if it is -1.
fn wait(epoll: i32, milliseconds: i32, mask: &libc::sigset_t) -> (i32, i32) {
    let mut event = libc::epoll_event { events: 0, u64: 0 };
    // SAFETY: the arguments are valid for the call.
    let status =
        unsafe { libc::epoll_pwait(epoll, &raw mut event, 1, milliseconds, &raw const *mask) };
    let error = std::io::Error::last_os_error().raw_os_error();
    (status, if status == -1 { error.unwrap() } else { 0 })
}

/// A thread blocks a signal, but not while it waits for events: first nothing comes, then a signal, then
/// an event.
pub fn masked() -> Result<String, String> {
    // SAFETY: the structures are valid for the calls, and the handler only counts.
    let (all, none) = unsafe {
        let handler: extern "C" fn(libc::c_int) = handle;
        let mut action: libc::sigaction = zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        libc::sigaction(libc::SIGUSR1, &raw const action, null_mut());
        let (mut all, mut none) = (zeroed(), zeroed());
        libc::sigfillset(&raw mut all);
        libc::sigemptyset(&raw mut none);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, null_mut());
        (all, none)
    };
    let (epoll, event) = counter();
    let (send, thread) = mpsc::channel();
    let waiter = thread::spawn(move || {
        // SAFETY: no preconditions.
        send.send(unsafe { libc::pthread_self() }).unwrap();
        let mut seen = Vec::new();
        let mut took = Vec::new();
        let mut call = |duration, milliseconds, mask| {
            took.push(lasts("a wait", duration, || {
                seen.push((wait(epoll, milliseconds, mask), handled()));
            })?);
            Ok::<_, String>(())
        };
        call(HOUR, MILLISECONDS, &none)?;
        call(HOUR, MILLISECONDS, &all)?;
        call(HOUR / 2, MILLISECONDS, &none)?;
        call(HOUR / 2, 3 * MILLISECONDS, &none)?;
        call(Duration::ZERO, MILLISECONDS, &none)?;
        let (interrupted, ready) = ((-1, libc::EINTR), (1, 0));
        equal(
            "what ended the waits",
            &seen[..],
            &[
                ((0, 0), 0),
                ((0, 0), 0),
                (interrupted, 1),
                (ready, 1),
                (ready, 1),
            ],
        )?;
        Ok::<_, String>(took)
    });
    let thread = thread.recv().unwrap();
    thread::sleep(2 * HOUR + HOUR / 2 + A_BIT);
    // SAFETY: the thread was not joined.
    unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
    thread::sleep(HOUR / 2 + A_BIT);
    let one = 1_u64.to_le_bytes();
    // SAFETY: the bytes are valid for the call.
    unsafe { libc::write(event, one.as_ptr().cast(), one.len()) };
    Ok(format!("{:?}", waiter.join().unwrap()?))
}

/// `epoll_pwait2`, which QEMU may not have.
pub fn pwait2() -> Result<String, String> {
    let beside = thread::spawn(|| thread::sleep(5 * HOUR));
    let (epoll, _) = counter();
    let mut event = libc::epoll_event { events: 0, u64: 0 };
    let hour = libc::timespec {
        tv_sec: 3600,
        tv_nsec: 0,
    };
    // SAFETY: the arguments are valid for the call.
    let status = unsafe {
        let none = null_mut::<libc::sigset_t>();
        let (event, hour) = (&raw mut event, &raw const hour);
        libc::syscall(libc::SYS_epoll_pwait2, epoll, event, 1, hour, none, 8)
    };
    let error = std::io::Error::last_os_error().raw_os_error();
    beside.join().unwrap();
    match status {
        -1 if error != Some(libc::ENOSYS) => Err(format!("epoll_pwait2: {error:?}")),
        _ => Ok("called".to_owned()),
    }
}

/// Nobody wakes a thread that waits on a futex, to have a lock then.
pub fn requeued() -> Result<String, String> {
    const WAIT_REQUEUE_PI: i32 = 11;
    const CLOCK_REALTIME: i32 = 256;
    let beside = thread::spawn(|| thread::sleep(5 * HOUR));
    let (word, lock) = (AtomicU32::new(0), AtomicU32::new(0));
    let mut results = Vec::new();
    let mut took = Vec::new();
    for (clock, flag) in [
        (libc::CLOCK_MONOTONIC, 0),
        (libc::CLOCK_REALTIME, CLOCK_REALTIME),
    ] {
        took.push(lasts("a wait", HOUR, || {
            let operation = WAIT_REQUEUE_PI | libc::FUTEX_PRIVATE_FLAG | flag;
            // SAFETY: the arguments are valid for the calls.
            let status = unsafe {
                let mut time: libc::timespec = zeroed();
                libc::clock_gettime(clock, &raw mut time);
                time.tv_sec += 3600;
                let (time, word, lock) = (&raw const time, word.as_ptr(), lock.as_ptr());
                libc::syscall(libc::SYS_futex, word, operation, 0, time, lock, 0)
            };
            results.push((status, std::io::Error::last_os_error().raw_os_error()));
        })?);
    }
    let timed_out = (-1, Some(libc::ETIMEDOUT));
    equal("results", &results[..], &[timed_out; 2])?;
    beside.join().unwrap();
    Ok(format!("{took:?}"))
}
