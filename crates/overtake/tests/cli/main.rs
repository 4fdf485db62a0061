//! Tests of the command `overtake`: a module for each command, and for each property that holds for every guest.
//!
//! One program, so that it is linked once and its tests use all cores. Each module lists its tests with what they
//! need; see `support::test`. The compiler reports a test that is in no list as an unused function.

mod audit;
mod calls;
mod conformance;
mod dependencies;
mod doctor;
mod errors;
mod explain;
mod explain_ends;
mod forkserver;
mod generate;
mod guests;
mod help;
mod install;
mod limits;
mod litmus;
mod load_buffering;
mod machine_code;
mod matrix;
mod merge;
mod messages;
mod process;
mod race;
mod readme;
mod repeatable;
mod replay;
mod report;
mod run;
mod run_errors;
mod stand_in;
#[path = "../support/mod.rs"]
mod support;
mod timing;
mod torn;
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    let tests = [
        audit::tests(),
        calls::tests(),
        conformance::tests(),
        dependencies::tests(),
        doctor::tests(),
        errors::tests(),
        explain::tests(),
        explain_ends::tests(),
        forkserver::tests(),
        generate::tests(),
        guests::tests(),
        help::tests(),
        install::tests(),
        limits::tests(),
        litmus::tests(),
        load_buffering::tests(),
        machine_code::tests(),
        matrix::tests(),
        merge::tests(),
        messages::tests(),
        process::tests(),
        race::tests(),
        readme::tests(),
        repeatable::tests(),
        replay::tests(),
        report::tests(),
        run::tests(),
        run_errors::tests(),
        timing::tests(),
        torn::tests(),
        window::tests(),
    ];
    support::test::run(tests.into_iter().flatten())
}
