//! Lists of names of targets and variants.

use aio_ring_buggy::Variant;
use arch::Arch;
use emulator::target_name;
use ring_race::variant;

use crate::error::Error;

/// The targets called `names`, in the order of the table, each once; all of them without a name.
pub fn targets(names: &[String]) -> Result<Vec<Arch>, Error> {
    chosen(&Arch::ALL, names, target_name::parse)
}

/// The variants called `names`, in the order of the table, each once; all of them without a name.
pub fn variants(names: &[String]) -> Result<Vec<Variant>, Error> {
    chosen(Variant::ALL, names, variant::parse)
}

fn chosen<T: Copy + PartialEq, E>(
    all: &[T],
    names: &[String],
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, Error>
where
    Error: From<E>,
{
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
    use super::{Arch, targets};

    #[test]
    fn choices_are_in_the_order_of_the_table() {
        let names = ["x86_64", "arm64", "amd64"].map(str::to_owned);
        assert_eq!(targets(&names).unwrap(), [Arch::AArch64, Arch::X86_64]);
        assert_eq!(targets(&[]).unwrap(), Arch::ALL);
    }
}
