//! What a command runs: a program of the user's, or the race in the ring.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

use aio_ring_buggy::Variant;

use crate::cli::{GuestArgs, variant};
use crate::emulation::{Emulation, Model};
use crate::error::Error;
use crate::guest::Guest;
use crate::guest_path::Placed;
use crate::home::Home;
use crate::qemu::{PluginOptions, Qemu};
use crate::scenario::{Scenario, limit};
use crate::target::Target;

/// What to run.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A program, and its arguments.
    Program(Vec<OsString>),
    /// The race in the ring.
    Ring(Scenario),
}

impl Subject {
    /// Seconds after which a run is ended, unless told otherwise.
    const TIMEOUT: u64 = 3600;

    /// Guest instructions after which a program is ended, unless told otherwise: some ten minutes
    /// of emulation, far more than a test takes and not for ever.
    const BUDGET: u64 = 20_000_000_000;

    /// What the arguments name.
    pub fn new(args: &GuestArgs) -> Result<Subject, Error> {
        if !args.program.is_empty() {
            return Ok(Subject::Program(args.program.clone()));
        }
        Scenario::new(
            args.variant
                .as_deref()
                .map_or(Ok(Variant::RelaxedTail), variant)?,
            args.events.unwrap_or(Scenario::EVENTS),
            args.slots.unwrap_or(Scenario::SLOTS),
        )
        .map(Subject::Ring)
    }

    fn budget(&self) -> u64 {
        match self {
            Subject::Program(_) => Self::BUDGET,
            Subject::Ring(scenario) => scenario.budget(),
        }
    }

    fn timeout(&self) -> u64 {
        match self {
            Subject::Program(_) => Self::TIMEOUT,
            Subject::Ring(_) => Scenario::TIMEOUT,
        }
    }

    /// The program's file, checked to be one for the target asked for.
    fn guest(&self, asked: Option<Target>, home: &Home) -> Result<Guest, Error> {
        let guest = match self {
            Subject::Program(program) => Guest::open(Path::new(&program[0]))?,
            Subject::Ring(_) => Guest::open(&home.scenario(asked.unwrap_or(Target::Aarch64))?)?,
        };
        guest.require(asked)?;
        Ok(guest)
    }

    /// Adds it to QEMU's command.
    pub fn prepare(&self, guest: &Guest, command: &mut Command) -> io::Result<Placed> {
        match self {
            Subject::Program(program) => {
                command.args(program);
                Ok(Placed::default())
            }
            Subject::Ring(scenario) => scenario.prepare(&guest.path, command),
        }
    }

    /// The words of the command line that name it.
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

/// Something to run, with all that it takes, found before the first run.
#[derive(Debug, Clone)]
pub struct Bench {
    /// What to run.
    pub subject: Subject,
    /// Its file.
    pub guest: Guest,
    /// With the plugin, if the model is weak.
    pub qemu: Qemu,
    /// How it is run, but for the seed.
    pub emulation: Emulation,
}

impl Bench {
    /// Finds what the arguments name.
    pub fn new(args: &GuestArgs, subject: Subject, model: Model) -> Result<Bench, Error> {
        let asked = args.target.as_deref().map(Target::parse).transpose()?;
        let home = Home::find(args.place.home.as_deref());
        let guest = subject.guest(asked, &home)?;
        let mut qemu = Qemu::find(guest.target, args.qemu.as_deref())?;
        if model == Model::Weak {
            qemu = qemu.with_plugin(&home)?;
        }
        let emulation = Emulation {
            model,
            seed: 1,
            cpu: args.cpu.clone(),
            options: PluginOptions {
                budget: args.budget.unwrap_or(subject.budget()),
                strategy: args.strategy.strategy,
                ..PluginOptions::default()
            },
            limit: limit(args.timeout.unwrap_or(subject.timeout())),
        };
        Ok(Bench {
            subject,
            guest,
            qemu,
            emulation,
        })
    }

    /// The options that name the same again, whatever the variables are then; without the program.
    pub fn options(&self, args: &GuestArgs, seed: Option<u64>) -> Vec<String> {
        let mut words = Vec::new();
        let mut option = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                words.push(format!("--{name}"));
                words.push(value);
            }
        };
        if let Subject::Ring(_) = self.subject {
            option("target", Some(self.guest.target.to_string()));
        }
        option("seed", seed.map(|seed| seed.to_string()));
        option(
            "qemu",
            args.qemu.as_ref().map(|path| path.display().to_string()),
        );
        option("budget", args.budget.map(|budget| budget.to_string()));
        option("timeout", args.timeout.map(|timeout| timeout.to_string()));
        option("cpu", args.cpu.clone());
        option(
            "strategy",
            args.strategy.strategy.again().map(str::to_owned),
        );
        if let Some((name, home)) = args.place.again() {
            words.extend([name.to_owned(), home]);
        }
        words
    }
}
