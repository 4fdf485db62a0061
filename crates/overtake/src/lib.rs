//! The command `overtake`: its options, what it prints, and its exit codes.
//!
//! In: a command line. Out: text, JSON or a web page, and a documented exit code. It must never know how QEMU
//! is started, how a failure is found, or how the memory model works: the crates below do.
//!
//! | module | concept |
//! |---|---|
//! | `cli` | the command line: its commands |
//! | `args` | options that several commands share |
//! | `run`, `replay`, `explain`, `audit`, `matrix`, `merge`, `report`, `litmus`, `generate`, `conformance`, `doctor` | a command each, with its options |
//! | `foreground` | a run with this program's input and output |
//! | `scene` | what a guest's threads were doing when its run was ended |
//! | `rows`, `series`, `tally` | prints the matrix; runs a series of litmus tests; prints its verdicts |
//! | `table`, `quantity`, `progress`, `message`, `output` | tables, numbers of things, progress bars, messages, a file that is written completely or not at all |
//! | `invocation` | how this command was called |
//! | `error`, [`exit_code`], `exit_status` | the errors, the exit codes, and the exit code of each error |
#![forbid(unsafe_code)]

mod args;
mod audit;
mod cli;
mod conformance;
mod doctor;
mod error;
pub mod exit_code;
mod exit_status;
mod explain;
mod foreground;
mod generate;
mod invocation;
mod litmus;
mod matrix;
mod merge;
mod message;
mod output;
mod progress;
mod quantity;
mod replay;
mod report;
mod rows;
mod run;
mod scene;
mod series;
mod table;
mod tally;

use clap::Parser;

/// Parses the command line, runs the command and returns the exit code of the process.
pub fn main() -> std::process::ExitCode {
    emulator::interrupts::survive_file_size_limit();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // This fails only if the pipe is closed, and then nobody reads the message.
            let _ = error.print();
            return if error.use_stderr() {
                exit_code::ExitCode::Usage.into()
            } else {
                std::process::ExitCode::SUCCESS
            };
        }
    };
    match cli.command.run() {
        Ok(status) => std::process::ExitCode::from(status),
        Err(error) => {
            message::error(&error);
            std::process::ExitCode::from(exit_status::exit_status(&error))
        }
    }
}
