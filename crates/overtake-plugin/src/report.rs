//! Writes the report, and ends the process.

use crate::identity;
use overtake_report::{End, Report, Stats, VERSION, exit_code};
use std::sync::atomic::{AtomicBool, Ordering};

/// This process is a child of the guest's `fork`: the report is not its to write.
static FORKED: AtomicBool = AtomicBool::new(false);

/// From here on this process reports nothing.
pub fn in_forked_child() {
    // Relaxed: the process has one thread; others, which read it in `write`, are its children.
    FORKED.store(true, Ordering::Relaxed);
}

/// Writes the report; without a file for it, says on standard error what is worth saying.
pub fn write(end: End, stats: Stats, hash: Option<u64>) {
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
    };
    let text = serde_json::to_string(&report).unwrap_or_default();
    match &run.report {
        Some(path) => {
            if let Err(error) = std::fs::write(path, text) {
                eprintln!("overtake plugin: cannot write the report to {path}: {error}");
            }
        }
        None if matches!(report.end, End::Running | End::Exited) => {}
        None => eprintln!("overtake plugin: {text}"),
    }
}

/// Ends the process as `exit_group` would, with all its threads: none can run on meanwhile.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: no preconditions.
    unsafe { libc::_exit(status) }
}

/// A defect of the plugin: ends the process with a report instead of unwinding into QEMU.
pub fn internal(message: &str) -> ! {
    let end = End::Internal {
        message: message.to_owned(),
    };
    write(end, Stats::default(), None);
    exit_now(exit_code::INTERNAL)
}
