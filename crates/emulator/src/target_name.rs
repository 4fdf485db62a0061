//! The names of targets, as users write them.

use arch::Arch;

use crate::error::Error;
use crate::suggestion::suggestion;
use crate::target::Target as _;

/// The target called `name`: the short name, Rust's triple, Debian's triple or an alias.
pub fn parse(name: &str) -> Result<Arch, Error> {
    Arch::ALL
        .into_iter()
        .find(|target| target.names().any(|known| known == name))
        .ok_or_else(|| Error::UnknownTarget {
            given: name.to_owned(),
            allowed: Arch::ALL.map(Arch::name).join(", "),
            hint: suggestion(
                name,
                Arch::ALL
                    .iter()
                    .flat_map(|t| t.names().map(|n| (n, t.name()))),
            ),
        })
}

#[cfg(test)]
mod tests {
    use arch::Arch;

    use super::parse;
    use crate::target::Target as _;

    #[test]
    fn every_name_means_one_target() {
        for target in Arch::ALL {
            for name in target.names() {
                assert_eq!(parse(name).unwrap(), target, "{name}");
            }
        }
    }

    #[test]
    fn unknown_names_get_a_suggestion() {
        for (given, meant) in [
            ("aarch65", "aarch64"),
            ("riscv64g", "riscv64"),
            ("x86", "x86_64"),
        ] {
            let error = parse(given).unwrap_err().to_string();
            assert!(
                error.contains(&format!("did you mean `{meant}`")),
                "{error}"
            );
        }
        let error = parse("sparc").unwrap_err().to_string();
        assert!(!error.contains("did you mean"), "{error}");
    }
}
