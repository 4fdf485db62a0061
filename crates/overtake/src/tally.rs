//! Prints the comparison of outcomes with verdicts: a table and what is wrong, or JSON.

use anstyle::{AnsiColor, Style};
use litmus_runner::tally::{Conformance, Row, Share};
use serde::Serialize;

use crate::table::{Cell, Table};

fn share(share: Share) -> Cell {
    plain(format!("{}/{}", share.reached, share.all))
}

const fn plain(text: String) -> Cell {
    Cell {
        text,
        style: Style::new(),
    }
}

fn cells(row: &Row, weak: bool) -> Vec<Cell> {
    let mut forbidden = plain(row.forbidden.to_string());
    if row.forbidden > 0 {
        forbidden.style = AnsiColor::Red.on_default().bold();
    }
    let mut cells = vec![
        plain(row.tests.to_string()),
        forbidden,
        share(row.allowed),
        share(row.without_load_buffering),
    ];
    if weak {
        cells.extend([50, 90].map(|percent| {
            plain(match row.iterations(percent) {
                None => "-".to_owned(),
                Some(None) => format!(">{}", row.iterations),
                Some(Some(iterations)) => iterations.to_string(),
            })
        }));
    }
    cells
}

/// The table, and what is wrong; with `missing`, also the allowed outcomes that were not reached.
pub fn text(conformance: &Conformance, missing: bool) -> String {
    let red = AnsiColor::Red.on_default().bold();
    let green = AnsiColor::Green.on_default().bold();
    let mut text = table(conformance).to_string();
    if missing {
        for one in &conformance.missing {
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
    for one in &conformance.forbidden {
        text += &format!(
            "{red}Forbidden:{red:#} {} {}: {} ({} times)\n",
            one.arch.herd_name(),
            one.test,
            one.state,
            one.count
        );
    }
    if conformance.conforms() {
        text += &format!("{green}No forbidden outcome.{green:#}\n");
    }
    text
}

fn table(conformance: &Conformance) -> Table {
    let weak = conformance.rows.values().any(|row| !row.weak.is_empty());
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
    for ((arch, shape), row) in &conformance.rows {
        table.row(
            &format!("{} {shape}", arch.herd_name()),
            cells(row, weak).into_iter(),
        );
    }
    for (arch, row) in conformance.sums() {
        table.row(
            &format!("{}, all", arch.herd_name()),
            cells(&row, weak).into_iter(),
        );
    }
    table
}

/// One JSON object; with `missing`, it includes the allowed outcomes that were not reached.
pub fn json(conformance: &Conformance, missing: bool) -> impl Serialize {
    Object {
        architectures: conformance
            .sums()
            .iter()
            .map(|(arch, row)| Numbers::new(arch.herd_name(), None, row))
            .collect(),
        shapes: conformance
            .rows
            .iter()
            .map(|((arch, shape), row)| Numbers::new(arch.herd_name(), Some(shape), row))
            .collect(),
        forbidden: conformance
            .forbidden
            .iter()
            .map(|one| Seen {
                arch: one.arch.herd_name(),
                test: &one.test,
                state: &one.state,
                count: one.count,
            })
            .collect(),
        missing: missing.then(|| {
            let one = conformance.missing.iter().map(|one| Unseen {
                arch: one.arch.herd_name(),
                test: &one.test,
                state: &one.state,
                why: one.why,
            });
            one.collect()
        }),
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
    /// Iterations for half of the weak outcomes; `null` if fewer occurred.
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

    use arch::Arch;
    use litmus_runner::tally::Conformance;
    use litmus_runner::verdicts::Verdicts;

    use super::{json, text};

    #[test]
    fn the_spelling_of_states_does_not_matter() {
        let verdicts_text = r#"{ "SB+po": { "allowed": ["1:eax=0;0:rax=1;", "[x]=1"] } }"#;
        let mut verdicts = Verdicts::default();
        verdicts
            .add(Path::new("X86_64.json"), verdicts_text)
            .unwrap();
        let verdict = verdicts.get(Arch::X86_64, "SB+po").unwrap();
        let mut conformance = Conformance::default();
        let seen = [("0:rax=1; 1:rax=0", 3), ("x=1", 4)];
        conformance.add(Arch::X86_64, "SB+po", verdict, 7, seen.into_iter());
        assert!(conformance.conforms());
        conformance.add(Arch::X86_64, "SB+po", verdict, 7, [("x=2", 1)].into_iter());
        assert!(!conformance.conforms());
        let shown = anstream::adapter::strip_str(&text(&conformance, true)).to_string();
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
    fn missing_outcomes_name_the_lacking_feature() {
        let verdicts_text = r#"{ "LB+po": { "allowed": ["x=1", "x=2", "x=3"], "sequentially_consistent": ["x=1"],
            "without_load_buffering": ["x=1", "x=2"] } }"#;
        let mut verdicts = Verdicts::default();
        verdicts.add(Path::new("PPC.json"), verdicts_text).unwrap();
        let verdict = verdicts.get(Arch::Ppc64le, "LB+po").unwrap();
        let mut conformance = Conformance::default();
        conformance.add(
            Arch::Ppc64le,
            "LB+po",
            verdict,
            100,
            [("x=1", 100)].into_iter(),
        );
        let shown = anstream::adapter::strip_str(&text(&conformance, true)).to_string();
        assert!(shown.contains("Not reached: PPC LB+po: x=2\n"), "{shown}");
        assert!(
            shown.contains("Not reached: PPC LB+po: x=3 (load buffering)\n"),
            "{shown}"
        );
        assert!(shown.contains(">100"), "{shown}");
        let json = serde_json::to_value(json(&conformance, true)).unwrap();
        assert_eq!(json["architectures"][0]["weak"], 1);
        assert_eq!(
            json["architectures"][0]["iterations_median"],
            serde_json::Value::Null
        );
        assert_eq!(json["missing"][1]["why"], "load buffering");
    }
}
