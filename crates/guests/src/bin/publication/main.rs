//! Publication: one thread fills a node and publishes it with Release. Another one waits for it
//! with Relaxed loads, and then loads the node's fields (litmus test MP with a dependency on the
//! reader's side). Can it find a field unfilled?
//!
//! `publication MODE [--rounds N]` prints one line of JSON.
//!
//! | mode | how the fields' loads depend on the load of what was published | unfilled field |
//! |---|---|---|
//! | `addr` | by address: the fields are reached through the loaded pointer | never |
//! | `addr-spilled` | the same, but the pointer passes through the stack | never |
//! | `ctrl` | by control: the loaded number is only compared | on weakly ordered architectures |
//! | `ctrl-isb` | the same, then `isb`, `isync` or `fence.i` | on riscv64 |
//!
//! `fence.i` orders later instruction fetches, and no loads of data. x86-64 has and needs no such
//! instruction. Exit status: 0, no field was unfilled; 1, a field was unfilled in at least one
//! round; 2, wrong usage.

mod nodes;
mod readers;
mod rounds;

use std::process::ExitCode;

use lexopt::{Arg, Parser, ValueExt as _};
use overtake_guests::args::{EXIT_WRONG, number, unexpected, usage_error};
use overtake_guests::fastbins;
use serde::Serialize;

use rounds::Mode;

const MODES: &[Mode] = &[
    Mode {
        name: "addr",
        publish: nodes::publish_pointer,
        read: readers::addr,
    },
    Mode {
        name: "addr-spilled",
        publish: nodes::publish_pointer,
        read: readers::addr_spilled,
    },
    Mode {
        name: "ctrl",
        publish: nodes::publish_number,
        read: readers::ctrl,
    },
    Mode {
        name: "ctrl-isb",
        publish: nodes::publish_number,
        read: readers::ctrl_isb,
    },
];

struct Options {
    mode: &'static Mode,
    rounds: u32,
}

impl Options {
    fn parse(mut parser: Parser) -> Result<Self, lexopt::Error> {
        let mut mode = None;
        let mut rounds = 300;
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Value(name) if mode.is_none() => {
                    let name = name.string()?;
                    mode = MODES.iter().find(|mode| mode.name == name);
                    if mode.is_none() {
                        return Err(format!("{name}: {}", give_a_mode()).into());
                    }
                }
                Arg::Long("rounds") => {
                    rounds = number(&mut parser, "--rounds", 1..=100_000)?
                        .try_into()
                        .expect("the range ends before u32 does");
                }
                other => return Err(unexpected(other, "MODE, --rounds N")),
            }
        }
        let mode = mode.ok_or_else(give_a_mode)?;
        Ok(Self { mode, rounds })
    }
}

fn give_a_mode() -> String {
    let names: Vec<_> = MODES.iter().map(|mode| mode.name).collect();
    format!("give one mode of {}", names.join(", "))
}

#[derive(Serialize)]
struct Report {
    mode: &'static str,
    rounds: u32,
    /// The number of rounds in which a field was unfilled.
    stale: usize,
}

fn main() -> ExitCode {
    fastbins::avoid();
    let options = match Options::parse(Parser::from_env()) {
        Ok(options) => options,
        Err(error) => return usage_error("publication", &error),
    };
    let report = Report {
        mode: options.mode.name,
        rounds: options.rounds,
        stale: rounds::run(options.mode, options.rounds),
    };
    println!(
        "{}",
        serde_json::to_string(&report).expect("strings and numbers only")
    );
    if report.stale == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_WRONG)
    }
}
