//! The README shows what the command prints.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::support::{overtake_at_home, qemu_is_of_the_snapshots, targets};
use crate::test;
use arch::Arch;
use overtake::exit_code;

const README: &str = include_str!("../../../../README.md");

/// The default matrix: the main job, from end to end. Of the targets that are not under test the
/// README's columns are not looked at.
fn the_default_matrix() {
    let targets = targets();
    let names: Vec<_> = targets.iter().map(|target| target.name()).collect();
    let output = overtake_at_home()
        .args(["matrix", "--targets", &names.join(",")])
        .output()
        .expect("it starts");
    let table = String::from_utf8(output.stdout).expect("text");
    assert!(
        output.status.success(),
        "{table}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let (table, _) = table
        .split_once("\n\n")
        .expect("an empty line follows the table");
    let shown = README
        .split("\n\n")
        .find(|block| block.starts_with("```text\n") && block.contains("\nvariant "))
        .expect("the README shows the table");
    let shown = shown
        .trim_start_matches("```text\n")
        .trim_end_matches("\n```");
    if !qemu_is_of_the_snapshots() {
        assert_eq!(exposures(shown, &names), exposures(table, &names));
    } else if targets == Arch::ALL {
        assert_eq!(shown, table);
    } else {
        assert_eq!(columns(shown, &names), columns(table, &names));
    }
}

/// The same, without the numbers of stale events, which are those of one version of QEMU.
fn exposures<'a>(table: &'a str, names: &[&str]) -> Vec<Vec<&'a str>> {
    let seeds = |cell: &'a str| cell.split(' ').next().unwrap_or_default();
    let rows = columns(table, names).into_iter();
    rows.map(|row| row.into_iter().map(seeds).collect())
        .collect()
}

/// The rows of a table of the matrix: the variant, and the cells of the targets called `names`.
fn columns<'a>(table: &'a str, names: &[&str]) -> Vec<Vec<&'a str>> {
    let mut lines = table.lines();
    let targets: Vec<_> = lines.next().expect("a head").split_whitespace().collect();
    lines
        .map(|line| {
            // Two spaces or more between cells; `10/10 (4055)` is one.
            let cells: Vec<_> = line
                .split("  ")
                .filter(|cell| !cell.is_empty())
                .map(str::trim)
                .collect();
            let mut row = vec![cells[0]];
            for (pair, target) in cells[1..].chunks(2).zip(&targets) {
                if names.contains(target) {
                    row.extend(pair);
                }
            }
            row
        })
        .collect()
}

fn the_exit_codes() {
    let table = exit_code::markdown();
    assert!(
        README.contains(table.trim_end()),
        "the README has another table than:\n{table}"
    );
}

/// The table is from a long run, which nobody repeats for a test: it stands in one file, and the
/// README has its head and sums.
fn the_table_of_conformance() {
    let table = include_str!("../snapshots/conformance-table.txt");
    let sums = table
        .lines()
        .enumerate()
        .filter(|(row, line)| *row < 2 || line.contains(", all "))
        .map(|(_, line)| format!("{line}\n"))
        .collect::<String>();
    let shown = format!("<!-- conformance -->\n```text\n{sums}```\n<!-- /conformance -->");
    assert_eq!(sums.lines().count(), 6, "{sums}");
    assert!(
        README.contains(&shown),
        "the README has another table than:\n{shown}"
    );
}

/// The README shows two parts of what `overtake explain` prints in the test of explain.rs.
fn the_explanation() {
    let printed = include_str!("../snapshots/explain_barrier_only.snap");
    let (_, shown) = README.split_once("<!-- explain -->\n```text\n").unwrap();
    let (shown, _) = shown.split_once("\n```\n<!-- /explain -->").unwrap();
    let parts: Vec<_> = shown.split("\n\n").collect();
    assert_eq!(parts.len(), 2, "what happened, and the cheapest cure");
    for part in parts {
        assert!(printed.contains(part), "explain no longer prints:\n{part}");
    }
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(the_default_matrix)
            .needs(Need::Qemu7)
            .or("exposed_or_not"),
        test!(the_exit_codes),
        test!(the_explanation),
        test!(the_table_of_conformance),
    ]
}
