//! How a run ends: the report, and the exit of the process.

use crate::engine::Engine;
use crate::plugin::plugin;
use overtake_report::{End, Report, Stats, VERSION, exit_code};
use std::sync::atomic::{AtomicBool, Ordering};

/// This process is a child of the guest's `fork`: the report is not its to write.
static FORKED: AtomicBool = AtomicBool::new(false);

/// From here on this process reports nothing.
pub fn in_forked_child() {
    // Relaxed: the process has one thread.
    FORKED.store(true, Ordering::Relaxed);
}

/// Writes the report; without a file for it, says on standard error what is worth saying.
pub fn write_report(path: Option<&str>, seed: u64, end: End, stats: Stats, hash: Option<u64>) {
    if FORKED.load(Ordering::Relaxed) {
        return;
    }
    let report = Report {
        version: VERSION,
        seed,
        end,
        stats,
        trace_hash: hash.map(|hash| format!("{hash:016x}")),
    };
    let text = serde_json::to_string(&report).unwrap_or_default();
    match path {
        Some(path) => {
            if let Err(error) = std::fs::write(path, text) {
                eprintln!("overtake plugin: cannot write the report to {path}: {error}");
            }
        }
        None if matches!(report.end, End::Running | End::Exited) => {}
        None => eprintln!("overtake plugin: {text}"),
    }
}

/// Writes the report of the running guest.
pub fn report_now(engine: &mut Engine, end: End) {
    engine.run.end();
    let plugin = plugin();
    write_report(
        plugin.report(),
        plugin.seed(),
        end,
        engine.stats(),
        engine.trace_hash(),
    );
}

/// Ends the process as `exit_group` would, with all its threads: none can run on meanwhile.
fn exit_now(status: i32) -> ! {
    // SAFETY: no preconditions.
    unsafe { libc::_exit(status) }
}

/// The guest ends by itself.
pub fn exited(engine: &mut Engine, status: i32) -> ! {
    engine.drain_everyone();
    report_now(engine, End::Exited);
    exit_now(status)
}

/// The guest says that a check of its has failed.
pub fn marked(engine: &mut Engine, message: String) -> ! {
    // In the trace every store becomes visible.
    engine.drain_everyone();
    report_now(engine, End::Marked { message });
    exit_now(exit_code::MARKED)
}

/// The budget is used up.
pub fn out_of_budget(engine: &mut Engine) -> ! {
    let budget = plugin().options.budget;
    report_now(engine, End::BudgetExhausted { budget });
    exit_now(exit_code::BUDGET)
}

/// The check mode found a difference.
pub fn unexplained(engine: &mut Engine) -> ! {
    let message = engine.unexplained.clone().unwrap_or_default();
    report_now(engine, End::CheckFailed { message });
    exit_now(exit_code::CHECK)
}

/// A defect of the plugin: ends the process with a report instead of unwinding into QEMU.
pub fn internal(message: &str) -> ! {
    let plugin = plugin();
    let end = End::Internal {
        message: message.to_owned(),
    };
    write_report(plugin.report(), plugin.seed(), end, Stats::default(), None);
    exit_now(exit_code::INTERNAL)
}
