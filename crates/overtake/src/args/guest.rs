//! Options that select the program and how to emulate it, for all commands that run one program.

use std::ffi::OsString;
use std::path::PathBuf;

use aio_ring_buggy::Variant;
use clap::Args;
use clap::builder::FalseyValueParser;
use diagnosis::recording::Recorded;
use diagnosis::setup::{Options, Setup};
use diagnosis::subject::Subject;
use emulator::model::Model;
use emulator::target_name;
use ring_race::scenario::Scenario;
use ring_race::variant;

use crate::args::headings::{EMULATION, SCENARIO};
use crate::args::place::PlaceArgs;
use crate::args::strategy::{StrategyArgs, again};
use crate::args::surroundings::SurroundingsArgs;
use crate::error::Error;

/// Default number of events if the first stale event ends the run.
const EVENTS_UNTIL_STALE: u64 = 500;

/// The program and how to emulate it.
#[derive(Debug, Clone, Args)]
pub struct GuestArgs {
    /// Target: aarch64, ppc64le, riscv64 or x86_64, or the Rust target triple [default: the program's
    /// own; aarch64 for the ring]
    #[arg(long, value_name = "TARGET", help_heading = EMULATION)]
    pub target: Option<String>,

    /// Stop the run after this many guest instructions, counted over all threads from the first `clone`;
    /// 0: no limit [default: 20000000000; for the ring it depends on --events]
    #[arg(long, value_name = "INSTRUCTIONS", help_heading = EMULATION,
        env = "OVERTAKE_BUDGET", hide_env_values = true)]
    pub budget: Option<u64>,

    /// Stop the run after this many seconds, as a last resort (not reproducible); 0: no limit [default:
    /// 3600; 600 for the ring]
    #[arg(long, value_name = "SECONDS", help_heading = EMULATION,
        env = "OVERTAKE_TIMEOUT", hide_env_values = true)]
    pub timeout: Option<u64>,

    /// CPU to emulate, by QEMU's name [default: neoverse-n1, power9, rv64 or Nehalem]
    #[arg(long, value_name = "CPU", help_heading = EMULATION)]
    pub cpu: Option<String>,

    /// Variant of the ring: release, wmb (both sound), relaxed-tail, barrier-only,
    /// relaxed-reader, relaxed-head, barrier-only-reader [default: relaxed-tail]
    #[arg(long, value_name = "VARIANT", help_heading = SCENARIO, conflicts_with = "program")]
    pub variant: Option<String>,

    /// Number of events that go through the ring [default: 2000; 500 for `explain` and `audit`]
    #[arg(long, value_name = "NUMBER", help_heading = SCENARIO, conflicts_with = "program",
        value_parser = clap::value_parser!(u64).range(..=Scenario::MOST_EVENTS))]
    pub events: Option<u64>,

    /// Number of slots in the ring, one of which stays empty [default: 8]
    #[arg(long, value_name = "NUMBER", help_heading = SCENARIO, conflicts_with = "program",
        value_parser = clap::value_parser!(u32).range(..=Scenario::MOST_SLOTS))]
    pub slots: Option<u32>,

    #[command(flatten)]
    pub place: PlaceArgs,

    /// QEMU to use [default: OVERTAKE_QEMU_AARCH64, …_PPC64LE, …_RISCV64 or …_X86_64 if set, else
    /// `qemu-TARGET` on PATH]
    #[arg(long, value_name = "PATH")]
    pub qemu: Option<PathBuf>,

    /// Folder in which the program's dynamic loader and libraries are looked for first: the root of a system
    /// of its architecture [default: Debian's cross C library, such as /usr/aarch64-linux-gnu]
    #[arg(
        long,
        value_name = "FOLDER",
        env = "QEMU_LD_PREFIX",
        hide_env_values = true
    )]
    pub sysroot: Option<PathBuf>,

    /// Program to run, and its arguments
    #[arg(last = true, value_name = "PROGRAM", num_args = 1..)]
    pub program: Vec<OsString>,

    /// Let stores become visible before earlier loads of their thread are done, as AArch64, Power and RISC-V
    /// allow: finds slots that are given back too early, and is slower
    #[arg(long, help_heading = EMULATION, value_parser = FalseyValueParser::new(),
        env = "OVERTAKE_LOAD_BUFFERING", hide_env_values = true)]
    pub load_buffering: bool,

    // The last fields, because clap applies a heading to all options after it.
    #[command(flatten, next_help_heading = EMULATION)]
    pub strategy: StrategyArgs,

    #[command(flatten, next_help_heading = EMULATION)]
    pub surroundings: SurroundingsArgs,
}

impl GuestArgs {
    /// The selected program, or the ring.
    pub fn subject(&self) -> Result<Subject, Error> {
        if !self.program.is_empty() {
            return Ok(Subject::Program(self.program.clone()));
        }
        let scenario = Scenario::new(
            self.variant
                .as_deref()
                .map_or(Ok(Variant::RelaxedTail), variant::parse)?,
            self.events.unwrap_or(Scenario::EVENTS),
            self.slots.unwrap_or(Scenario::SLOTS),
        )?;
        Ok(Subject::Ring(scenario))
    }

    /// The same, but the ring ends at its first stale event.
    pub fn subject_until_stale(&self) -> Result<Subject, Error> {
        let mut subject = self.subject()?;
        if let Subject::Ring(scenario) = &mut subject {
            scenario.until_stale = true;
            scenario.events = self.events.unwrap_or(EVENTS_UNTIL_STALE);
        }
        Ok(subject)
    }

    /// The setup of a subject with these options.
    pub fn setup(&self, subject: Subject, model: Model) -> Result<Setup, Error> {
        let target = self.target.as_deref().map(target_name::parse).transpose()?;
        let options = Options {
            target,
            ..self.options()
        };
        Ok(Setup::new(&options, subject, model)?)
    }

    /// The setup of a recorded run. The options add where things are, and the program if it has moved.
    pub fn recorded(&self, recorded: &Recorded) -> Result<Setup, Error> {
        let subject = if self.program.is_empty() {
            recorded.subject()?
        } else {
            Subject::Program(self.program.clone())
        };
        let target = match &self.target {
            Some(name) => target_name::parse(name)?,
            None => recorded.target()?,
        };
        let options = Options {
            target: Some(target),
            ..self.options()
        };
        let mut setup = Setup::new(&options, subject, Model::Weak)?;
        recorded.set_up(&mut setup)?;
        Ok(setup)
    }

    /// All options except the target.
    fn options(&self) -> Options {
        Options {
            target: None,
            home: self.place.home.clone(),
            qemu: self.qemu.clone(),
            sysroot: self.sysroot.clone(),
            budget: self.budget,
            timeout: self.timeout,
            cpu: self.cpu.clone(),
            strategy: self.strategy.strategy,
            surroundings: self.surroundings.surroundings(),
            load_buffering: self.load_buffering,
        }
    }

    /// The options for a printed command that selects the same setup, whatever the environment variables are by
    /// then; without the program.
    pub fn words(&self, setup: &Setup, seed: Option<u64>) -> Vec<String> {
        let mut words = Vec::new();
        let mut option = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                words.push(format!("--{name}"));
                words.push(value);
            }
        };
        if let Subject::Ring(_) = setup.subject {
            option("target", Some(setup.guest.target.to_string()));
        }
        option("seed", seed.map(|seed| seed.to_string()));
        option(
            "qemu",
            self.qemu.as_ref().map(|path| path.display().to_string()),
        );
        option(
            "sysroot",
            self.sysroot.as_ref().map(|path| path.display().to_string()),
        );
        option("budget", self.budget.map(|budget| budget.to_string()));
        option("timeout", self.timeout.map(|timeout| timeout.to_string()));
        option("cpu", self.cpu.clone());
        option("strategy", again(self.strategy.strategy).map(str::to_owned));
        for (name, value) in self.surroundings.again() {
            option(name, Some(value));
        }
        if self.load_buffering {
            words.push("--load-buffering".to_owned());
        }
        if let Some((name, home)) = self.place.again() {
            words.extend([name.to_owned(), home]);
        }
        words
    }
}
