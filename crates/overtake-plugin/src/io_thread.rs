//! The I/O thread: the only thread of the plugin that opens files.
//!
//! The plugin lives in the guest's process, and threads of a process share what the guest may see,
//! change and use up: its descriptors, its working directory, its root, its umask. So the plugin
//! does all its I/O on one thread that leaves this sharing (`separate`; it needs no privilege). It also keeps the credentials that QEMU was started with:
//! the kernel keeps them for each thread, and QEMU changes those of the calling thread only.
//!
//! Other threads pass it work ([`run`]), and keep values such as files that live there (`kept`).
//!
//! `fork` copies only the calling thread. So a child has no I/O thread until it needs one, and what
//! was kept in the parent is out of its reach. The child's I/O thread begins with the guest's
//! descriptors, and closes them before the guest continues: an open end of a pipe would hide the
//! end of the file from its reader.
//!
//! What the I/O thread still shares with the guest: limits (`setrlimit`), and its place in
//! `/proc/self/task`.

mod absent;
mod mailbox;
mod separate;

pub use absent::Absent;

use crate::affinity;
use mailbox::{Mailbox, State};
use std::cell::Cell;
use std::io;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{OnceLock, PoisonError};
use std::time::Duration;

/// Which of the guest's descriptors the I/O thread keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// None.
    Nothing,
    /// Standard error, for messages that have no report.
    StandardError,
}

/// The mailbox of this process. It is never freed.
static MAILBOX: AtomicPtr<Mailbox> = AtomicPtr::new(null_mut());

/// What the I/O thread does while it waits for work, see [`when_idle`].
static IDLE: OnceLock<Idle> = OnceLock::new();

/// Does something that does not wait, and returns after how long to do it again; none: never.
pub type Idle = fn() -> Option<Duration>;

/// Sets what I/O threads do while they wait for work. Called once.
pub fn when_idle(idle: Idle) {
    let _ = IDLE.set(idle);
}

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

/// Starts the I/O thread, and calls `first` on it.
///
/// Called while no guest code runs: when the plugin is loaded, and in a copy that the fork server
/// made.
///
/// # Errors
///
/// The thread cannot be started.
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
    let kept = match keep {
        Keep::Nothing => None,
        Keep::StandardError => Some(libc::STDERR_FILENO as u32),
    };
    let serve = move || {
        IS_IO_THREAD.set(true);
        let idle = || IDLE.get().and_then(|idle| idle());
        mailbox.serve(affinity::follow, idle);
    };
    let begin = || {
        separate::separate(kept);
        first()
    };
    let result = mailbox.ask(begin, || separate::spawn(serve))?;
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

/// Returns the text of a file, which the I/O thread reads.
///
/// # Errors
///
/// There is no I/O thread, or the file cannot be read as text.
pub fn read(path: &str) -> io::Result<String> {
    run(|| std::fs::read_to_string(path))?
}

/// Forgets the parent's I/O thread, in a child of `fork`, where the calling thread is the only one.
pub fn forget() {
    // Release: pairs with the Acquire load in `mailbox`.
    MAILBOX.store(Mailbox::new(), Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    #[cfg_attr(
        not(target_arch = "x86_64"),
        ignore = "QEMU's user mode makes no thread with descriptors of its own"
    )]
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
