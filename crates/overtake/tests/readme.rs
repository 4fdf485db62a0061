//! What the README shows is what the command prints.

mod support;

use overtake::exit_code;
use support::overtake_at_home;

const README: &str = include_str!("../../../README.md");

/// The default matrix: the main job, from end to end.
#[test]
fn the_default_matrix() {
    let output = overtake_at_home()
        .arg("matrix")
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
    assert!(
        README.contains(table),
        "the README shows another table than:\n{table}"
    );
}

#[test]
fn the_exit_codes() {
    let table = exit_code::markdown();
    assert!(
        README.contains(table.trim_end()),
        "the README has another table than:\n{table}"
    );
}

/// The table is from a long run, which nobody repeats for a test: it stands in one file, and the
/// README has its head and sums.
#[test]
fn the_table_of_conformance() {
    let table = include_str!("snapshots/conformance-table.txt");
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
