//! Which CPU QEMU emulates.

use std::convert::Infallible;
use std::str::FromStr;

use arch::Arch;

use crate::error::Error;
use crate::qemu::Qemu;
use crate::target::Target as _;

/// A choice of a CPU for each target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CpuChoice {
    /// [`Target::cpu`](crate::target::Target::cpu).
    #[default]
    Usual,
    /// The oldest one that runs the programs of the target.
    Oldest,
    /// The newest one that this QEMU has.
    Newest,
    /// The one that QEMU calls so.
    Named(String),
}

impl CpuChoice {
    /// The name of the CPU, as QEMU's `-cpu` takes it.
    pub fn of(&self, qemu: &Qemu) -> Result<String, Error> {
        let target = qemu.target;
        let candidates = match self {
            CpuChoice::Usual => return Ok(target.cpu().to_owned()),
            CpuChoice::Named(name) => return Ok(name.clone()),
            CpuChoice::Oldest => oldest(target),
            CpuChoice::Newest => newest(target),
        };
        let known = qemu.cpus()?;
        let known = |name: &&&str| known.split_whitespace().any(|word| word == **name);
        let found = candidates.iter().find(known).copied();
        Ok(found.unwrap_or(target.cpu()).to_owned())
    }
}

impl FromStr for CpuChoice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "oldest" => CpuChoice::Oldest,
            "newest" => CpuChoice::Newest,
            name => CpuChoice::Named(name.to_owned()),
        })
    }
}

/// The oldest CPU that runs what compilers make for the target: Armv8.0, Power ISA 2.07 (the first for
/// little-endian programs), RV64GC, x86-64 without AVX.
const fn oldest(target: Arch) -> &'static [&'static str] {
    match target {
        Arch::AArch64 => &["cortex-a53"],
        Arch::Ppc64le => &["power8"],
        Arch::Riscv64 => &["sifive-u54"],
        Arch::X86_64 => &["qemu64"],
    }
}

/// The newest CPUs, the best first. QEMU 7.2 has no `max` for riscv64.
const fn newest(target: Arch) -> &'static [&'static str] {
    match target {
        Arch::AArch64 | Arch::Riscv64 | Arch::X86_64 => &["max"],
        Arch::Ppc64le => &["power10"],
    }
}

#[cfg(test)]
mod tests {
    use super::CpuChoice;

    #[test]
    fn words_and_names() {
        let choice = |text: &str| text.parse::<CpuChoice>();
        assert_eq!(choice("oldest"), Ok(CpuChoice::Oldest));
        assert_eq!(choice("newest"), Ok(CpuChoice::Newest));
        assert_eq!(choice("max"), Ok(CpuChoice::Named("max".to_owned())));
    }
}
