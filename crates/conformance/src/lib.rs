//! The operational models of `weakmem`, explored exhaustively on litmus tests.
//!
//! [`outcomes`] runs a test of `diy` on a [`weakmem::Machine`] in every way that its rules
//! allow. The tests of this crate compare that with herd7's verdicts and the axioms' (`axioms`):
//! an outcome that is missing fails as one too many does. No guest, no emulator, no strategy: what
//! is compared is the model alone.
#![forbid(unsafe_code)]

mod explore;
mod not_reached;
mod processor;
mod rule;

pub use explore::{outcomes, outcomes_without};
pub use not_reached::{NOT_REACHED, NotReached};
pub use rule::Rule;

use diy::Arch;
use weakmem::Rules;

/// The rules of an architecture.
#[must_use]
pub const fn rules(arch: Arch) -> Rules {
    match arch {
        Arch::AArch64 => Rules::ARMV8,
        Arch::Ppc64le => Rules::POWER,
        Arch::Riscv64 => Rules::RVWMO,
        Arch::X86_64 => Rules::X86_TSO,
    }
}
