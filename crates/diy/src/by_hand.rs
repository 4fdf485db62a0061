//! Tests that no cycle of relations gives, written as steps: atomic instructions and exclusives
//! (`RMW-…`, `Amo-…`), dependencies through choices (`Pick-…`) and
//! flags, modes and status (`Imp-…`), accesses of different sizes (`Mix-…`), of 16 bytes (`Wide-…`), and order that only a third processor can
//! observe (`PPO-…`).

mod aarch64;
mod atomic;
mod draft;
mod granule;
mod link;
mod mixed;
mod ppc;
mod riscv;
mod shape;
mod through;
mod wide;
mod x86_64;

use std::sync::OnceLock;

use crate::{Arch, Error, Test};

/// The handwritten tests of each architecture, once they are built.
static TESTS: [OnceLock<Result<Vec<Test>, Error>>; 4] = [const { OnceLock::new() }; 4];

/// The handwritten tests of an architecture, from the first call on.
fn tests(arch: Arch) -> Result<&'static [Test], Error> {
    let tests = TESTS[arch as usize].get_or_init(|| build(arch));
    tests.as_deref().map_err(Clone::clone)
}

/// The handwritten test with this name, if the architecture has one.
///
/// # Errors
///
/// If a handwritten test is wrong.
pub fn by_hand_named(arch: Arch, name: &str) -> Result<Option<Test>, Error> {
    let mut tests = tests(arch)?.iter();
    Ok(tests.find(|test| test.name == name).cloned())
}

/// The handwritten tests of an architecture.
///
/// # Errors
///
/// If one of them is wrong.
pub fn by_hand(arch: Arch) -> Result<Vec<Test>, Error> {
    tests(arch).map(<[Test]>::to_vec)
}

fn build(arch: Arch) -> Result<Vec<Test>, Error> {
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
    let mut tests = tests.collect::<Result<Vec<_>, _>>()?;
    tests.extend(atomic::tests(arch)?);
    tests.extend(through::tests(arch)?);
    tests.extend(granule::tests(arch)?);
    tests.extend(wide::tests(arch)?);
    Ok(tests)
}
