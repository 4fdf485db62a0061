//! The verdicts of the models on a variant, as a table.

use ::witness::render::{Cell, Table, Tone};
use litmus_runner::models::possible;
use ring_race::litmus_test::{Code, test};

/// The verdicts on a variant, a row for each target.
pub fn verdicts(codes: &[Code]) -> Table {
    Table {
        caption: "Whether the axioms of the architecture allow a stale read, and whether the model that \
                  overtake runs reaches one. Both are explored exhaustively. The name of the litmus test \
                  says what orders the accesses in the machine code."
            .to_owned(),
        head: ["target", "axioms", "overtake", "litmus test"]
            .map(str::to_owned)
            .to_vec(),
        rows: codes.iter().map(row).collect(),
    }
}

fn row(code: &Code) -> Vec<Cell> {
    let mut cells = vec![Cell::from(code.target.name())];
    let verdict = test(code).and_then(|test| {
        let possible = possible(&test).map_err(|error| error.to_string())?;
        Ok((test.name, possible))
    });
    match verdict {
        Ok((name, possible)) => cells.extend([
            said(possible.allowed, "allowed", "forbidden"),
            said(possible.reached, "reached", "never"),
            Cell::from(name),
        ]),
        Err(why) => cells.extend([
            Cell::new("unknown", Tone::Note),
            Cell::new("unknown", Tone::Note),
            Cell::new(why, Tone::Note),
        ]),
    }
    cells
}

fn said(stale: bool, yes: &str, no: &str) -> Cell {
    if stale {
        Cell::new(yes, Tone::Bad)
    } else {
        Cell::new(no, Tone::Good)
    }
}
