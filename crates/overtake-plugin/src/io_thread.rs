//! The I/O thread: the only thread of the plugin that opens files.
//!
//! The plugin lives in the guest's process, and threads of a process share what the guest may see,
//! change and use up: its descriptors, its working directory, its root, its umask. So the plugin
//! does all its I/O on one thread that leaves this sharing (`unshare(2)` with CLONE_FILES and
//! CLONE_FS, which needs no privilege). It also keeps the credentials that QEMU was started with:
//! the kernel keeps them for each thread, and QEMU changes those of the calling thread only.
//!
//! Other threads pass it work ([`run`]), and keep values such as files that live there ([`Kept`]).
//!
//! `fork` copies only the calling thread. So a child has no I/O thread until it needs one, and what
//! was kept in the parent is out of its reach. The child's I/O thread begins with the guest's
//! descriptors, and closes them before the guest continues: an open end of a pipe would hide the
//! end of the file from its reader.
//!
//! What the I/O thread still shares with the guest: limits (`setrlimit`), and its place in
//! `/proc/self/task`.

use crate::affinity;
use std::cell::{Cell, UnsafeCell};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{fmt, io, thread};

/// There is no I/O thread, because it could not be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absent;

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the plugin's I/O thread could not be started")
    }
}

impl From<Absent> for io::Error {
    fn from(absent: Absent) -> Self {
        io::Error::other(absent.to_string())
    }
}

/// Which of the guest's descriptors the I/O thread keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// None.
    Nothing,
    /// Standard error, for messages that have no report.
    StandardError,
}

/// The stack of the I/O thread, in bytes.
const STACK: usize = 256 << 10;

/// Descriptors from this number on hold what is open for the whole run. The numbers below it stay
/// free for files that are opened later, when the guest may have lowered the limit.
const LASTING: i32 = 64;

// The values of `Mailbox::turn`: whose turn it is.
/// The caller may put work into the mailbox.
const CALLER: u32 = 0;
/// The I/O thread does the work.
const WORKER: u32 = 1;

/// The work that a caller waits for. It lives on the caller's stack.
type Work = *mut (dyn FnMut() + Send);

/// The exchange between callers and the I/O thread of one process.
struct Mailbox {
    /// One caller at a time, who learns whether there is a thread.
    callers: Mutex<State>,
    turn: AtomicU32,
    work: UnsafeCell<Option<Work>>,
    process: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NotStarted,
    Runs,
    Impossible,
}

// SAFETY: `work` is accessed by the caller that holds `callers`, and by the I/O thread while `turn`
// is `WORKER`. Each passes the turn on with a Release store, which the other one's Acquire load
// reads.
unsafe impl Sync for Mailbox {}

/// The mailbox of this process. It is never freed.
static MAILBOX: AtomicPtr<Mailbox> = AtomicPtr::new(null_mut());

thread_local! {
    static IS_IO_THREAD: Cell<bool> = const { Cell::new(false) };
}

fn mailbox() -> &'static Mailbox {
    // Acquire: pairs with the Release half of the exchange below and the Release store in `forget`.
    // SAFETY: the pointer is null or comes from `Mailbox::new`.
    if let Some(mailbox) = unsafe { MAILBOX.load(Ordering::Acquire).as_ref() } {
        return mailbox;
    }
    let new = Mailbox::new();
    // AcqRel: pairs with itself and with the Acquire load above.
    let exchanged = MAILBOX.compare_exchange(null_mut(), new, Ordering::AcqRel, Ordering::Acquire);
    let current = match exchanged {
        Ok(_) => new,
        Err(other) => other,
    };
    // SAFETY: both pointers come from `Mailbox::new`.
    unsafe { &*current }
}

impl Mailbox {
    fn new() -> *mut Self {
        Box::leak(Box::new(Self {
            callers: Mutex::new(State::NotStarted),
            turn: AtomicU32::new(CALLER),
            work: UnsafeCell::new(None),
            process: std::process::id(),
        }))
    }

    /// Waits until it is the turn of `whose`. Returns false in a process that has forked since.
    fn wait(&self, whose: u32) -> bool {
        loop {
            // Acquire: pairs with the Release store in `pass_to`.
            let turn = self.turn.load(Ordering::Acquire);
            if turn == whose {
                return true;
            }
            let second = libc::timespec {
                tv_sec: 1,
                tv_nsec: 0,
            };
            // The worker waits for as long as it takes, a caller with a bound.
            let timeout = if whose == WORKER {
                null()
            } else {
                &raw const second
            };
            // SAFETY: the word and the timeout are valid for the call.
            let status = unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    self.turn.as_ptr(),
                    libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                    turn,
                    timeout,
                )
            };
            if status == -1
                && io::Error::last_os_error().raw_os_error() == Some(libc::ETIMEDOUT)
                && self.process != std::process::id()
            {
                return false;
            }
        }
    }

    fn pass_to(&self, whose: u32) {
        // Release: pairs with the Acquire load in `wait`.
        self.turn.store(whose, Ordering::Release);
        // SAFETY: the word is valid for the call.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.turn.as_ptr(),
                libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                1,
            );
        }
    }

    /// Lets the I/O thread do the work. The caller holds `callers`. `begin` starts the thread if it
    /// does not exist yet.
    fn ask<R: Send>(
        &'static self,
        work: impl FnOnce() -> R + Send,
        begin: impl FnOnce() -> io::Result<()>,
    ) -> Result<R, Absent> {
        let mut result = None;
        let mut work = Some(work);
        let mut job = || result = work.take().map(|work| work());
        let job: *mut (dyn FnMut() + Send + '_) = &raw mut job;
        // SAFETY: only the lifetime changes. The caller waits until the work is done, or until it is
        // certain that nobody will do it.
        let job: Work = unsafe { std::mem::transmute(job) };
        // SAFETY: it is the caller's turn, and the caller is the only one.
        unsafe { *self.work.get() = Some(job) };
        self.pass_to(WORKER);
        if begin().is_err() || !self.wait(CALLER) {
            return Err(Absent);
        }
        result.ok_or(Absent)
    }

    /// The I/O thread.
    fn serve(&self) {
        IS_IO_THREAD.set(true);
        while self.wait(WORKER) {
            affinity::follow();
            // SAFETY: it is the I/O thread's turn.
            let work = unsafe { (*self.work.get()).take() };
            if let Some(work) = work {
                // SAFETY: the caller waits in `ask`, so its stack holds the work.
                let work = AssertUnwindSafe(|| unsafe { (*work)() });
                // The hook has reported a panic and ended the process, except in tests.
                let _ = catch_unwind(work);
            }
            self.pass_to(CALLER);
        }
    }
}

/// Starts the I/O thread, and calls `first` on it.
///
/// Called while no guest code runs: when the plugin is loaded, and in a copy that the fork server
/// made.
///
/// # Errors
///
/// The thread cannot be started, or cannot have descriptors of its own.
pub fn start<R: Send>(keep: Keep, first: impl FnOnce() -> R + Send) -> io::Result<R> {
    let mailbox = mailbox();
    let mut state = mailbox
        .callers
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if *state != State::NotStarted {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    *state = State::Impossible;
    let result = mailbox.ask(
        || separate(keep).map(|()| first()),
        || spawn(move || mailbox.serve()),
    )??;
    *state = State::Runs;
    Ok(result)
}

/// Lets the I/O thread do this work, and returns its result. Starts the thread in a child of `fork`
/// that has none.
///
/// # Errors
///
/// There is no I/O thread.
pub fn run<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, Absent> {
    if IS_IO_THREAD.get() {
        return Ok(work());
    }
    let mailbox = mailbox();
    let mut state = mailbox
        .callers
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if *state == State::NotStarted {
        drop(state);
        // If another thread starts it meanwhile, this attempt fails, which does not matter.
        let _ = start(Keep::Nothing, || ());
        state = mailbox
            .callers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
    }
    if *state != State::Runs {
        return Err(Absent);
    }
    mailbox.ask(work, || Ok(()))
}

/// Forgets the parent's I/O thread, in a child of `fork`, where the calling thread is the only one.
pub fn forget() {
    // Release: pairs with the Acquire load in `mailbox`.
    MAILBOX.store(Mailbox::new(), Ordering::Release);
}

/// Starts a thread with all signals blocked, so that it runs no handler of QEMU's.
fn spawn(body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // The C library leaves out the signals that it needs itself.
    // SAFETY: the sets are valid for the calls, and `before` is set by the second one.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
    }
    let spawned = thread::Builder::new()
        .name("overtake-io".to_owned())
        .stack_size(STACK)
        .spawn(body);
    // SAFETY: the first call has set `before`.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut()) };
    spawned.map(drop)
}

/// Gives the calling thread descriptors and a working directory of its own, and closes the
/// descriptors.
fn separate(keep: Keep) -> io::Result<()> {
    // SAFETY: no preconditions.
    if unsafe { libc::unshare(libc::CLONE_FILES | libc::CLONE_FS) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // What the plugin writes is for the user alone, whatever mask a guest had before its copy.
    // SAFETY: no preconditions.
    unsafe { libc::umask(0o077) };
    let kept = libc::STDERR_FILENO as u32;
    match keep {
        Keep::Nothing => close(0, u32::MAX),
        Keep::StandardError => {
            close(0, kept - 1);
            close(kept + 1, u32::MAX);
        }
    }
    Ok(())
}

/// Closes the descriptors from `first` to `last`, inclusive.
fn close(first: u32, last: u32) {
    // SAFETY: the calling thread has its own descriptors, and uses none of them.
    if unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } == 0 {
        return;
    }
    // A kernel before Linux 5.9.
    let mut limit = MaybeUninit::<libc::rlimit>::uninit();
    // SAFETY: the call sets `limit`.
    let highest = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, limit.as_mut_ptr());
        u32::try_from(limit.assume_init().rlim_max).unwrap_or(1 << 20)
    };
    for descriptor in first..=last.min(highest) {
        // SAFETY: as above.
        unsafe { libc::close(descriptor.cast_signed()) };
    }
}

/// Moves a file of the I/O thread that stays open for the whole run out of the way of others.
pub fn lasting(file: std::fs::File) -> std::fs::File {
    use std::os::fd::{AsRawFd, FromRawFd};
    // SAFETY: the descriptor is open. The new one, if there is one, is owned by the new file only.
    unsafe {
        match libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, LASTING) {
            // The limit is lower than that.
            -1 => file,
            moved => std::fs::File::from_raw_fd(moved),
        }
    }
}

/// A value that lives on the I/O thread, such as a file: its descriptor means something only there.
#[derive(Debug)]
pub struct Kept<T: Send> {
    value: ManuallyDrop<T>,
    /// The process whose I/O thread has it.
    process: u32,
}

impl<T: Send> Kept<T> {
    /// Makes the value on the I/O thread.
    ///
    /// # Errors
    ///
    /// There is no I/O thread, or `make` fails.
    pub fn make(make: impl FnOnce() -> io::Result<T> + Send) -> io::Result<Self> {
        Ok(Self {
            value: ManuallyDrop::new(run(make)??),
            process: std::process::id(),
        })
    }

    /// Uses the value on the I/O thread.
    ///
    /// # Errors
    ///
    /// There is no I/O thread, or this process is a child of the one that made the value.
    pub fn with<R: Send>(&mut self, work: impl FnOnce(&mut T) -> R + Send) -> Result<R, Absent> {
        if self.process != std::process::id() {
            return Err(Absent);
        }
        let value = &mut *self.value;
        run(|| work(value))
    }
}

impl<T: Send> Drop for Kept<T> {
    fn drop(&mut self) {
        if self.process == std::process::id() {
            // SAFETY: the value is not used after this.
            let value = unsafe { ManuallyDrop::take(&mut self.value) };
            // If there is no I/O thread any more, its descriptors are gone too.
            let _ = run(|| drop(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::fd::AsRawFd;

    #[test]
    fn files_of_the_io_thread_are_in_no_other_threads_table() {
        let mut kept = Kept::make(|| File::open("/proc/self/stat").map(lasting)).unwrap();
        let number = kept.with(|file| file.as_raw_fd()).unwrap();
        assert!(number >= LASTING);
        // SAFETY: the call changes nothing.
        let here = unsafe { libc::fcntl(number, libc::F_GETFD) };
        let there = kept
            // SAFETY: as above.
            .with(|file| unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFD) })
            .unwrap();
        assert_eq!((here, there), (-1, libc::FD_CLOEXEC));
    }

    #[test]
    fn the_io_thread_keeps_its_folder_and_has_no_descriptor_of_the_tests() {
        let open = run(|| {
            let list = std::fs::read_dir("/proc/thread-self/fd").unwrap();
            list.map(|it| std::fs::read_link(it.unwrap().path()))
                .filter_map(Result::ok)
                .collect::<Vec<_>>()
        })
        .unwrap();
        for file in open {
            assert!(file.starts_with("/proc"), "{}", file.display());
        }
        let before = std::env::current_dir().unwrap();
        run(|| std::env::set_current_dir("/")).unwrap().unwrap();
        assert_eq!(std::env::current_dir().unwrap(), before);
    }

    #[test]
    fn a_child_starts_an_io_thread_of_its_own_and_reaches_none_of_its_parents() {
        let mut kept = Kept::make(|| File::open("/proc/self/stat")).unwrap();
        // SAFETY: the child runs only this code, and the C library restores its locks in the child.
        let child = unsafe { libc::fork() };
        if child == 0 {
            forget();
            let good = kept.with(|_| ()) == Err(Absent) && run(|| 7) == Ok(7);
            // SAFETY: no preconditions.
            unsafe { libc::_exit(i32::from(!good)) };
        }
        let mut status = 0;
        // SAFETY: `status` is valid for the call.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    }

    #[test]
    fn many_threads_get_their_own_results() {
        thread::scope(|scope| {
            for number in 0..8 {
                scope.spawn(move || {
                    for round in 0..200 {
                        assert_eq!(run(|| number * 1000 + round), Ok(number * 1000 + round));
                    }
                });
            }
        });
    }
}
