//! The command line: its commands, and which function runs each.

use clap::{Parser, Subcommand};

use crate::error::Error;
use crate::{
    audit, conformance, doctor, exit_code, explain, generate, litmus, matrix, merge, replay,
    report, run,
};

/// Run multi-threaded programs under QEMU with the weak memory of their architecture.
///
/// QEMU on an x86 host hides memory-ordering bugs, because x86 never reorders stores. overtake is a
/// plugin for QEMU that gives aarch64, ppc64le and riscv64 guests their weak memory back (and x86_64
/// guests theirs). It reads barriers, acquires and releases from the machine code. The same seed gives
/// the same run.
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
    /// PROGRAM is an ELF program for aarch64, ppc64le, riscv64 or x86_64, with any number of threads. Its
    /// input, output and exit status are passed through, so the command works as a cargo runner. Without
    /// PROGRAM it runs the race in Linux's AIO ring. At the end one line on standard error says what was
    /// tested.
    #[command(after_long_help = run::EXAMPLES)]
    Run(run::Args),
    /// Repeat a run, from its seed or from a recorded schedule
    ///
    /// A schedule is a file from `overtake run --record` or `overtake explain --schedule`. It holds all free
    /// choices of a run: which thread ran when, which stores were delayed, and which threads read stale
    /// values. It fits only the program that it was recorded from.
    #[command(after_long_help = replay::EXAMPLES)]
    Replay(replay::Args),
    /// Explain why a program fails: the reordered accesses, the cause, the cheapest fix
    ///
    /// Searches for a seed with which the program fails (or takes --seed), minimises the failing schedule,
    /// and shows the result as a litmus test: one column for each thread, with instructions, source lines
    /// and values. For each reordered pair of accesses it lists the orderings that would have prevented the
    /// reordering, and tests each one in a replay.
    #[command(after_long_help = explain::EXAMPLES)]
    Explain(explain::Args),
    /// Find out which barriers, acquires and releases of a program are needed
    ///
    /// Runs the program once to list those that it executes. Then ignores one barrier, acquire or release at
    /// a time, runs the program again with several seeds, and reports whether it fails.
    #[command(after_long_help = audit::EXAMPLES)]
    Audit(audit::Args),
    /// Show which variant of the ring gives a stale read on which target
    ///
    /// Runs every variant on every target with several seeds, under plain QEMU and with weak memory.
    /// `2/10 (3)` means: 2 of 10 seeds gave stale events, 3 events in total.
    #[command(after_long_help = matrix::EXAMPLES)]
    Matrix(matrix::Args),
    /// Write a web page with the matrix and the evidence for each variant of the ring
    ///
    /// The page is one self-contained HTML file. It shows the matrix. For each variant it shows the source
    /// lines with their orderings, the machine code of the guests, the verdicts of the architectures' axioms
    /// and of overtake's own model on that code, and the results of the runs. For each variant that failed it
    /// shows a witness: a picture of the reordered accesses, and what would have prevented the failure.
    /// Everything is computed when the command runs.
    #[command(after_long_help = report::EXAMPLES)]
    Report(report::Args),
    /// Merge results of `overtake matrix` over different seeds into one
    ///
    /// A matrix over many seeds can run in parts on several machines. This command merges their results
    /// (`--format json`) into the table that a single run over all seeds would print. All parts must come
    /// from the same build and options, and contain each seed exactly once.
    #[command(after_long_help = merge::EXAMPLES)]
    Merge(merge::Args),
    /// Run litmus tests and count their outcomes
    ///
    /// FILE is a test in the format of herdtools7 (`.litmus`) for AArch64, PPC, RISCV or X86_64. Its
    /// processors run concurrently as threads of one guest, with the weak memory of the architecture. Each
    /// iteration uses fresh locations. The output shows how often each final state was reached. A test that
    /// cannot run is reported on standard error, and the others still run.
    #[command(after_long_help = litmus::EXAMPLES)]
    Litmus(litmus::Args),
    /// Generate litmus tests from cycles of relations, or from test names
    ///
    /// A cycle such as `PodWW Rfe PodRR Fre` describes an outcome that no interleaving gives: a processor
    /// writes two locations (`PodWW`), another one reads the second write (`Rfe`), and then (`PodRR`) does not
    /// see the first write (`Fre`). The test asks whether this outcome occurs. Test names are those of the
    /// literature: `MP`, `SB+mfences`, `MP+dmb.sy+addr`.
    #[command(after_long_help = generate::EXAMPLES)]
    Generate(generate::Args),
    /// Compare overtake's memory models with what the architectures allow
    ///
    /// Runs the project's own suite as guests: some 3,600 litmus tests whose allowed outcomes are known.
    /// Prints a table by architecture and shape: how many forbidden outcomes were seen, and how many of the
    /// allowed ones were reached.
    #[command(after_long_help = conformance::EXAMPLES)]
    Conformance(conformance::Args),
    /// Check the installation: what is there, what is missing, and how to install it
    Doctor(doctor::Args),
    /// List the exit codes
    ExitCodes(exit_code::Args),
}

const MAIN_EXAMPLES: &str = "\
Examples:
  Check the installation:
      overtake doctor
  Show the stale read of 2003 on four targets:
      overtake matrix
  Explain one of its failures:
      overtake explain --target aarch64 --variant relaxed-tail
  Run your own tests with the memory of Power:
      export CARGO_TARGET_POWERPC64LE_UNKNOWN_LINUX_GNU_RUNNER='overtake run --'
      cargo test --target powerpc64le-unknown-linux-gnu";

impl Command {
    /// Runs the command; returns the exit status.
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
