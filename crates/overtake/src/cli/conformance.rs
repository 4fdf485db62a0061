//! Options of `overtake conformance`.

use clap::builder::TypedValueParser as _;
use clap::{Args, ValueEnum};
use litmus::Arch;

use super::SeriesArgs;

pub const EXAMPLES: &str = "\
Examples:
  The whole suite; with one seed it takes a fraction of the time:
      overtake conformance --seeds 1
  Every tenth test of one architecture, and what it did not reach:
      overtake conformance --arch PPC --sample 10 --missing
  One shape, one test:
      overtake conformance --arch AArch64 --shape MP
      overtake conformance --arch AArch64 --test MP+dmb.sy+addr
  Which strategy reaches weak outcomes faster?
      overtake conformance --sample 10 --strategy uniform
      overtake conformance --sample 10 --strategy pct

A weak outcome is one that interleaving does not give, and that overtake should reach. It comes once
in so many iterations: for half of the weak outcomes in at most as many as `median` says, for nine
of ten in as many as `90 %` says. `>N`: that many of them did not come in N iterations.

Exit status: 0 if no outcome was seen that an architecture forbids, 10 if one was. Otherwise that of
the first error: `overtake exit-codes`.";

/// Options of `overtake conformance`.
#[derive(Debug, Args)]
pub struct ConformanceArgs {
    /// Architecture: AArch64, PPC, RISCV or X86_64; may be repeated [default: all]
    #[arg(long, value_name = "ARCH", value_parser = arch(), ignore_case = true,
        hide_possible_values = true)]
    pub arch: Vec<Arch>,

    /// Shape of tests, such as MP or SB; may be repeated [default: all]
    #[arg(long, value_name = "SHAPE")]
    pub shape: Vec<String>,

    /// Test, such as MP+dmb.sy+addr; may be repeated [default: all]
    #[arg(long, value_name = "NAME")]
    pub test: Vec<String>,

    /// Only one of this many tests of each architecture, beginning with the first
    #[arg(long, value_name = "NUMBER", default_value_t = 1,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: u64,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub series: SeriesArgs,

    /// List the allowed outcomes that were not reached, and what overtake lacks for them if that is
    /// known
    #[arg(long)]
    pub missing: bool,

    /// Form of the result
    #[arg(long, value_enum, default_value_t = ConformanceFormat::Text,
        hide_possible_values = true, value_name = "text|json")]
    pub format: ConformanceFormat,
}

/// Form of the result of `overtake conformance`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConformanceFormat {
    /// A table for people.
    Text,
    /// One object.
    Json,
}

/// Reads the name of an architecture.
pub(super) fn arch() -> impl clap::builder::TypedValueParser<Value = Arch> {
    clap::builder::PossibleValuesParser::new(Arch::ALL.map(Arch::herd_name))
        .map(|name| Arch::from_herd_name(&name).expect("one of the names"))
}
