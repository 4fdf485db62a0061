//! Schedule files: what they were recorded from, and whether they fit a program.

use std::fs;
use std::path::Path;

use arch::Arch;
use emulator::digest::Digest;
use emulator::error::Error as EmulatorError;
use emulator::strategy::Strategy;
use emulator::surroundings::{Surroundings, Time};
use emulator::target::Target as _;
use emulator::target_name;
use ring_race::scenario::Scenario;
use ring_race::variant;
use schedule::{Choices, Schedule};

use crate::error::Error;
use crate::setup::Setup;
use crate::subject::Subject;

/// Reads the choices that the plugin recorded in a file.
pub fn read(path: &Path) -> Result<Choices, Error> {
    let bad = |why: String| Error::Recording { why };
    let text = fs::read_to_string(path).map_err(|source| EmulatorError::FileSystem {
        what: "cannot read the recording of the run".to_owned(),
        source,
    })?;
    Choices::from_recording(&text).map_err(|line| bad(format!("line {line} of the recording")))
}

/// A schedule for a setup.
pub fn schedule(setup: &Setup, choices: Choices, failure: Option<&str>) -> Result<Schedule, Error> {
    let emulation = &setup.emulation;
    let cpu = emulation.cpu.as_deref().unwrap_or(setup.guest.target.cpu());
    let mut about = vec![
        ("target", setup.guest.target.to_string()),
        ("cpu", cpu.to_owned()),
        ("seed", emulation.seed.to_string()),
        ("strategy", emulation.options.strategy.name().to_owned()),
        ("budget", emulation.options.budget.to_string()),
    ];
    let surroundings = emulation.options.surroundings;
    if surroundings.cpus != Surroundings::CPUS {
        about.push(("cpus", surroundings.cpus.to_string()));
    }
    if surroundings.time != Time::default() {
        about.push(("time", surroundings.time.name().to_owned()));
    }
    match &setup.subject {
        Subject::Ring(scenario) => {
            let mut words = scenario.words();
            if scenario.until_stale {
                words.push(UNTIL_STALE.to_owned());
            }
            about.push(("ring", shell_words::join(words)));
        }
        Subject::Program(program) => {
            let words = program.iter().map(|word| word.to_string_lossy());
            about.push(("program", shell_words::join(words)));
        }
    }
    about.push(("sha256", Digest::of_file(&setup.guest.path)?.to_string()));
    if let Some(failure) = failure {
        about.push(("failure", failure.to_owned()));
    }
    Ok(Schedule {
        about: about
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        choices,
    })
}

const UNTIL_STALE: &str = "--until-stale";

/// A schedule that was read from a file.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The content of the file.
    pub schedule: Schedule,
    path: std::path::PathBuf,
}

impl Recorded {
    /// Reads a file.
    pub fn open(path: &Path) -> Result<Recorded, Error> {
        let text = fs::read(path).map_err(|error| Error::Schedule {
            path: path.to_owned(),
            why: format!("it cannot be read ({error})"),
        })?;
        let text = String::from_utf8_lossy(&text);
        let schedule = Schedule::parse(&text).map_err(|error| Error::Schedule {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        Ok(Recorded {
            schedule,
            path: path.to_owned(),
        })
    }

    fn get(&self, name: &str) -> Result<&str, Error> {
        self.schedule
            .get(name)
            .ok_or_else(|| self.refuse(format!("its {name} is missing")))
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, Error> {
        let value = self.get(name)?;
        let bad = |_| self.refuse(format!("its {name} `{value}` is invalid"));
        value.parse().map_err(bad)
    }

    fn refuse(&self, why: String) -> Error {
        Error::Schedule {
            path: self.path.clone(),
            why,
        }
    }

    /// The program or the ring that it was recorded from.
    pub fn subject(&self) -> Result<Subject, Error> {
        let split = |name: &str| {
            let line = self.get(name)?;
            shell_words::split(line)
                .ok()
                .filter(|words| !words.is_empty())
                .ok_or_else(|| self.refuse(format!("its {name} `{line}` is invalid")))
        };
        if self.schedule.get("ring").is_none() {
            let program = split("program")?;
            return Ok(Subject::Program(
                program.into_iter().map(Into::into).collect(),
            ));
        }
        let words = split("ring")?;
        let (until_stale, words): (Vec<_>, Vec<_>) =
            words.into_iter().partition(|word| word == UNTIL_STALE);
        let value = |option: &str| {
            let at = words.iter().position(|word| word == option);
            at.and_then(|at| words.get(at + 1))
                .ok_or_else(|| self.refuse(format!("its ring lacks {option}")))
        };
        let bad = |option: &str| self.refuse(format!("its ring's {option} is invalid"));
        let mut scenario = Scenario::new(
            variant::parse(value("--variant")?)?,
            value("--events")?.parse().map_err(|_| bad("--events"))?,
            value("--slots")?.parse().map_err(|_| bad("--slots"))?,
        )?;
        scenario.until_stale = !until_stale.is_empty();
        Ok(Subject::Ring(scenario))
    }

    /// The target it was recorded on.
    pub fn target(&self) -> Result<Arch, Error> {
        Ok(target_name::parse(self.get("target")?)?)
    }

    /// Restores the recorded options in the setup; an error if the program differs.
    pub fn set_up(&self, setup: &mut Setup) -> Result<(), Error> {
        let found = Digest::of_file(&setup.guest.path)?.to_string();
        let recorded = self.get("sha256")?;
        if found != recorded {
            return Err(self.refuse(format!(
                "it was recorded from another build of the program: `{}` has the SHA-256 {found}, the recorded \
                 one had {recorded}",
                setup.guest.path.display()
            )));
        }
        let emulation = &mut setup.emulation;
        emulation.seed = self.number("seed")?;
        emulation.cpu = Some(self.get("cpu")?.to_owned());
        emulation.options.budget = self.number("budget")?;
        let strategy = self.get("strategy")?;
        emulation.options.strategy = Strategy::parse(strategy)
            .ok_or_else(|| self.refuse(format!("its strategy `{strategy}` is invalid")))?;
        // Written only where they are not the defaults.
        emulation.options.surroundings = Surroundings::default();
        if self.schedule.get("cpus").is_some() {
            emulation.options.surroundings.cpus = self.number("cpus")?;
        }
        if let Some(time) = self.schedule.get("time") {
            emulation.options.surroundings.time = Time::parse(time)
                .ok_or_else(|| self.refuse(format!("its time `{time}` is invalid")))?;
        }
        Ok(())
    }
}
