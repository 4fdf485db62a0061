//! A run with its output captured.

use std::io;
use std::process::{Command, Stdio};

use crate::emulation::Emulation;
use crate::error::Error;
use crate::guest_path::Placed;
use crate::interrupts::Interrupts;
use crate::outcome::Outcome;
use crate::process::run_in_background;
use crate::qemu::Qemu;
use crate::temporary;

/// How a run ended, and what the guest wrote.
#[derive(Debug)]
pub struct Captured {
    /// How it ended.
    pub outcome: Result<Outcome, Error>,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
}

impl Captured {
    /// Runs a guest with no input and with its output captured; `prepare` is that of
    /// [`Emulation::run`].
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] if a signal asked overtake to end, which ended the guest too;
    /// [`Error::FileSystem`] if there is no room for the output. Errors of the run itself are in
    /// [`Captured::outcome`].
    pub fn run(
        emulation: &Emulation,
        qemu: &Qemu,
        prepare: impl FnOnce(&mut Command) -> io::Result<Placed>,
        interrupts: &Interrupts,
    ) -> Result<Self, Error> {
        // Files instead of pipes: a pipe must be read while the guest runs.
        let output = temporary::file()?;
        let errors = temporary::file()?;
        let outcome = emulation.run(
            qemu,
            prepare,
            |command, limit| {
                command
                    .stdin(Stdio::null())
                    .stdout(output.try_clone()?)
                    .stderr(errors.try_clone()?);
                run_in_background(command, limit, interrupts)
            },
            || last_line(&temporary::text(&errors)),
        );
        interrupts.check()?;
        Ok(Self {
            outcome,
            output: temporary::text(&output),
            errors: temporary::text(&errors),
        })
    }
}

/// The last line of what was written to standard error, where programs say why they failed.
pub fn last_line(errors: &str) -> String {
    errors.lines().last().unwrap_or_default().to_owned()
}
