//! The snapshots of the ring, as in the tests of the command `overtake`. The test is a program for the target. It
//! runs an `overtake` that is built for the host, because an `overtake` for each target takes minutes to build.
//! `cross test` without `--package` tests that one too.

#[path = "../../overtake/tests/cli/race.rs"]
mod race;
#[path = "../../overtake/tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

fn main() -> ExitCode {
    support::test::run(race::tests())
}
