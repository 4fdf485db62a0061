//! The command `overtake`: starts guests under QEMU with the plugin and says what came of it.
//!
//! It knows where QEMU, the plugin and the guests are, how to start them and what their answers
//! mean. It knows nothing of the memory models: those are the plugin's.
//!
//! | module | concept |
//! |---|---|
//! | [`target`] | the machines that can be emulated, one table |
//! | [`home`] | the folder with the plugin and the guests |
//! | [`sources`] | what this program was built from, where the home can be built |
//! | [`guest`] | a program to run, and the machine it was built for |
//! | [`qemu`] | a QEMU, what it can do, and how it is started |
//! | `guest_path` | a guest of overtake's own, wherever it lies |
//! | [`process`] | a child process with a time limit and forwarded signals |
//! | [`emulation`] | one run under QEMU, and what its report means |
//! | [`scenario`] | the race in the ring, as a guest |
//! | [`machine_code`] | what a compiler made of the ring |
//! | [`digest`], [`output`] | what a file is; a file that is written whole or not at all |
//! | [`run`], [`matrix`], `report`, [`merge`], [`litmus`], [`generate`], [`conformance`], [`doctor`] | the subcommands |
//! | [`error`], [`exit_code`] | how failures are said |
#![forbid(unsafe_code)]

mod audit;
pub mod cli;
pub mod conformance;
mod counted;
pub mod digest;
pub mod doctor;
pub mod emulation;
pub mod error;
pub mod exit_code;
mod explain;
mod failure;
mod forkserver;
pub mod generate;
pub mod guest;
mod guest_path;
pub mod home;
pub mod invocation;
pub mod litmus;
pub mod machine_code;
pub mod matrix;
pub mod merge;
mod minimise;
pub mod output;
mod probes;
pub mod process;
pub mod qemu;
mod recording;
mod replay;
mod report;
pub mod run;
pub mod scenario;
pub mod sources;
mod subject;
pub mod table;
pub mod target;
mod trial;

use clap::Parser;

use crate::error::Error;

/// Parses the command line, does what it asks and returns the exit code of the process.
pub fn main() -> std::process::ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is the only way for this to fail, and then nobody is listening.
            let _ = error.print();
            return if error.use_stderr() {
                exit_code::ExitCode::Usage.into()
            } else {
                std::process::ExitCode::SUCCESS
            };
        }
    };
    let result = match cli.command {
        cli::Command::Run(args) => run::run(&args),
        cli::Command::Replay(args) => replay::run(&args),
        cli::Command::Explain(args) => explain::run(&args),
        cli::Command::Audit(args) => audit::run(&args),
        cli::Command::Matrix(args) => matrix::run(&args),
        cli::Command::Report(args) => report::run(&args),
        cli::Command::Merge(args) => merge::run(&args),
        cli::Command::Litmus(args) => litmus::run(&args),
        cli::Command::Generate(args) => generate::run(&args),
        cli::Command::Conformance(args) => conformance::run(&args),
        cli::Command::Doctor(args) => doctor::run(&args),
        cli::Command::ExitCodes(args) => exit_code::print(args.format),
    };
    match result {
        Ok(status) => std::process::ExitCode::from(status),
        Err(error) => {
            report(&error);
            std::process::ExitCode::from(error.status())
        }
    }
}

/// Says on standard error what went wrong.
fn report(error: &Error) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    anstream::eprintln!("{red}error:{red:#} {error}");
}
