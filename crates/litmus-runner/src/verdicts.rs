//! Verdicts: the outcomes of tests that architectures allow, and the files that contain them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use arch::Arch;
use litmus::{Register, canonical};
use serde::Deserialize;

use crate::error::Error;

/// The verdict of an architecture on a test.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Verdict {
    /// The family of tests.
    pub shape: Option<String>,
    /// All final states that are allowed.
    pub allowed: BTreeSet<String>,
    /// The allowed states that need no store before an earlier load.
    pub without_load_buffering: Option<BTreeSet<String>>,
    /// The allowed states that an interleaving gives.
    pub sequentially_consistent: Option<BTreeSet<String>>,
    /// The allowed states that overtake is known not to reach, and why.
    #[serde(skip)]
    pub known: BTreeMap<String, &'static str>,
}

impl Verdict {
    /// The allowed states that are expected to be reached.
    pub fn in_reach(&self) -> &BTreeSet<String> {
        self.without_load_buffering
            .as_ref()
            .unwrap_or(&self.allowed)
    }

    /// The states that no interleaving gives and that are expected to be reached; none if the verdict does not
    /// say what interleaving gives.
    pub fn weak(&self) -> impl Iterator<Item = &String> {
        let strong = self.sequentially_consistent.as_ref();
        self.in_reach().iter().filter(move |state| {
            strong.is_some_and(|strong| !strong.contains(*state))
                && !self.known.contains_key(*state)
        })
    }

    /// Why overtake does not reach an allowed state, where that is known.
    pub fn why_not(&self, state: &str) -> Option<&'static str> {
        let known = self.known.get(state).copied();
        known.or_else(|| (!self.in_reach().contains(state)).then_some("load buffering"))
    }
}

/// Verdicts by architecture and name of the test.
#[derive(Debug, Clone, Default)]
pub struct Verdicts(BTreeMap<(Arch, String), Verdict>);

impl Verdicts {
    /// Reads files of verdicts.
    pub fn read(paths: &[PathBuf]) -> Result<Self, Error> {
        let mut verdicts = Verdicts::default();
        for path in paths {
            let read = fs::read_to_string(path).map_err(|error| error.to_string());
            read.and_then(|text| verdicts.add(path, &text))
                .map_err(|message| Error::Verdicts {
                    path: path.clone(),
                    message,
                })?;
        }
        Ok(verdicts)
    }

    /// Adds the verdicts in a file of this name and text.
    ///
    /// # Errors
    ///
    /// A message that says what is wrong with the text, or that the architecture is unclear.
    pub fn add(&mut self, path: &Path, text: &str) -> Result<(), String> {
        let tests: BTreeMap<String, Verdict> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let arch = stem
            .and_then(Arch::from_herd_name)
            .or_else(|| arch_of(tests.values()))
            .ok_or_else(|| {
                let names = Arch::ALL
                    .map(|arch| format!("{}.json", arch.herd_name()))
                    .join(", ");
                format!("it is unclear for which architecture: rename it to one of {names}")
            })?;
        for (name, mut verdict) in tests {
            for states in [
                Some(&mut verdict.allowed),
                verdict.without_load_buffering.as_mut(),
                verdict.sequentially_consistent.as_mut(),
            ]
            .into_iter()
            .flatten()
            {
                *states = states.iter().map(|state| canonical(arch, state)).collect();
            }
            self.0.insert((arch, name), verdict);
        }
        Ok(())
    }

    /// Adds the verdict on a test.
    pub(crate) fn insert(&mut self, arch: Arch, name: &str, verdict: Verdict) {
        self.0.insert((arch, name.to_owned()), verdict);
    }

    /// The verdict on a test.
    pub fn get(&self, arch: Arch, name: &str) -> Option<&Verdict> {
        self.0.get(&(arch, name.to_owned()))
    }
}

/// The one architecture that has all registers of these states.
fn arch_of<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Option<Arch> {
    let registers: BTreeSet<&str> = verdicts
        .flat_map(|verdict| &verdict.allowed)
        .flat_map(|state| state.split(';'))
        .filter_map(|item| item.split_once('=')?.0.split_once(':'))
        .map(|(_, register)| register.trim())
        .collect();
    let has = |arch: &Arch| {
        registers.iter().all(|name| {
            let register = Register::named(*arch, name);
            register.is_some_and(|(register, _)| register.name(*arch) == *name)
        })
    };
    let mut fitting = Arch::ALL.into_iter().filter(has);
    match (fitting.next(), fitting.next()) {
        (Some(arch), None) => Some(arch),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Arch, Verdicts};

    #[test]
    fn the_architecture_is_in_the_name_or_in_the_registers() {
        let with = |state: &str| format!(r#"{{ "t": {{ "allowed": ["{state}"] }} }}"#);
        for (name, state, arch) in [
            ("PPC.json", "x=1", Some(Arch::Ppc64le)),
            ("riscv.json", "x=1", Some(Arch::Riscv64)),
            ("v.json", "0:X1=1; x=2", Some(Arch::AArch64)),
            ("v.json", "0:x1=1", Some(Arch::Riscv64)),
            ("v.json", "0:r1=1", Some(Arch::Ppc64le)),
            ("v.json", "0:rax=1; 1:r8=0", Some(Arch::X86_64)),
            ("v.json", "0:r8=1", None),
            ("v.json", "x=1", None),
        ] {
            let mut verdicts = Verdicts::default();
            let read = verdicts.add(Path::new(name), &with(state));
            assert_eq!(read.is_ok(), arch.is_some(), "{name} {state}");
            if let Some(arch) = arch {
                assert!(verdicts.get(arch, "t").is_some(), "{name} {state}");
            }
        }
    }
}
