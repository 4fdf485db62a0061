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
//! Why no other call gets this result: the sender has seen the thread asleep in the kernel, in a call
//! that it began with a [`Ending`]. If it has come back from that call meanwhile, the handler finds
//! no EINTR, or no [`Ending`], and does nothing.

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
}

thread_local! {
    static ENDING: Cell<Option<Ending>> = const { Cell::new(None) };
}

/// Sets how the calling thread's next system call ends when it is interrupted.
pub fn set(ending: Option<Ending>) {
    ENDING.set(ending);
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
        mask: 0,
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

/// The registers of a thread that a signal has interrupted.
struct Interrupted(&'static mut libc::mcontext_t);

const EINTR: i64 = 4;

#[cfg(target_arch = "x86_64")]
impl Interrupted {
    unsafe fn of(context: *mut c_void) -> Self {
        // SAFETY: by the caller's promise.
        Self(unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext })
    }

    fn register(&self, register: i32) -> i64 {
        self.0.gregs[register as usize]
    }

    /// Whether there is a `syscall` at this distance from the next instruction.
    fn is_call(&self, distance: i64) -> bool {
        let at = (self.register(libc::REG_RIP) + distance) as *const [u8; 2];
        // SAFETY: code has run there, or is about to.
        unsafe { at.read_unaligned() == [0x0f, 0x05] }
    }

    fn is_over_by_signal(&self) -> bool {
        self.register(libc::REG_RAX) == -EINTR && self.is_call(-2)
    }

    fn restarts(&self, (number, first): (i64, u64)) -> bool {
        self.register(libc::REG_RAX) == number
            && self.register(libc::REG_RDI) as u64 == first
            && self.is_call(0)
    }

    fn skip(&mut self) {
        self.0.gregs[libc::REG_RIP as usize] += 2;
    }

    fn set_result(&mut self, result: i64) {
        self.0.gregs[libc::REG_RAX as usize] = result;
    }

    unsafe fn clear_sets(&self) {
        let sets = [libc::REG_RSI, libc::REG_RDX, libc::REG_R10];
        let sets = sets.map(|it| self.register(it));
        // SAFETY: by the caller's promise.
        unsafe { clear(self.register(libc::REG_RDI), sets) };
    }
}

#[cfg(target_arch = "aarch64")]
impl Interrupted {
    unsafe fn of(context: *mut c_void) -> Self {
        // SAFETY: by the caller's promise.
        Self(unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext })
    }

    /// Whether there is an `svc` at this distance from the next instruction.
    fn is_call(&self, distance: i64) -> bool {
        let at = self.0.pc.wrapping_add_signed(distance) as *const u32;
        // SAFETY: code has run there, or is about to.
        unsafe { at.read_unaligned() == 0xd400_0001 }
    }

    fn is_over_by_signal(&self) -> bool {
        self.0.regs[0] as i64 == -EINTR && self.is_call(-4)
    }

    fn restarts(&self, (number, first): (i64, u64)) -> bool {
        self.0.regs[8] as i64 == number && self.0.regs[0] == first && self.is_call(0)
    }

    fn skip(&mut self) {
        self.0.pc += 4;
    }

    fn set_result(&mut self, result: i64) {
        self.0.regs[0] = result as u64;
    }

    /// The first argument is lost, where the result is now. So the sets stay as they are.
    unsafe fn clear_sets(&self) {}
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
impl Interrupted {
    unsafe fn of(context: *mut c_void) -> Self {
        // SAFETY: by the caller's promise.
        Self(unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext })
    }

    fn is_over_by_signal(&self) -> bool {
        false
    }

    fn restarts(&self, _: (i64, u64)) -> bool {
        false
    }

    fn skip(&mut self) {}

    fn set_result(&mut self, _: i64) {}

    unsafe fn clear_sets(&self) {}
}

/// Clears sets of so many descriptors.
#[cfg(target_arch = "x86_64")]
unsafe fn clear(descriptors: i64, sets: [i64; 3]) {
    // QEMU's sets have room for 1024.
    let words = usize::try_from(descriptors)
        .unwrap_or(0)
        .min(1024)
        .div_ceil(64);
    for set in sets {
        let set = set as *mut u64;
        if !set.is_null() {
            // SAFETY: by the caller's promise these are the sets of a `pselect6`.
            unsafe { set.write_bytes(0, words) };
        }
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
