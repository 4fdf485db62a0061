//! Options of `overtake generate`.

use std::path::PathBuf;

use clap::Args;
use litmus::Arch;

use super::conformance::arch;

pub const EXAMPLES: &str = "\
Examples:
  A test from its cycle, and one from its name:
      overtake generate --arch AArch64 PodWW Rfe DpAddrdR Fre
      overtake generate --arch AArch64 --name MP+dmb.sy+addr
  Two of them as files, and what comes of them:
      overtake generate --arch X86_64 --name SB --name SB+mfences --output tests
      overtake litmus tests/*.litmus
  What can be said for Power:
      overtake generate --arch PPC --list

A cycle is closed: its last relation leads back to the first access. Where two relations meet they
must agree whether that access is a read (R) or a write (W). Rfe, Fre and Coe lead to another
processor: its read reads the write, the write comes after what was read, the write comes after the
write.

Exit status: 0, or 89 if the relations or the name make no test, others: `overtake exit-codes`.";

/// Options of `overtake generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Architecture: AArch64, PPC, RISCV or X86_64
    #[arg(long, value_name = "ARCH", value_parser = arch(), ignore_case = true,
        hide_possible_values = true, required_unless_present = "list")]
    pub arch: Option<Arch>,

    /// Name of a test; may be repeated
    #[arg(long, value_name = "NAME", conflicts_with = "relations")]
    pub name: Vec<String>,

    /// Write NAME.litmus files into this folder, instead of to standard output
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,

    /// List the relations and the families of names, of the architecture or of all
    #[arg(long, conflicts_with_all = ["name", "relations", "output"])]
    pub list: bool,

    /// Relations of a cycle
    #[arg(value_name = "RELATION", required_unless_present_any = ["name", "list"])]
    pub relations: Vec<String>,
}
