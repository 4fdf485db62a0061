//! What to run: a program of the user's, or the race in the ring.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

use arch::Arch;
use emulator::error::Error;
use emulator::guest::Guest;
use emulator::guest_path::Placed;
use emulator::home::Home;
use emulator::padding;
use ring_race::scenario::{GUEST, Scenario};

/// What to run.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A program, and its arguments.
    Program(Vec<OsString>),
    /// The race in the ring.
    Ring(Scenario),
}

impl Subject {
    /// Default time limit of a program, in seconds.
    const TIMEOUT: u64 = 3600;

    /// Default budget of a program, in guest instructions: about ten minutes of emulation, far more than a test
    /// takes.
    const BUDGET: u64 = 20_000_000_000;

    /// The default budget, in guest instructions.
    pub(crate) fn budget(&self) -> u64 {
        match self {
            Subject::Program(_) => Self::BUDGET,
            Subject::Ring(scenario) => scenario.budget(),
        }
    }

    /// Whether only stores that become visible early make it fail.
    pub(crate) fn needs_load_buffering(&self) -> bool {
        matches!(self, Subject::Ring(scenario) if scenario.needs_load_buffering())
    }

    /// The default time limit, in seconds.
    pub(crate) fn timeout(&self) -> u64 {
        match self {
            Subject::Program(_) => Self::TIMEOUT,
            Subject::Ring(_) => Scenario::TIMEOUT,
        }
    }

    /// Opens the program's file, and checks that it fits the requested target.
    pub(crate) fn guest(&self, asked: Option<Arch>, home: &Home) -> Result<Guest, Error> {
        let guest = match self {
            Subject::Program(program) => Guest::open(Path::new(&program[0]))?,
            Subject::Ring(_) => Guest::open(&home.guest(asked.unwrap_or(Arch::AArch64), &GUEST)?)?,
        };
        guest.require(asked)?;
        Ok(guest)
    }

    /// Adds it to QEMU's command.
    pub fn prepare(&self, guest: &Guest, command: &mut Command) -> io::Result<Placed> {
        match self {
            Subject::Program(program) => {
                command.args(program);
                padding::add(command, program);
                Ok(Placed::default())
            }
            Subject::Ring(scenario) => scenario.prepare(&guest.path, command),
        }
    }

    /// The words of a command line that select it.
    pub fn words(&self) -> Vec<String> {
        match self {
            Subject::Ring(scenario) => scenario.words(),
            Subject::Program(program) => {
                let words = program.iter().map(|word| word.to_string_lossy());
                let dashes = std::iter::once("--".to_owned());
                dashes.chain(words.map(String::from)).collect()
            }
        }
    }
}
