//! Writing of the report, and the end of the process.

use crate::identity;
use crate::io_thread;
use crate::output::Output;
use overtake_report::input::Input;
use overtake_report::{End, ROOM, Report, Stats, VERSION, exit_code};
use std::collections::BTreeMap;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether this process is a child of the guest's `fork`, which must not write the report.
static FORKED: AtomicBool = AtomicBool::new(false);

/// The file, if it could be created.
static FILE: Mutex<Option<Output>> = Mutex::new(None);

/// The last byte of the file, in which its reader asks for the end of the run; null if nobody can.
///
/// The I/O thread looks there without a lock: a process may `fork` at any moment, and a lock that the
/// I/O thread holds then is never free in the child.
static QUESTION: AtomicPtr<u8> = AtomicPtr::new(null_mut());

fn file() -> MutexGuard<'static, Option<Output>> {
    FILE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stops this process from writing a report.
pub fn in_forked_child() {
    // Relaxed: this process has one thread now; later threads, which load it in `write`, are
    // created after this store.
    FORKED.store(true, Ordering::Relaxed);
}

/// Whether the reader of this process's report asks for the end of the run. None if nobody can.
pub fn asks_for_the_end() -> Option<bool> {
    // Relaxed: see `in_forked_child`.
    if FORKED.load(Ordering::Relaxed) || identity::current().report.is_none() {
        return None;
    }
    Some(is_asked())
}

fn is_asked() -> bool {
    // Acquire: pairs with the Release store in `keep`.
    let byte = QUESTION.load(Ordering::Acquire);
    // SAFETY: the byte is in the mapping of `FILE`, which this process never unmaps, and which no Rust
    // reference points into. Volatile: another process writes it.
    !byte.is_null() && unsafe { byte.read_volatile() } != 0
}

fn keep(output: Output) {
    // Release: pairs with the Acquire load in `is_asked`.
    QUESTION.store(output.last_byte(), Ordering::Release);
    *file() = Some(output);
}

/// Forgets the report of the original, in a copy that the fork server made. It is not mapped here.
pub fn forget() {
    // Relaxed: this process has one thread now.
    QUESTION.store(null_mut(), Ordering::Relaxed);
}

/// Creates the report of this process's run, while no guest code runs.
pub fn create() {
    let Some(path) = &identity::current().report else {
        return;
    };
    match Output::small(path, ROOM) {
        Ok(output) => keep(output),
        // No guest code runs, so this is still the standard error that QEMU was started with.
        Err(error) => eprintln!("overtake plugin: the report: {error}"),
    }
}

/// Notes that the guest runs: it makes a system call.
#[inline]
pub fn guest_runs() {
    /// Whether this was noted.
    static RUNS: AtomicBool = AtomicBool::new(false);
    // Relaxed: at the first call there is one thread. A copy writes the report that it creates.
    if !RUNS.load(Ordering::Relaxed) {
        RUNS.store(true, Ordering::Relaxed);
        write(End::Running, Stats::default(), None, BTreeMap::new());
    }
}

/// Writes the report. Without a file for it, writes an unusual end to standard error.
pub fn write(end: End, stats: Stats, hash: Option<u64>, inputs: BTreeMap<Input, u64>) {
    // Relaxed: see `in_forked_child`.
    if FORKED.load(Ordering::Relaxed) {
        return;
    }
    let run = identity::current();
    let report = Report {
        version: VERSION,
        seed: run.seed,
        end,
        stats,
        trace_hash: hash.map(|hash| format!("{hash:016x}")),
        inputs,
    };
    let text = serde_json::to_string(&report).unwrap_or_default();
    if run.report.is_some() {
        if let Some(file) = &mut *file() {
            // There is no other place to report this to.
            let _ = file.replace(text.as_bytes());
        }
    } else if !matches!(report.end, End::Loaded | End::Running | End::Exited) {
        let _ = io_thread::run(|| eprintln!("overtake plugin: {text}"));
    }
}

/// Ends the process with all its threads at once, as `exit_group` does.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: no preconditions.
    unsafe { libc::_exit(status) }
}

/// Reports that the guest asks for more than the plugin can do, and ends the process.
pub fn refused(message: String) -> ! {
    write(
        End::Refused { message },
        Stats::default(),
        None,
        BTreeMap::new(),
    );
    exit_now(exit_code::INTERNAL)
}

/// Reports that a file that the run was asked for cannot be written, and ends the process.
pub fn unwritten(message: String) -> ! {
    write(
        End::Unwritten { message },
        Stats::default(),
        None,
        BTreeMap::new(),
    );
    exit_now(exit_code::INTERNAL)
}

/// Reports a defect of the plugin and ends the process, instead of unwinding into QEMU.
pub fn internal(message: &str) -> ! {
    let end = End::Internal {
        message: message.to_owned(),
    };
    write(end, Stats::default(), None, BTreeMap::new());
    exit_now(exit_code::INTERNAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_seen_whoever_has_locked_the_file() {
        let path = std::env::temp_dir().join(format!("overtake-question-{}", std::process::id()));
        keep(Output::small(path.to_str().unwrap(), 4096).unwrap());
        let locked = file();
        assert!(!is_asked());
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[4095] = 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(is_asked());
        forget();
        assert!(!is_asked());
        drop(locked);
        std::fs::remove_file(path).unwrap();
    }
}
