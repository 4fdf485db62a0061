//! Options of `overtake audit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{GuestArgs, WhenArgs};

pub const EXAMPLES: &str = "\
Examples:
  Which orderings does the sound ring need on Arm?
      overtake audit --target aarch64 --variant release
  Those of a program, with 50 seeds each:
      overtake audit --seeds 50 -- ./program
  Also those of the standard library and the C library:
      overtake audit --all -- ./program

Exit status: 0 if the audit was made, 12 if the program fails as it is, others:
`overtake exit-codes`.";

/// Options of `overtake audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Seeds to try without each
    #[arg(long, value_name = "NUMBER", default_value_t = 20,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,

    /// Also those in Rust's standard library, and in code without source lines
    #[arg(long)]
    pub all: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub when: WhenArgs,

    /// Form of the result
    #[arg(long, value_enum, default_value_t = AuditFormat::Text,
        hide_possible_values = true, value_name = "text|json")]
    pub format: AuditFormat,

    /// Write the result into this file, whole or not at all, instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub guest: GuestArgs,
}

/// Form of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// For people.
    Text,
    /// One object, for programs.
    Json,
}
