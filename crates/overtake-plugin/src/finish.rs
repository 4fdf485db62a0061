//! How a run ends.

use crate::engine::Engine;
use crate::report;
use overtake_report::{End, exit_code};

/// Writes the report of the running guest.
pub fn report_now(engine: &mut Engine, end: End) {
    engine.run.end();
    report::write(end, engine.stats(), engine.trace_hash());
}

/// The guest ends by itself.
pub fn exited(engine: &mut Engine, status: i32) -> ! {
    engine.drain_everyone();
    report_now(engine, End::Exited);
    report::exit_now(status)
}

/// The guest says that a check of its has failed.
pub fn failure_marked(engine: &mut Engine, message: String) -> ! {
    // In the trace every store becomes visible.
    engine.drain_everyone();
    report_now(engine, End::Marked { message });
    report::exit_now(exit_code::MARKED)
}

/// The budget, in guest instructions, is used up.
pub fn out_of_budget(engine: &mut Engine, budget: u64) -> ! {
    report_now(engine, End::BudgetExhausted { budget });
    report::exit_now(exit_code::BUDGET)
}

/// The check mode found a difference.
pub fn unexplained(engine: &mut Engine) -> ! {
    let message = engine.unexplained.clone().unwrap_or_default();
    report_now(engine, End::CheckFailed { message });
    report::exit_now(exit_code::CHECK)
}
