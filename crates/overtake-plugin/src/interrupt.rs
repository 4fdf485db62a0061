//! The end of a system call that sleeps, with the result of a time-out.
//!
//! A thread that waits with a time-out sleeps in the kernel for good (`syscall::timeout`). When the
//! schedule's time has come, another thread sends it a signal of the host. The kernel then leaves
//! the call with EINTR, and the signal's handler replaces this result, in the registers that the
//! kernel has saved, by that of a time-out. QEMU, and so the guest, sees a call that has timed out.
//! Version 1 of the plugin interface has no other way to set a result. All that the kernel does at
//! the end of a wait (it leaves the futex's queue, it takes back its priority) it has done.
//!
//! The signal is one that the host's C library keeps for itself (to cancel threads, which QEMU never
//! does), and QEMU gives it to no guest. So no guest can block, handle or send it, and it is blocked
//! nowhere: neither by QEMU nor by the masks of `ppoll` and others.
//!
//! `epoll_pwait` with a mask of signals has its time-out in a register. The thread blocks the signal,
//! sends it to itself, and makes the call. The mask lets the signal in, so the kernel leaves the call
//! with EINTR if no event is there. The handler then begins the call anew, without its time-out. Now
//! the thread waits for good, and the signal is let in only during this wait.
//!
//! Why no other call gets this result: the sender has seen the thread asleep in the kernel, in a call
//! that it began with a [`Ending`]. If it has come back from that call meanwhile, the handler finds
//! no EINTR, or no [`Ending`], and does nothing.

mod registers;

use registers::Interrupted;
use std::cell::Cell;
use std::ffi::{c_int, c_void};

/// SIGCANCEL of the host's C library.
const SIGNAL: c_int = 32;

/// How the calling thread's system call ends when it is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// What the kernel returns when the call times out: an error below zero, or zero.
    pub result: i64,
    /// Whether the call is `pselect6`, which clears the sets of descriptors.
    pub clears_sets: bool,
    /// The number and the first argument on the host of a call that the kernel would restart.
    pub restarts: Option<(i64, u64)>,
    /// The first argument of an `epoll_pwait` with a mask, which begins anew without its time-out.
    pub drops_time_out: Option<u64>,
}

thread_local! {
    static ENDING: Cell<Option<Ending>> = const { Cell::new(None) };
    /// Whether the signal is blocked.
    static BLOCKED: Cell<bool> = const { Cell::new(false) };
}

/// Sets how the calling thread's next system call ends when it is interrupted.
pub fn set(ending: Option<Ending>) {
    let drops = ending.is_some_and(|it| it.drops_time_out.is_some());
    if drops && !BLOCKED.replace(true) {
        mask(libc::SIG_BLOCK);
        // SAFETY: no preconditions.
        send(unsafe { libc::gettid() });
    }
    ENDING.set(ending);
    if !drops && BLOCKED.replace(false) {
        mask(libc::SIG_UNBLOCK);
    }
}

/// Blocks the signal for the calling thread, or lets it in. The C library refuses this signal.
fn mask(how: c_int) {
    let set = 1_u64 << (SIGNAL - 1);
    let none = std::ptr::null_mut::<u64>();
    // SAFETY: the set is what the kernel expects.
    unsafe { libc::syscall(libc::SYS_rt_sigprocmask, how, &raw const set, none, 8_usize) };
}

/// Ends the system call of a sleeping thread of this process.
pub fn send(tid: i32) {
    // SAFETY: no preconditions. If the thread is gone, nothing happens.
    unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), tid, SIGNAL) };
}

/// The kernel's `struct sigaction`.
#[repr(C)]
struct Action {
    handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void),
    flags: libc::c_ulong,
    #[cfg(target_arch = "x86_64")]
    restorer: unsafe extern "C" fn(),
    mask: u64,
}

/// Installs the handler. Called once, while there is no guest code. Returns false if the kernel
/// refuses it, or if the host's registers are not known here.
pub fn install() -> bool {
    if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        return false;
    }
    // The C library refuses this signal, so this is the kernel's own call. Without SA_RESTART: the
    // kernel shall return EINTR.
    let action = Action {
        handler,
        flags: flags(),
        #[cfg(target_arch = "x86_64")]
        restorer,
        // No other handler shall run before the call begins anew: QEMU's would not see it.
        mask: !0,
    };
    // SAFETY: `action` is what the kernel expects, and the handler only changes saved registers and
    // memory that the interrupted call would have written.
    let status = unsafe {
        libc::syscall(
            libc::SYS_rt_sigaction,
            SIGNAL,
            &raw const action,
            std::ptr::null_mut::<c_void>(),
            8_usize,
        )
    };
    status == 0
}

fn flags() -> libc::c_ulong {
    const SA_RESTORER: libc::c_ulong = 0x0400_0000;
    let flags = (libc::SA_SIGINFO | libc::SA_ONSTACK) as libc::c_ulong;
    if cfg!(target_arch = "x86_64") {
        flags | SA_RESTORER
    } else {
        flags
    }
}

// What the kernel calls when the handler returns: `rt_sigreturn`.
#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    ".globl overtake_sigreturn",
    ".hidden overtake_sigreturn",
    ".type overtake_sigreturn, @function",
    "overtake_sigreturn:",
    "mov eax, 15",
    "syscall",
);

#[cfg(target_arch = "x86_64")]
unsafe extern "C" {
    #[link_name = "overtake_sigreturn"]
    fn restorer();
}

extern "C" fn handler(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    let Some(ending) = ENDING.get() else { return };
    // SAFETY: the kernel passes the saved registers of this thread.
    let mut call = unsafe { Interrupted::of(context) };
    if call.is_over_by_signal() {
        if let Some(first) = ending.drops_time_out {
            ENDING.set(Some(Ending {
                drops_time_out: None,
                ..ending
            }));
            return call.begin_anew(first);
        }
        if ending.clears_sets {
            // SAFETY: the interrupted call is the `pselect6` that `ending` was set for.
            unsafe { call.clear_sets() };
        }
        call.set_result(ending.result);
    } else if ending.restarts.is_some_and(|it| call.restarts(it)) {
        call.skip();
        call.set_result(ending.result);
    }
}

#[cfg(test)]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    /// Lets a thread make a call that sleeps for good, ends it, and returns its result.
    #[track_caller]
    fn ended(ending: Ending, call: impl FnOnce() -> i64 + Send + 'static) -> i64 {
        assert!(install());
        let (send_tid, tid) = mpsc::channel();
        let (send_result, result) = mpsc::channel();
        thread::spawn(move || {
            set(Some(ending));
            // SAFETY: no preconditions.
            send_tid.send(unsafe { libc::gettid() }).unwrap();
            send_result.send(call()).unwrap();
            set(None);
        });
        let tid = tid.recv().unwrap();
        loop {
            send(tid);
            match result.recv_timeout(Duration::from_millis(1)) {
                Ok(result) => return result,
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn ending(result: i64) -> Ending {
        Ending {
            result,
            clears_sets: false,
            restarts: None,
            drops_time_out: None,
        }
    }

    static LONG: libc::timespec = libc::timespec {
        tv_sec: 4_000_000_000,
        tv_nsec: 0,
    };

    fn result(status: libc::c_long) -> i64 {
        match status {
            -1 => -i64::from(std::io::Error::last_os_error().raw_os_error().unwrap()),
            _ => status,
        }
    }

    #[test]
    fn a_sleep_ends_as_if_it_was_over() {
        // SAFETY: the time is valid for the call.
        let sleep =
            || unsafe { result(libc::syscall(libc::SYS_nanosleep, &raw const LONG, 0_usize)) };
        assert_eq!(ended(ending(0), sleep), 0);
    }

    #[test]
    fn a_wait_with_a_mask_ends_no_sooner_than_by_the_signal() {
        // SAFETY: no preconditions.
        let epoll = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        let wait = move || {
            let mut event = libc::epoll_event { events: 0, u64: 0 };
            let no_signals = 0_u64;
            // SAFETY: the event and the mask are valid for the call.
            result(unsafe {
                let (event, mask) = (&raw mut event, &raw const no_signals);
                libc::syscall(libc::SYS_epoll_pwait, epoll, event, 1, 1, mask, 8_usize)
            })
        };
        let ending = Ending {
            drops_time_out: Some(epoll as u64),
            ..ending(7)
        };
        assert_eq!(ended(ending, wait), 7, "and not 0, after a millisecond");
    }

    #[test]
    fn a_wait_on_a_futex_times_out() {
        let wait = || {
            let word = 0_u32;
            // SAFETY: the word and the time are valid for the call.
            unsafe {
                result(libc::syscall(
                    libc::SYS_futex,
                    &raw const word,
                    0,
                    0,
                    &raw const LONG,
                ))
            }
        };
        let timed_out = -i64::from(libc::ETIMEDOUT);
        assert_eq!(ended(ending(timed_out), wait), timed_out);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn sets_of_descriptors_are_empty() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let fd = std::os::fd::AsRawFd::as_raw_fd(&reader);
        let select = move || {
            let mut set = [0_u64; 16];
            set[fd as usize / 64] |= 1 << (fd % 64);
            // SAFETY: the set and the time are valid for the call.
            let status = unsafe {
                let (none, time) = (0_usize, &raw const LONG);
                libc::syscall(
                    libc::SYS_pselect6,
                    fd + 1,
                    set.as_mut_ptr(),
                    none,
                    none,
                    time,
                    none,
                )
            };
            result(status) + i64::from(set.iter().any(|it| *it != 0))
        };
        let ending = Ending {
            clears_sets: true,
            ..ending(0)
        };
        assert_eq!(ended(ending, select), 0);
    }
}
