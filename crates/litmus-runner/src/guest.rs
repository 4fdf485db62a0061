//! A test as a guest.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use emulator::captured::{Captured, last_line};
use emulator::emulation::{Emulation, without_variables};
use emulator::error::Error as EmulatorError;
use emulator::guest_path;
use emulator::home::{Home, OwnGuest};
use emulator::interrupts::Interrupts;
use emulator::qemu::Qemu;
use emulator::temporary;
use litmus::{Histogram, Raw, Test};
use signal_hook::consts::{SIGBUS, SIGILL, SIGSEGV};
use tempfile::TempDir;

use crate::assemble::assemble;
use crate::error::Error;

/// The guest that runs litmus tests.
pub const GUEST: OwnGuest = OwnGuest {
    file: "litmus",
    what: "the guest `litmus`",
};

/// A test that can be run.
#[derive(Debug)]
pub struct Prepared {
    file: PathBuf,
    guest: PathBuf,
    /// The folder with the plan and the code.
    folder: TempDir,
}

impl Prepared {
    /// Assembles a test.
    pub fn new(file: &Path, test: &Test, iterations: u64, home: &Home) -> Result<Self, Error> {
        let folder = temporary::folder()?;
        let wrong = |position, message| Error::LitmusTest {
            file: file.to_owned(),
            position,
            message,
        };
        let code =
            assemble(test, folder.path())?.map_err(|(line, message)| wrong(line, message))?;
        let plan = test
            .plan(&code.entries, iterations)
            .map_err(|error| wrong(Some(error.position), error.message))?;
        fs::write(folder.path().join("plan"), plan)
            .and_then(|()| fs::write(folder.path().join("code"), code.bytes))
            .map_err(EmulatorError::temporary)?;
        Ok(Prepared {
            file: file.to_owned(),
            guest: home.guest(test.arch, &GUEST)?,
            folder,
        })
    }

    /// Runs it with one seed.
    pub fn run(
        &self,
        test: &Test,
        emulation: &Emulation,
        qemu: &Qemu,
        interrupts: &Interrupts,
    ) -> Result<Histogram, Error> {
        let run = Captured::run(
            emulation,
            qemu,
            |command| {
                without_variables(command);
                let placed = guest_path::add(&self.guest, GUEST.file, command)?;
                command
                    .current_dir(self.folder.path())
                    .args(["plan", "code"]);
                Ok(placed)
            },
            interrupts,
        )?;
        let outcome = run.outcome?;
        let wrong = |message| Error::LitmusTest {
            file: self.file.clone(),
            position: None,
            message,
        };
        if !outcome.status.success() {
            let line = last_line(&run.errors);
            let line = if line.is_empty() {
                line
            } else {
                format!(" ({line})")
            };
            if outcome.status.signal() == Some(SIGILL)
                && let Some(cpu) = &emulation.cpu
            {
                return Err(Error::NoInstruction {
                    file: self.file.clone(),
                    cpu: cpu.clone(),
                });
            }
            let hint = match outcome.status.signal() {
                Some(SIGSEGV | SIGBUS) => ": look for an address outside of the test's locations",
                _ => "",
            };
            return Err(wrong(format!(
                "with seed {} the test ended with {}{line}{hint}",
                emulation.seed, outcome.status
            )));
        }
        histogram(test, &run.output).ok_or_else(|| {
            wrong("the guest's answer cannot be read: run `cargo xtask build`".to_owned())
        })
    }
}

/// Reads the guest's answer.
fn histogram(test: &Test, answer: &str) -> Option<Histogram> {
    let mut histogram = Histogram::default();
    for line in answer.lines() {
        let mut words = line.split(' ');
        let count = words.next()?.parse().ok()?;
        let words = words.map(Raw::parse).collect::<Option<Vec<_>>>()?;
        if !histogram.add(test, count, &test.observed(&words)?) {
            return None;
        }
    }
    Some(histogram)
}
