//! Options that say what is run and on what, the same for all commands that run one program.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::{EMULATION, PlaceArgs, SCENARIO, StrategyArgs};
use crate::scenario::Scenario;

/// What is run, and on what.
#[derive(Debug, Clone, Args)]
pub struct GuestArgs {
    /// Target: aarch64, ppc64le, riscv64 or x86_64, or Rust's triple [default: the program's own;
    /// aarch64 for the ring]
    #[arg(long, value_name = "TARGET", help_heading = EMULATION)]
    pub target: Option<String>,

    /// Guest instructions, from its first `clone` on and over all threads, after which the run is
    /// ended; 0: no limit [default: 20000000000; for the ring by the number of events]
    #[arg(long, value_name = "INSTRUCTIONS", help_heading = EMULATION,
        env = "OVERTAKE_BUDGET", hide_env_values = true)]
    pub budget: Option<u64>,

    /// Seconds after which the run is ended as a last resort; 0: no limit [default: 3600; 600 for
    /// the ring]
    #[arg(long, value_name = "SECONDS", help_heading = EMULATION,
        env = "OVERTAKE_TIMEOUT", hide_env_values = true)]
    pub timeout: Option<u64>,

    /// CPU to emulate, as QEMU names it [default: neoverse-n1, power9, rv64, Nehalem]
    #[arg(long, value_name = "CPU", help_heading = EMULATION)]
    pub cpu: Option<String>,

    /// Variant of the ring: release, wmb (both sound), relaxed-tail, barrier-only,
    /// relaxed-reader [default: relaxed-tail]
    #[arg(long, value_name = "VARIANT", help_heading = SCENARIO, conflicts_with = "program")]
    pub variant: Option<String>,

    /// Events that go through the ring [default: 2000; 500 where its first stale event ends the run]
    #[arg(long, value_name = "NUMBER", help_heading = SCENARIO, conflicts_with = "program",
        value_parser = clap::value_parser!(u64).range(..=Scenario::MOST_EVENTS))]
    pub events: Option<u64>,

    /// Slots of the ring, one of which stays empty [default: 8]
    #[arg(long, value_name = "NUMBER", help_heading = SCENARIO, conflicts_with = "program",
        value_parser = clap::value_parser!(u32).range(..=Scenario::MOST_SLOTS))]
    pub slots: Option<u32>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub place: PlaceArgs,

    /// QEMU to use [default: `qemu-TARGET` on PATH, or what OVERTAKE_QEMU_AARCH64, …_PPC64LE,
    /// …_RISCV64, …_X86_64 names]
    #[arg(long, value_name = "PATH")]
    pub qemu: Option<PathBuf>,

    /// Program to run, and its arguments
    #[arg(last = true, value_name = "PROGRAM", num_args = 1..)]
    pub program: Vec<OsString>,

    // The last field: a heading holds for all that follows it.
    #[command(flatten, next_help_heading = EMULATION)]
    #[allow(missing_docs)]
    pub strategy: StrategyArgs,
}
