//! Outcomes held against what the architectures allow: a table by architecture and shape.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use litmus::{Arch, canonical};
use serde::Deserialize;

use crate::error::Error;
use crate::table::{Cell, Table};

/// What an architecture says of a test.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Verdict {
    /// The family of tests.
    pub shape: Option<String>,
    /// All final states that are allowed.
    pub allowed: BTreeSet<String>,
    /// Those of them that need no store before an earlier load.
    pub without_load_buffering: Option<BTreeSet<String>>,
}

/// What architectures say of tests, by their names.
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

    fn add(&mut self, path: &Path, text: &str) -> Result<(), String> {
        let tests: BTreeMap<String, Verdict> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let arch = stem
            .and_then(Arch::parse)
            .or_else(|| arch_of(tests.values()))
            .ok_or_else(|| {
                let names = Arch::ALL.map(|arch| format!("{arch}.json")).join(", ");
                format!("which architecture it is for is not clear: name it one of {names}")
            })?;
        for (name, mut verdict) in tests {
            for states in [
                Some(&mut verdict.allowed),
                verdict.without_load_buffering.as_mut(),
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

    /// What is said of a test.
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
            let register = arch.register(name);
            register.is_some_and(|(register, _)| arch.register_name(register) == *name)
        })
    };
    let mut fitting = Arch::ALL.into_iter().filter(has);
    match (fitting.next(), fitting.next()) {
        (Some(arch), None) => Some(arch),
        _ => None,
    }
}

/// Outcomes held against verdicts.
#[derive(Debug, Clone, Default)]
pub struct Conformance {
    rows: BTreeMap<(Arch, String), Row>,
    forbidden: Vec<(Arch, String, String, u64)>,
    missing: Vec<(Arch, String, String)>,
}

/// All tests of an architecture and a shape.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    tests: u64,
    /// Outcomes that were seen and must not be.
    forbidden: u64,
    /// Outcomes that may be: those that were seen, and all.
    allowed: (u64, u64),
    /// The same without load buffering.
    without_load_buffering: (u64, u64),
}

impl Row {
    fn add(&mut self, other: Row) {
        self.tests += other.tests;
        self.forbidden += other.forbidden;
        for (sum, more) in [
            (&mut self.allowed, other.allowed),
            (
                &mut self.without_load_buffering,
                other.without_load_buffering,
            ),
        ] {
            *sum = (sum.0 + more.0, sum.1 + more.1);
        }
    }

    fn cells(&self) -> [Cell; 4] {
        let plain = |text| Cell {
            text,
            style: Style::new(),
        };
        let of = |(seen, all): (u64, u64)| plain(format!("{seen}/{all}"));
        let mut forbidden = plain(self.forbidden.to_string());
        if self.forbidden > 0 {
            forbidden.style = AnsiColor::Red.on_default().bold();
        }
        [
            plain(self.tests.to_string()),
            forbidden,
            of(self.allowed),
            of(self.without_load_buffering),
        ]
    }
}

impl Conformance {
    /// Adds the outcomes of a test.
    pub fn add<'a>(
        &mut self,
        arch: Arch,
        name: &str,
        verdict: &Verdict,
        outcomes: impl Iterator<Item = (&'a str, u64)>,
    ) {
        let outcomes: BTreeMap<String, u64> = outcomes
            .map(|(state, count)| (canonical(arch, state), count))
            .collect();
        let share = |states: &BTreeSet<String>| {
            let seen = states.iter().filter(|state| outcomes.contains_key(*state));
            (seen.count() as u64, states.len() as u64)
        };
        let wrong = outcomes
            .iter()
            .filter(|(state, _)| !verdict.allowed.contains(*state));
        let mut row = Row {
            tests: 1,
            forbidden: 0,
            allowed: share(&verdict.allowed),
            without_load_buffering: share(
                verdict
                    .without_load_buffering
                    .as_ref()
                    .unwrap_or(&verdict.allowed),
            ),
        };
        for (state, count) in wrong {
            row.forbidden += 1;
            self.forbidden
                .push((arch, name.to_owned(), state.clone(), *count));
        }
        for state in &verdict.allowed {
            if !outcomes.contains_key(state) {
                self.missing.push((arch, name.to_owned(), state.clone()));
            }
        }
        let shape = verdict.shape.as_deref();
        let shape = shape.unwrap_or_else(|| name.split('+').next().unwrap_or(name));
        let rows = self.rows.entry((arch, shape.to_owned())).or_default();
        rows.add(row);
    }

    /// Whether nothing was seen that must not be.
    pub const fn conforms(&self) -> bool {
        self.forbidden.is_empty()
    }

    /// The table, and what is wrong; `missing`: also what was not reached.
    pub fn shown(&self, missing: bool) -> String {
        let red = AnsiColor::Red.on_default().bold();
        let green = AnsiColor::Green.on_default().bold();
        let mut text = self.table().to_string();
        if missing {
            for (arch, name, state) in &self.missing {
                text += &format!("Not reached: {arch} {name}: {state}\n");
            }
        }
        for (arch, name, state, count) in &self.forbidden {
            text += &format!("{red}Forbidden:{red:#} {arch} {name}: {state} ({count} times)\n");
        }
        if self.conforms() {
            text += &format!("{green}No forbidden outcome.{green:#}\n");
        }
        text
    }

    fn table(&self) -> Table {
        let mut table = Table::new("shape");
        table.group("", ["tests"].into_iter());
        table.group(
            "outcomes",
            [
                "forbidden, seen",
                "allowed, reached",
                "without load buffering",
            ]
            .into_iter(),
        );
        let mut sums: BTreeMap<Arch, Row> = BTreeMap::new();
        for ((arch, shape), row) in &self.rows {
            table.row(&format!("{arch} {shape}"), row.cells().into_iter());
            sums.entry(*arch).or_default().add(*row);
        }
        for (arch, row) in sums {
            table.row(&format!("{arch}, all"), row.cells().into_iter());
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Arch, Conformance, Verdicts};

    #[test]
    fn the_architecture_is_in_the_name_or_in_the_registers() {
        let with = |state: &str| format!(r#"{{ "t": {{ "allowed": ["{state}"] }} }}"#);
        for (name, state, arch) in [
            ("PPC.json", "x=1", Some(Arch::Ppc)),
            ("riscv.json", "x=1", Some(Arch::Riscv)),
            ("v.json", "0:X1=1; x=2", Some(Arch::AArch64)),
            ("v.json", "0:x1=1", Some(Arch::Riscv)),
            ("v.json", "0:r1=1", Some(Arch::Ppc)),
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

    #[test]
    fn states_are_compared_whatever_their_spelling() {
        let text = r#"{ "SB+po": { "allowed": ["1:eax=0;0:rax=1;", "[x]=1"] } }"#;
        let mut verdicts = Verdicts::default();
        verdicts.add(Path::new("X86_64.json"), text).unwrap();
        let verdict = verdicts.get(Arch::X86_64, "SB+po").unwrap();
        let mut conformance = Conformance::default();
        let seen = [("0:rax=1; 1:rax=0", 3), ("x=1", 4)];
        conformance.add(Arch::X86_64, "SB+po", verdict, seen.into_iter());
        assert!(conformance.conforms());
        conformance.add(Arch::X86_64, "SB+po", verdict, [("x=2", 1)].into_iter());
        assert!(!conformance.conforms());
        let shown = anstream::adapter::strip_str(&conformance.shown(true)).to_string();
        assert!(
            shown.contains("X86_64 SB     2       1                2/4"),
            "{shown}"
        );
        assert!(
            shown.contains("Forbidden: X86_64 SB+po: x=2 (1 times)"),
            "{shown}"
        );
        assert!(shown.contains("Not reached: X86_64 SB+po: x=1"), "{shown}");
    }
}
