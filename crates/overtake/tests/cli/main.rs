//! What the command `overtake` does, a module for each of its commands, and for each property that it
//! has with every guest.
//!
//! One program: it is linked once, and its tests fill all cores. Each module lists its tests with what
//! they need; see `support::test`. A test that no list has is a function that is never used, which the
//! compiler reports.

mod audit;
mod conformance;
mod dependencies;
mod doctor;
mod errors;
mod explain;
mod forkserver;
mod generate;
mod guests;
mod help;
mod install;
mod litmus;
mod machine_code;
mod matrix;
mod merge;
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
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    let tests = [
        audit::tests(),
        conformance::tests(),
        dependencies::tests(),
        doctor::tests(),
        errors::tests(),
        explain::tests(),
        forkserver::tests(),
        generate::tests(),
        guests::tests(),
        help::tests(),
        install::tests(),
        litmus::tests(),
        machine_code::tests(),
        matrix::tests(),
        merge::tests(),
        race::tests(),
        readme::tests(),
        repeatable::tests(),
        replay::tests(),
        report::tests(),
        run::tests(),
        run_errors::tests(),
        window::tests(),
    ];
    support::test::run(tests.into_iter().flatten())
}
