//! Conformance as it is printed: for people a table and what is wrong, for programs JSON.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::tally::{Conformance, Row, Share};
use crate::table::{Cell, Table};

impl Share {
    fn cell(self) -> Cell {
        plain(format!("{}/{}", self.reached, self.all))
    }
}

const fn plain(text: String) -> Cell {
    Cell {
        text,
        style: Style::new(),
    }
}

impl Row {
    fn cells(&self, weak: bool) -> Vec<Cell> {
        let mut forbidden = plain(self.forbidden.to_string());
        if self.forbidden > 0 {
            forbidden.style = AnsiColor::Red.on_default().bold();
        }
        let mut cells = vec![
            plain(self.tests.to_string()),
            forbidden,
            self.allowed.cell(),
            self.without_load_buffering.cell(),
        ];
        if weak {
            cells.extend([50, 90].map(|percent| {
                plain(match self.iterations(percent) {
                    None => "-".to_owned(),
                    Some(None) => format!(">{}", self.iterations),
                    Some(Some(iterations)) => iterations.to_string(),
                })
            }));
        }
        cells
    }
}

impl Conformance {
    /// The table, and what is wrong; `missing`: also what was not reached.
    pub fn shown(&self, missing: bool) -> String {
        let red = AnsiColor::Red.on_default().bold();
        let green = AnsiColor::Green.on_default().bold();
        let mut text = self.table().to_string();
        if missing {
            for one in &self.missing {
                text += &format!(
                    "Not reached: {} {}: {}",
                    one.arch.herd_name(),
                    one.test,
                    one.state
                );
                if let Some(why) = one.why {
                    text += &format!(" ({why})");
                }
                text.push('\n');
            }
        }
        for one in &self.forbidden {
            text += &format!(
                "{red}Forbidden:{red:#} {} {}: {} ({} times)\n",
                one.arch.herd_name(),
                one.test,
                one.state,
                one.count
            );
        }
        if self.conforms() {
            text += &format!("{green}No forbidden outcome.{green:#}\n");
        }
        text
    }

    fn table(&self) -> Table {
        let weak = self.rows.values().any(|row| !row.weak.is_empty());
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
        if weak {
            let columns = ["median", "90 %"];
            table.group("iterations for a weak outcome", columns.into_iter());
        }
        for ((arch, shape), row) in &self.rows {
            table.row(
                &format!("{} {shape}", arch.herd_name()),
                row.cells(weak).into_iter(),
            );
        }
        for (arch, row) in self.sums() {
            table.row(
                &format!("{}, all", arch.herd_name()),
                row.cells(weak).into_iter(),
            );
        }
        table
    }

    /// For programs: one object; `missing`: with what was not reached.
    pub fn json(&self, missing: bool) -> impl Serialize {
        Object {
            architectures: self
                .sums()
                .iter()
                .map(|(arch, row)| Numbers::new(arch.name(), None, row))
                .collect(),
            shapes: self
                .rows
                .iter()
                .map(|((arch, shape), row)| Numbers::new(arch.name(), Some(shape), row))
                .collect(),
            forbidden: self
                .forbidden
                .iter()
                .map(|one| Seen {
                    arch: one.arch.name(),
                    test: &one.test,
                    state: &one.state,
                    count: one.count,
                })
                .collect(),
            missing: missing.then(|| {
                let one = self.missing.iter().map(|one| Unseen {
                    arch: one.arch.name(),
                    test: &one.test,
                    state: &one.state,
                    why: one.why,
                });
                one.collect()
            }),
        }
    }
}

#[derive(Serialize)]
struct Object<'a> {
    architectures: Vec<Numbers<'a>>,
    shapes: Vec<Numbers<'a>>,
    forbidden: Vec<Seen<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<Unseen<'a>>>,
}

#[derive(Serialize)]
struct Numbers<'a> {
    arch: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<&'a str>,
    tests: u64,
    forbidden_seen: u64,
    allowed: u64,
    allowed_reached: u64,
    without_load_buffering: u64,
    without_load_buffering_reached: u64,
    weak: usize,
    /// Of a weak outcome; `null` if that many never came.
    iterations_median: Option<u64>,
    iterations_90_percent: Option<u64>,
}

impl<'a> Numbers<'a> {
    fn new(arch: &'static str, shape: Option<&'a str>, row: &Row) -> Self {
        Numbers {
            arch,
            shape,
            tests: row.tests,
            forbidden_seen: row.forbidden,
            allowed: row.allowed.all,
            allowed_reached: row.allowed.reached,
            without_load_buffering: row.without_load_buffering.all,
            without_load_buffering_reached: row.without_load_buffering.reached,
            weak: row.weak.len(),
            iterations_median: row.iterations(50).flatten(),
            iterations_90_percent: row.iterations(90).flatten(),
        }
    }
}

#[derive(Serialize)]
struct Seen<'a> {
    arch: &'static str,
    test: &'a str,
    state: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct Unseen<'a> {
    arch: &'static str,
    test: &'a str,
    state: &'a str,
    why: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use litmus::Arch;

    use crate::conformance::{Conformance, Verdicts};

    #[test]
    fn states_are_compared_whatever_their_spelling() {
        let text = r#"{ "SB+po": { "allowed": ["1:eax=0;0:rax=1;", "[x]=1"] } }"#;
        let mut verdicts = Verdicts::default();
        verdicts.add(Path::new("X86_64.json"), text).unwrap();
        let verdict = verdicts.get(Arch::X86_64, "SB+po").unwrap();
        let mut conformance = Conformance::default();
        let seen = [("0:rax=1; 1:rax=0", 3), ("x=1", 4)];
        conformance.add(Arch::X86_64, "SB+po", verdict, 7, seen.into_iter());
        assert!(conformance.conforms());
        conformance.add(Arch::X86_64, "SB+po", verdict, 7, [("x=2", 1)].into_iter());
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

    #[test]
    fn what_overtake_lacks_is_said() {
        let text = r#"{ "LB+po": { "allowed": ["x=1", "x=2", "x=3"], "sequentially_consistent": ["x=1"],
            "without_load_buffering": ["x=1", "x=2"] } }"#;
        let mut verdicts = Verdicts::default();
        verdicts.add(Path::new("PPC.json"), text).unwrap();
        let verdict = verdicts.get(Arch::Ppc64le, "LB+po").unwrap();
        let mut conformance = Conformance::default();
        conformance.add(
            Arch::Ppc64le,
            "LB+po",
            verdict,
            100,
            [("x=1", 100)].into_iter(),
        );
        let shown = anstream::adapter::strip_str(&conformance.shown(true)).to_string();
        assert!(shown.contains("Not reached: PPC LB+po: x=2\n"), "{shown}");
        assert!(
            shown.contains("Not reached: PPC LB+po: x=3 (load buffering)\n"),
            "{shown}"
        );
        assert!(shown.contains(">100"), "{shown}");
        let json = serde_json::to_value(conformance.json(true)).unwrap();
        assert_eq!(json["architectures"][0]["weak"], 1);
        assert_eq!(
            json["architectures"][0]["iterations_median"],
            serde_json::Value::Null
        );
        assert_eq!(json["missing"][1]["why"], "load buffering");
    }
}
