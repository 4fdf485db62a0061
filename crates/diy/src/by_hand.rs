//! Tests that no cycle of relations makes, written from steps: of atomic instructions and
//! exclusives (`RMW-…`), of accesses of different sizes (`Mix-…`), and of order that shows only
//! through a third processor (`PPO-…`).

mod aarch64;
mod draft;
mod mixed;
mod ppc;
mod riscv;
mod x86_64;

use crate::{Arch, Error, Test};

/// The tests of an architecture that are written by hand.
///
/// # Errors
///
/// If one of them is wrong.
pub fn by_hand(arch: Arch) -> Result<Vec<Test>, Error> {
    let drafts = match arch {
        Arch::AArch64 => aarch64::drafts(),
        Arch::Ppc64le => ppc::drafts(),
        Arch::Riscv64 => riscv::drafts(),
        Arch::X86_64 => x86_64::drafts(),
    };
    let tests = drafts
        .into_iter()
        .chain(mixed::drafts(arch))
        .map(|(name, steps, condition)| Test::new(arch, &name, "by hand", steps, |_| condition));
    tests.collect()
}
