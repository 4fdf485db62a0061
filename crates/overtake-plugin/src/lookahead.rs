//! A copy of this process in which one thread runs ahead, alone, and tells what it will store.
//!
//! The copy is made in a callback of that thread, when every other thread is parked or sleeps in a
//! system call. Nothing that it does is seen: it ends before a system call, writes no file, and no
//! copy is made while the guest shares memory with other processes. It is a child that sends no
//! signal and that only `wait` with `__WALL` sees, so the guest does not learn of it.
//!
//! The copy has one host thread. A lock that another thread of QEMU held when it was made is never
//! free there, so a copy may hang. It is then asleep, which it never is otherwise: it is ended, and
//! another one is made. So the clock decides nothing, unless there is no /proc to tell whether it sleeps.

use crate::io_thread;
use crate::report;
use crate::signals;
use std::mem::size_of;
use std::ptr::{NonNull, null, null_mut};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// Whether this process is such a copy.
static IS_COPY: AtomicBool = AtomicBool::new(false);

/// How many copies may hang before no more is made for this answer.
const TRIES: u32 = 3;
/// How long the process waits before it looks whether the copy is there.
const LOOK: Duration = Duration::from_millis(20);
/// After so many looks it asks whether the copy sleeps.
const PATIENCE: u32 = 5;
/// A copy that sleeps in so many looks in a row hangs.
const ASLEEP: u32 = 3;

/// The largest number of answers.
pub const MOST: usize = 64;

/// The memory that a copy shares with the process.
#[repr(C)]
struct Page<T> {
    /// Not zero: the answers are complete.
    ended: AtomicU32,
    count: u32,
    answers: [T; MOST],
}

/// The memory in which the copy leaves its answers.
pub struct Answers<T>(NonNull<Page<T>>);

// SAFETY: the memory belongs to the value alone, in each of the two processes.
unsafe impl<T: Send> Send for Answers<T> {}

/// What became of a copy.
pub enum Role<T> {
    /// This is the copy. It leaves its answers there.
    Copy(Answers<T>),
    /// This is the process; the copy has ended, with these answers.
    Original(Vec<T>),
    /// No copy can be made, or none ends.
    Impossible,
}

/// Whether this process is a copy that looks ahead.
pub fn is_copy() -> bool {
    // Relaxed: a copy has one thread.
    IS_COPY.load(Ordering::Relaxed)
}

/// Copies this process, and waits for the copy's answers.
pub fn look<T: Copy>() -> Role<T> {
    for _ in 0..TRIES {
        let Some(answers) = Answers::new() else {
            return Role::Impossible;
        };
        match signals::blocked(clone) {
            0 => {
                become_copy();
                return Role::Copy(answers);
            }
            -1 => return Role::Impossible,
            pid if answers.wait_for(pid) => return Role::Original(answers.get()),
            _ => {}
        }
    }
    Role::Impossible
}

/// Like `fork`, but the process gets no signal when the copy ends, and no handler of the C library
/// runs: QEMU's would start a thread.
fn clone() -> libc::pid_t {
    // SAFETY: without flags, a stack or addresses this is a `fork`. The copy calls only what needs
    // no other thread.
    unsafe { libc::syscall(libc::SYS_clone, 0, 0, 0, 0, 0) as libc::pid_t }
}

fn become_copy() {
    // Relaxed: this process has one thread.
    IS_COPY.store(true, Ordering::Relaxed);
    report::in_forked_child();
    io_thread::forget();
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: plain calls. Standard error is closed because QEMU may say there how the copy ends.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
        libc::close(libc::STDERR_FILENO);
    }
}

impl<T: Copy> Answers<T> {
    fn new() -> Option<Self> {
        // SAFETY: a new mapping at an address that the kernel chooses. All its bytes are zero.
        let memory = unsafe {
            libc::mmap(
                null_mut(),
                size_of::<Page<T>>(),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if memory == libc::MAP_FAILED {
            return None;
        }
        NonNull::new(memory.cast()).map(Self)
    }

    fn ended(&self) -> &AtomicU32 {
        // SAFETY: the memory is mapped, and both processes access this word as an atomic only.
        unsafe { &(*self.0.as_ptr()).ended }
    }

    /// Leaves these answers, and ends the copy.
    pub fn give(self, answers: &[T]) -> ! {
        let page = self.0.as_ptr();
        let count = answers.len().min(MOST);
        // SAFETY: the memory is mapped, and the process reads it only after the store below.
        unsafe {
            let to = (&raw mut (*page).answers).cast::<T>();
            std::ptr::copy_nonoverlapping(answers.as_ptr(), to, count);
            (&raw mut (*page).count).write(count as u32);
        }
        // Release: pairs with the Acquire load in `wait_for`.
        self.ended().store(1, Ordering::Release);
        // SAFETY: the word is mapped.
        unsafe { libc::syscall(libc::SYS_futex, self.ended(), libc::FUTEX_WAKE, 1) };
        report::exit_now(0)
    }

    fn get(&self) -> Vec<T> {
        let page = self.0.as_ptr();
        // SAFETY: the copy has ended, and has written so many answers, or none and a zero.
        unsafe {
            let from = (&raw const (*page).answers).cast::<T>();
            let count = (&raw const (*page).count).read() as usize;
            std::slice::from_raw_parts(from, count.min(MOST)).to_vec()
        }
    }

    /// Waits until the copy has ended. Returns false if it hangs, and ends it.
    fn wait_for(&self, pid: libc::pid_t) -> bool {
        let (mut looks, mut asleep) = (0, 0);
        loop {
            // Acquire: pairs with the Release store in `give`.
            if self.ended().load(Ordering::Acquire) != 0 {
                reap(pid, 0);
                return true;
            }
            self.sleep();
            if reap(pid, libc::WNOHANG) {
                return true;
            }
            looks += 1;
            if looks >= PATIENCE {
                asleep = if sleeps(pid) { asleep + 1 } else { 0 };
            }
            if asleep >= ASLEEP && self.ended().load(Ordering::Acquire) == 0 {
                // SAFETY: it is this process's child, and it was not waited for.
                unsafe { libc::kill(pid, libc::SIGKILL) };
                reap(pid, 0);
                return false;
            }
        }
    }

    /// Sleeps until the copy gives its answers, for a moment at most.
    fn sleep(&self) {
        let moment = libc::timespec {
            tv_sec: 0,
            tv_nsec: LOOK.as_nanos() as libc::c_long,
        };
        let none = null::<u32>();
        // SAFETY: the word is mapped, and the time lives for the call.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.ended(),
                libc::FUTEX_WAIT,
                0,
                &raw const moment,
                none,
                0,
            )
        };
    }
}

impl<T> Drop for Answers<T> {
    fn drop(&mut self) {
        // SAFETY: the mapping belongs to this value.
        unsafe { libc::munmap(self.0.as_ptr().cast(), size_of::<Page<T>>()) };
    }
}

/// Waits for the child. Returns whether it is gone.
fn reap(pid: libc::pid_t, how: i32) -> bool {
    loop {
        // SAFETY: no status is asked for.
        match unsafe { libc::waitpid(pid, null_mut(), how | libc::__WALL) } {
            0 => return false,
            -1 if std::io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) => {}
            _ => return true,
        }
    }
}

/// Whether the process sleeps, as far as the kernel tells.
fn sleeps(pid: libc::pid_t) -> bool {
    let stat = io_thread::read(&format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|it| it.1);
    state.is_none_or(|it| it.starts_with('S'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_of_a_copy_arrive() {
        let answers = Answers::<u64>::new().unwrap();
        let pid = clone();
        if pid == 0 {
            answers.give(&[7, 9]);
        }
        assert!(answers.wait_for(pid));
        assert_eq!(answers.get(), [7, 9]);
        assert!(reap(pid, libc::WNOHANG), "it was waited for");
    }

    #[test]
    fn a_copy_that_dies_has_no_answers_and_one_that_hangs_is_ended() {
        let dead = Answers::<u64>::new().unwrap();
        let pid = clone();
        if pid == 0 {
            report::exit_now(1);
        }
        assert!(dead.wait_for(pid));
        assert!(dead.get().is_empty());
        let hangs = Answers::<u64>::new().unwrap();
        let pid = clone();
        if pid == 0 {
            loop {
                // SAFETY: no preconditions.
                unsafe { libc::pause() };
            }
        }
        assert!(!hangs.wait_for(pid));
        assert!(reap(pid, libc::WNOHANG), "it was waited for");
    }
}
