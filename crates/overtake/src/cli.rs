//! The command line: its commands, and which function does each.

use clap::{Parser, Subcommand};

use crate::error::Error;
use crate::{
    audit, conformance, doctor, exit_code, explain, generate, litmus, matrix, merge, replay,
    report, run,
};

/// Run multi-threaded programs under QEMU with the weak memory of their architecture.
///
/// QEMU on an x86 host hides memory-ordering bugs: x86 never lets a store overtake a store.
/// overtake puts the weak memory of aarch64, ppc64le and riscv64 back (and x86_64's own), by a
/// plugin for QEMU that reads the barriers from the real machine code. What a run does follows
/// from its seed.
#[derive(Debug, Parser)]
#[command(version, after_long_help = MAIN_EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a program, or the race in the ring, with weak memory
    ///
    /// PROGRAM is an ELF program for aarch64, ppc64le, riscv64 or x86_64, with any number of
    /// threads. Its input, output and exit status are passed through, so that this serves as a
    /// cargo runner. Without a program the race in Linux's AIO ring is run. Afterwards one line
    /// on standard error says what was tested.
    #[command(after_long_help = run::EXAMPLES)]
    Run(run::Args),
    /// Do a run again, from its seed or from a recorded schedule
    ///
    /// A schedule is a file that `overtake run --record` or `overtake explain --schedule` wrote. It says who
    /// ran when, which store stayed pending and which write unseen; the program must be the same.
    #[command(after_long_help = replay::EXAMPLES)]
    Replay(replay::Args),
    /// Say why a program fails: the accesses out of order, the cause, the cheapest cure
    ///
    /// Looks for a seed with which the program fails (or takes the one that is named), leaves out of its
    /// schedule all that the failure does not need, and shows what is left as a litmus test: a column
    /// for each thread, with instructions, source lines and values. For each pair that was out of order it
    /// lists the orderings that would have kept it, each tried in a replay.
    #[command(after_long_help = explain::EXAMPLES)]
    Explain(explain::Args),
    /// Say which barriers, acquires and releases of a program are needed
    ///
    /// Runs the program once to see which it goes through; then supposes each away and looks for a failure.
    #[command(after_long_help = audit::EXAMPLES)]
    Audit(audit::Args),
    /// Show which variant of the ring gives a stale read on which target
    ///
    /// Runs every variant on every target under plain QEMU and with weak memory, each with a
    /// number of seeds. `2/10 (3)` means: 2 of 10 seeds gave stale events, 3 events in all.
    #[command(after_long_help = matrix::EXAMPLES)]
    Matrix(matrix::Args),
    /// Write a page with the matrix, and the evidence for each variant of the ring
    ///
    /// The page is one HTML file that needs nothing else. It has the matrix; for each variant the lines of
    /// source with their orderings, the machine code of the guests that were run, what the axioms of each
    /// architecture and overtake's own model say of that code, and what the runs came to; and for each
    /// variant that failed a witness: the accesses out of order, as a picture, and what would have
    /// prevented it. All of it is computed anew.
    #[command(after_long_help = report::EXAMPLES)]
    Report(report::Args),
    /// Merge results of `overtake matrix` over different seeds into one
    ///
    /// A matrix over many seeds is run in parts, on as many machines as there are; their results
    /// (`--format json`) come to the table that one run over all seeds would have printed. They must
    /// be of the same build and options, with no seed twice and none left out.
    #[command(after_long_help = merge::EXAMPLES)]
    Merge(merge::Args),
    /// Run litmus tests and count their outcomes
    ///
    /// FILE is a test in the format of herdtools7 (`.litmus`) for AArch64, PPC, RISCV or X86_64.
    /// Its processors run as threads of one guest, all at the same time, again and again on fresh
    /// locations, under the weak memory of the architecture; how often each final state was
    /// reached is printed. A test that cannot be run is named on standard error, and the others
    /// are run.
    #[command(after_long_help = litmus::EXAMPLES)]
    Litmus(litmus::Args),
    /// Make litmus tests from cycles of relations, or from their names
    ///
    /// A cycle like `PodWW Rfe PodRR Fre` names an order of accesses that no interleaving gives: a
    /// processor writes two locations (`PodWW`), another one reads the second write (`Rfe`), and
    /// then (`PodRR`) does not see the first one (`Fre`). The test asks whether that can be seen.
    /// Names are those of the literature: `MP`, `SB+mfences`, `MP+dmb.sy+addr`.
    #[command(after_long_help = generate::EXAMPLES)]
    Generate(generate::Args),
    /// Hold overtake's memory models against what the architectures allow
    ///
    /// Runs the project's own suite, some 1500 litmus tests whose allowed outcomes are known, as
    /// guests, and prints a table by architecture and shape: which outcomes were seen that must not
    /// be, and which of those that may be were reached.
    #[command(after_long_help = conformance::EXAMPLES)]
    Conformance(conformance::Args),
    /// Show what is installed, what is missing and what to do
    Doctor(doctor::Args),
    /// List the exit codes
    ExitCodes(exit_code::Args),
}

const MAIN_EXAMPLES: &str = "\
Examples:
  Is everything there?
      overtake doctor
  The stale read of 2003, on four targets:
      overtake matrix
  One of them, with its first stale event:
      overtake run --target aarch64 --variant relaxed-tail
  Your own tests, with the memory of Power:
      export CARGO_TARGET_POWERPC64LE_UNKNOWN_LINUX_GNU_RUNNER='overtake run --'
      cargo test --target powerpc64le-unknown-linux-gnu";

impl Command {
    /// Does it; the exit status.
    pub fn run(&self) -> Result<u8, Error> {
        match self {
            Command::Run(args) => run::run(args),
            Command::Replay(args) => replay::run(args),
            Command::Explain(args) => explain::run(args),
            Command::Audit(args) => audit::run(args),
            Command::Matrix(args) => matrix::run(args),
            Command::Report(args) => report::run(args),
            Command::Merge(args) => merge::run(args),
            Command::Litmus(args) => litmus::run(args),
            Command::Generate(args) => generate::run(args),
            Command::Conformance(args) => conformance::run(args),
            Command::Doctor(args) => doctor::run(args),
            Command::ExitCodes(args) => exit_code::run(args),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
