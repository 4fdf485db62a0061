//! Writing of the report, and the end of the process.

use crate::identity;
use overtake_report::{End, Report, Stats, VERSION, exit_code};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process is a child of the guest's `fork`, which must not write the report.
static FORKED: AtomicBool = AtomicBool::new(false);

/// Stops this process from writing a report.
pub fn in_forked_child() {
    // Relaxed: this process has one thread now; later threads, which load it in `write`, are
    // created after this store.
    FORKED.store(true, Ordering::Relaxed);
}

/// Writes the report. Without a file for it, writes an unusual end to standard error.
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

/// Ends the process with all its threads at once, as `exit_group` does.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: no preconditions.
    unsafe { libc::_exit(status) }
}

/// Reports a defect of the plugin and ends the process, instead of unwinding into QEMU.
pub fn internal(message: &str) -> ! {
    let end = End::Internal {
        message: message.to_owned(),
    };
    write(end, Stats::default(), None);
    exit_now(exit_code::INTERNAL)
}
