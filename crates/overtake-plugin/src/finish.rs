//! The ends of a run.

use crate::engine::Engine;
use crate::report;
use overtake_report::doing::{Doing, Scene};
use overtake_report::{End, Stats, exit_code};
use std::collections::BTreeMap;

/// Writes the report of the running guest.
pub fn report_now(engine: &mut Engine, end: End) {
    engine.run.end();
    report::write(end, engine.stats(), engine.trace_hash(), engine.inputs());
}

/// Ends a run whose guest has exited.
pub fn exited(engine: &mut Engine, status: i32) -> ! {
    engine.drain_everyone();
    report_now(engine, End::Exited);
    report::exit_now(status)
}

/// Ends a run in which the guest has reported a failed check.
pub fn failure_marked(engine: &mut Engine, message: String) -> ! {
    // Commit all stores, so that the trace shows each one becoming visible.
    engine.drain_everyone();
    report_now(engine, End::Marked { message });
    report::exit_now(exit_code::MARKED)
}

/// Ends a run whose budget of guest instructions is used up.
pub fn out_of_budget(engine: &mut Engine, budget: u64) -> ! {
    let scene = engine.scene();
    report_now(engine, End::BudgetExhausted { budget, scene });
    report::exit_now(exit_code::BUDGET)
}

/// Ends a run that has reached its time limit.
pub fn out_of_time(engine: &mut Engine) -> ! {
    let scene = engine.scene();
    report_now(engine, End::OutOfTime { scene });
    report::exit_now(exit_code::BUDGET)
}

/// The same while the only thread runs code that has no callbacks, before the first `clone`.
pub fn out_of_time_alone() -> ! {
    let scene = Scene {
        threads: vec![Doing {
            thread: 0,
            pc: 0,
            call: None,
        }],
        ..Scene::default()
    };
    let stats = Stats {
        threads: 1,
        ..Stats::default()
    };
    report::write(End::OutOfTime { scene }, stats, None, BTreeMap::new());
    report::exit_now(exit_code::BUDGET)
}

/// Ends a run in which a store that became visible early was not made as it was.
pub fn broken_promise(engine: &mut Engine) -> ! {
    let broken = engine.machine.broken().map(|it| it.to_string());
    let message = broken.unwrap_or_default();
    report_now(engine, End::BrokenPromise { message });
    report::exit_now(exit_code::BROKEN_PROMISE)
}

/// Ends a run in which the check mode has found a difference.
pub fn unexplained(engine: &mut Engine) -> ! {
    let message = engine.unexplained.clone().unwrap_or_default();
    report_now(engine, End::CheckFailed { message });
    report::exit_now(exit_code::CHECK)
}
