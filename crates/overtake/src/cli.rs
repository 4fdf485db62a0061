//! The command line.

mod audit;
mod conformance;
mod explain;
mod generate;
mod guest;
mod litmus;
mod matrix;
mod merge;
mod report;
mod series;
mod strategy;

use std::path::PathBuf;

use aio_ring_buggy::Variant;
use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::emulation::Model;
use crate::error::{Error, suggestion};
use crate::target::Target;

pub use audit::{AuditArgs, AuditFormat};
pub use conformance::{ConformanceArgs, ConformanceFormat};
pub use explain::{ExplainArgs, ExplainFormat, ReplayArgs, WhenArgs};
pub use generate::GenerateArgs;
pub use guest::GuestArgs;
pub use litmus::{LitmusArgs, LitmusFormat};
pub use matrix::{MatrixArgs, MatrixFormat};
pub use merge::MergeArgs;
pub use report::ReportArgs;
pub use series::SeriesArgs;
pub use strategy::StrategyArgs;

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
    #[command(after_long_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Do a run again, from its seed or from a recorded schedule
    ///
    /// A schedule is a file that `overtake run --record` or `overtake explain --schedule` wrote. It says who
    /// ran when, which store stayed pending and which write unseen; the program must be the same.
    #[command(after_long_help = explain::REPLAY_EXAMPLES)]
    Replay(ReplayArgs),
    /// Say why a program fails: the accesses out of order, the cause, the cheapest cure
    ///
    /// Looks for a seed with which the program fails (or takes the one that is named), leaves out of its
    /// schedule all that the failure does not need, and shows what is left as a litmus test: a column
    /// for each thread, with instructions, source lines and values. For each pair that was out of order it
    /// lists the orderings that would have kept it, each tried in a replay.
    #[command(after_long_help = explain::EXAMPLES)]
    Explain(ExplainArgs),
    /// Say which barriers, acquires and releases of a program are needed
    ///
    /// Runs the program once to see which it goes through; then supposes each away and looks for a failure.
    #[command(after_long_help = audit::EXAMPLES)]
    Audit(AuditArgs),
    /// Show which variant of the ring gives a stale read on which target
    ///
    /// Runs every variant on every target under plain QEMU and with weak memory, each with a
    /// number of seeds. `2/10 (3)` means: 2 of 10 seeds gave stale events, 3 events in all.
    #[command(after_long_help = matrix::EXAMPLES)]
    Matrix(MatrixArgs),
    /// Write a page with the matrix, and the evidence for each variant of the ring
    ///
    /// The page is one HTML file that needs nothing else. It has the matrix; for each variant the lines of
    /// source with their orderings, the machine code of the guests that were run, what the axioms of each
    /// architecture and overtake's own model say of that code, and what the runs came to; and for each
    /// variant that failed a witness: the accesses out of order, as a picture, and what would have
    /// prevented it. All of it is computed anew.
    #[command(after_long_help = report::EXAMPLES)]
    Report(ReportArgs),
    /// Merge results of `overtake matrix` over different seeds into one
    ///
    /// A matrix over many seeds is run in parts, on as many machines as there are; their results
    /// (`--format json`) come to the table that one run over all seeds would have printed. They must
    /// be of the same build and options, with no seed twice and none left out.
    #[command(after_long_help = merge::EXAMPLES)]
    Merge(MergeArgs),
    /// Run litmus tests and count their outcomes
    ///
    /// FILE is a test in the format of herdtools7 (`.litmus`) for AArch64, PPC, RISCV or X86_64.
    /// Its processors run as threads of one guest, all at the same time, again and again on fresh
    /// locations, under the weak memory of the architecture; how often each final state was
    /// reached is printed. A test that cannot be run is named on standard error, and the others
    /// are run.
    #[command(after_long_help = litmus::EXAMPLES)]
    Litmus(LitmusArgs),
    /// Make litmus tests from cycles of relations, or from their names
    ///
    /// A cycle like `PodWW Rfe PodRR Fre` names an order of accesses that no interleaving gives: a
    /// processor writes two locations (`PodWW`), another one reads the second write (`Rfe`), and
    /// then (`PodRR`) does not see the first one (`Fre`). The test asks whether that can be seen.
    /// Names are those of the literature: `MP`, `SB+mfences`, `MP+dmb.sy+addr`.
    #[command(after_long_help = generate::EXAMPLES)]
    Generate(GenerateArgs),
    /// Hold overtake's memory models against what the architectures allow
    ///
    /// Runs the project's own suite, some 1500 litmus tests whose allowed outcomes are known, as
    /// guests, and prints a table by architecture and shape: which outcomes were seen that must not
    /// be, and which of those that may be were reached.
    #[command(after_long_help = conformance::EXAMPLES)]
    Conformance(ConformanceArgs),
    /// Show what is installed, what is missing and what to do
    Doctor(DoctorArgs),
    /// List the exit codes
    ExitCodes(ExitCodesArgs),
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

const RUN_EXAMPLES: &str = "\
Examples:
  A program, with the seed 1 and then with another one:
      overtake run -- ./program --its-option
      overtake run --seed 7 -- ./program --its-option
  The same program under plain QEMU:
      overtake run --model none -- ./program
  As a cargo runner; the variables above replace the options:
      export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER='overtake run --'
      OVERTAKE_SEED=7 cargo test --target aarch64-unknown-linux-gnu
  The race in the ring, with the ordering of Linux 2.5.74:
      overtake run --target ppc64le --variant barrier-only --seed 3

The exit status is the program's own (128+n if signal n ended it), or one of
`overtake exit-codes`, and then the last line on standard error begins with `error:`.";

pub(crate) const EMULATION: &str = "Emulation";
pub(crate) const SCENARIO: &str = "The race in the ring (without PROGRAM)";

/// Where things are.
#[derive(Debug, Clone, Args)]
pub struct PlaceArgs {
    /// Folder with the plugin and the guests [default: `target/overtake`, found from this program,
    /// the working directory or the sources, or `overtake` in `~/.local/share`]
    #[arg(
        long,
        value_name = "FOLDER",
        env = "OVERTAKE_HOME",
        hide_env_values = true
    )]
    pub home: Option<PathBuf>,
}

impl PlaceArgs {
    /// The option that a command needs to find the same home without this one's environment.
    pub fn again(&self) -> Option<(&'static str, String)> {
        let named_by_variable = std::env::var_os("OVERTAKE_HOME").is_some();
        match &self.home {
            Some(home) if !named_by_variable => Some(("--home", home.display().to_string())),
            _ => None,
        }
    }
}

/// Options of `overtake run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Seed from which every free choice of the run comes
    #[arg(long, value_name = "NUMBER", default_value_t = 1, help_heading = EMULATION,
        env = "OVERTAKE_SEED", hide_env_values = true)]
    pub seed: u64,

    /// Memory model: `weak` is the architecture's, `none` is plain QEMU
    #[arg(long, value_enum, default_value_t = Model::Weak, help_heading = EMULATION,
        hide_possible_values = true, value_name = "weak|none",
        env = "OVERTAKE_MODEL", hide_env_values = true)]
    pub model: Model,

    /// Compare the model with memory at every hand-off; slow, finds defects of overtake. (On
    /// x86_64 a signal whose frame lands on a shared page is taken for one.)
    #[arg(long, help_heading = EMULATION, value_parser = FalseyValueParser::new(),
        env = "OVERTAKE_CHECK", hide_env_values = true)]
    pub check: bool,

    /// Print a hash over the guest's instructions and memory accesses: the same seed, the same
    /// hash
    #[arg(long, help_heading = EMULATION, value_parser = FalseyValueParser::new(),
        env = "OVERTAKE_TRACE_HASH", hide_env_values = true)]
    pub trace_hash: bool,

    /// Pass an option on to the plugin as it is; may be repeated
    #[arg(long, value_name = "KEY=VALUE", help_heading = EMULATION, hide_short_help = true)]
    pub plugin_option: Vec<String>,

    /// Say nothing of what was tested; errors are still said
    #[arg(long, short, value_parser = FalseyValueParser::new(),
        env = "OVERTAKE_QUIET", hide_env_values = true)]
    pub quiet: bool,

    /// Form of the line that says what was tested
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text,
        hide_possible_values = true, value_name = "text|json",
        env = "OVERTAKE_FORMAT", hide_env_values = true)]
    pub format: SummaryFormat,

    /// Write the choices of the run into this file, for `overtake replay`
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub guest: GuestArgs,
}

/// Form of the line that says what was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// One line for people.
    Text,
    /// One line of JSON.
    Json,
}

/// Options of `overtake doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Form of the result
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text,
        hide_possible_values = true, value_name = "text|json")]
    pub format: SummaryFormat,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub place: PlaceArgs,
}

/// Options of `overtake exit-codes`.
#[derive(Debug, Args)]
pub struct ExitCodesArgs {
    /// Form of the table
    #[arg(long, value_enum, default_value_t = ExitCodesFormat::Text,
        hide_possible_values = true, value_name = "text|markdown")]
    pub format: ExitCodesFormat,
}

/// Form of the table of exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExitCodesFormat {
    /// Plain text.
    Text,
    /// A Markdown table, for the README.
    Markdown,
}

/// The variant called `name`.
pub fn variant(name: &str) -> Result<Variant, Error> {
    name.parse().map_err(|_| Error::UnknownVariant {
        given: name.to_owned(),
        allowed: Variant::ALL
            .iter()
            .map(|variant| variant.name())
            .collect::<Vec<_>>()
            .join(", "),
        hint: suggestion(name, Variant::ALL.iter().map(|v| (v.name(), v.name()))),
    })
}

/// The targets called `names`, in the order of the table, each once; all of them without a name.
pub fn targets(names: &[String]) -> Result<Vec<Target>, Error> {
    chosen(&Target::ALL, names, Target::parse)
}

/// The variants called `names`, in the order of the table, each once; all of them without a name.
pub fn variants(names: &[String]) -> Result<Vec<Variant>, Error> {
    chosen(Variant::ALL, names, variant)
}

fn chosen<T: Copy + PartialEq>(
    all: &[T],
    names: &[String],
    parse: impl Fn(&str) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let asked: Vec<T> = names
        .iter()
        .map(|name| parse(name))
        .collect::<Result<_, _>>()?;
    Ok(all
        .iter()
        .copied()
        .filter(|one| asked.is_empty() || asked.contains(one))
        .collect())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Cli, Target, targets};

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn choices_are_in_the_order_of_the_table() {
        let names = ["x86_64", "arm64", "amd64"].map(str::to_owned);
        assert_eq!(targets(&names).unwrap(), [Target::Aarch64, Target::X86_64]);
        assert_eq!(targets(&[]).unwrap(), Target::ALL);
    }
}
