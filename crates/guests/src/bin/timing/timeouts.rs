//! Time-outs.

use std::mem::{MaybeUninit, zeroed};
use std::ptr::{null, null_mut};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

use overtake_guests::check::equal;

use crate::lasting::{HOUR, lasts};

/// Nobody notifies the threads, which wait on one condition variable for different times.
pub fn condvar() -> Result<String, String> {
    let (lock, condvar) = (Mutex::new(Vec::new()), Condvar::new());
    thread::scope(|scope| {
        let waiters = [3, 1, 2].map(|hours| {
            let (lock, condvar) = (&lock, &condvar);
            scope.spawn(move || {
                lasts("a wait", hours * HOUR, || {
                    let wait =
                        condvar.wait_timeout_while(lock.lock().unwrap(), hours * HOUR, |_| true);
                    wait.unwrap().0.push(hours);
                })
            })
        });
        let took: Result<Vec<_>, _> = waiters.into_iter().map(|it| it.join().unwrap()).collect();
        equal("order", &lock.lock().unwrap()[..], &[1, 2, 3])?;
        Ok(format!("{:?}", took?))
    })
}

/// A thread is notified long before its time-out.
pub fn notified() -> Result<String, String> {
    let (lock, condvar) = (Mutex::new(false), Condvar::new());
    let wait = || {
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(HOUR);
                *lock.lock().unwrap() = true;
                condvar.notify_one();
            });
            let wait = condvar.wait_timeout_while(lock.lock().unwrap(), 10 * HOUR, |done| !*done);
            assert!(!wait.unwrap().1.timed_out());
        });
    };
    Ok(format!("{:?}", lasts("a wait", HOUR, wait)?))
}

/// `poll`, `ppoll`, `select` and `epoll_wait` on descriptors that never become ready, while another
/// thread sleeps.
pub fn descriptors() -> Result<String, String> {
    let other = thread::spawn(|| thread::sleep(20 * HOUR));
    // SAFETY: the descriptors are new.
    let (event, epoll) = unsafe { (libc::eventfd(0, 0), libc::epoll_create1(0)) };
    let mut took = Vec::new();
    let mut status = Vec::new();
    const MILLISECONDS: i32 = 3_600_000;
    let mut poll = libc::pollfd {
        fd: event,
        events: libc::POLLIN,
        revents: -1,
    };
    let mut call = |what: &str, call: &mut dyn FnMut() -> i32| {
        took.push(lasts(what, HOUR, || status.push(call()))?);
        Ok::<_, String>(())
    };
    // SAFETY: the arguments are valid for the calls.
    call("poll", &mut || unsafe {
        libc::poll(&raw mut poll, 1, MILLISECONDS)
    })?;
    let hour = libc::timespec {
        tv_sec: 3600,
        tv_nsec: 0,
    };
    // SAFETY: the arguments are valid for the calls.
    call("ppoll", &mut || unsafe {
        libc::ppoll(&raw mut poll, 1, &raw const hour, null())
    })?;
    equal("the time after ppoll", hour.tv_sec, 3600)?;
    // SAFETY: the arguments are valid for the calls.
    let mut set: libc::fd_set = unsafe { zeroed() };
    // SAFETY: the arguments are valid for the calls.
    call("select", &mut || unsafe {
        let mut hour = libc::timeval {
            tv_sec: 3600,
            tv_usec: 0,
        };
        libc::FD_SET(event, &mut set);
        libc::select(
            event + 1,
            &raw mut set,
            null_mut(),
            null_mut(),
            &raw mut hour,
        )
    })?;
    equal(
        "a set",
        // SAFETY: the arguments are valid for the calls.
        unsafe { libc::FD_ISSET(event, &raw const set) },
        false,
    )?;
    let mut events = libc::epoll_event {
        events: libc::EPOLLIN as u32,
        u64: 0,
    };
    // SAFETY: the arguments are valid for the calls.
    unsafe { libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, event, &raw mut events) };
    // SAFETY: the arguments are valid for the calls.
    call("epoll_wait", &mut || unsafe {
        libc::epoll_wait(epoll, &raw mut events, 1, MILLISECONDS)
    })?;
    let mut signals = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the arguments are valid for the calls.
    call("sigtimedwait", &mut || unsafe {
        libc::sigemptyset(signals.as_mut_ptr());
        libc::sigaddset(signals.as_mut_ptr(), libc::SIGUSR1);
        1 + libc::sigtimedwait(signals.as_ptr(), null_mut(), &raw const hour)
    })?;
    equal("results", &status[..], &[0; 5])?;
    other.join().unwrap();
    Ok(format!("{took:?}"))
}

/// The lock of a mutex with priority inheritance times out.
pub fn pi_mutex() -> Result<String, String> {
    struct Lock(Box<std::cell::UnsafeCell<libc::pthread_mutex_t>>);
    // SAFETY: a mutex is for several threads.
    unsafe impl Sync for Lock {}
    // SAFETY: the mutex is made before it is used, and stays where it is.
    let lock = unsafe {
        let mut attributes = zeroed();
        libc::pthread_mutexattr_init(&raw mut attributes);
        libc::pthread_mutexattr_setprotocol(&raw mut attributes, libc::PTHREAD_PRIO_INHERIT);
        let lock = Lock(Box::new(zeroed()));
        libc::pthread_mutex_init(lock.0.get(), &raw const attributes);
        libc::pthread_mutex_lock(lock.0.get());
        lock
    };
    thread::scope(|scope| {
        let lock = &lock;
        let waiter = scope.spawn(move || {
            let mut status = 0;
            let took = lasts("a lock", HOUR, || {
                // SAFETY: the time and the mutex are valid for the calls.
                unsafe {
                    let mut time = zeroed();
                    libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut time);
                    time.tv_sec += 3600;
                    status = libc::pthread_mutex_timedlock(lock.0.get(), &raw const time);
                }
            });
            equal("the status", status, libc::ETIMEDOUT)?;
            took
        });
        thread::sleep(3 * HOUR + Duration::from_secs(1));
        Ok(format!("{:?}", waiter.join().unwrap()?))
    })
}
