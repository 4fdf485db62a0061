//! Tests that no cycle of relations gives, written as steps: atomic instructions and exclusives
//! (`RMW-…`), accesses of different sizes (`Mix-…`), and order that only a third processor can
//! observe (`PPO-…`).

mod aarch64;
mod draft;
mod mixed;
mod ppc;
mod riscv;
mod x86_64;

use crate::{Arch, Error, Test};

/// The handwritten tests of an architecture.
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
