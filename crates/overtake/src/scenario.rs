//! The race in the ring, as a guest: its options and its answer.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use aio_ring_buggy::Variant;
use serde::Deserialize;

use crate::emulation::{Emulation, Outcome, Tested};
use crate::error::Error;
use crate::forkserver::ForkServer;
use crate::guest_path::{self, Placed};
use crate::home::{Home, SCENARIO};
use crate::process::{Interrupts, run_in_background};
use crate::qemu::Qemu;

/// What to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// Which orderings the ring has.
    pub variant: Variant,
    /// How many events go through it.
    pub events: u64,
    /// How many slots it has.
    pub slots: u32,
    /// Whether it ends at the first stale event, and names the ring's memory.
    pub until_stale: bool,
}

/// The guest's answer: one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// The ring's orderings.
    pub variant: String,
    /// How many events were read.
    pub read: u64,
    /// How many of them were not what they should be.
    pub stale_events: u64,
    /// The first of these.
    pub first_stale: Option<Stale>,
}

/// A stale event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Stale {
    /// Its number, from 1.
    pub event: u64,
    /// Its four fields as they should be.
    pub expected: [u64; 4],
    /// Its four fields as the reader took them.
    pub got: [u64; 4],
}

impl Scenario {
    /// Events, unless told otherwise.
    pub const EVENTS: u64 = 2000;
    /// Slots, unless told otherwise.
    pub const SLOTS: u32 = 8;
    /// The most events that the guest takes.
    pub const MOST_EVENTS: u64 = i64::MAX as u64;
    /// The most slots that the guest takes.
    pub const MOST_SLOTS: i64 = 1 << 20;
    /// Seconds, unless told otherwise.
    pub const TIMEOUT: u64 = 600;

    /// A scenario that can show something.
    pub fn new(variant: Variant, events: u64, slots: u32) -> Result<Self, Error> {
        if events == 0 {
            return Err(Error::NoEvents);
        }
        if slots < 2 {
            return Err(Error::TooFewSlots { slots });
        }
        Ok(Scenario {
            variant,
            events,
            slots,
            until_stale: false,
        })
    }

    /// Guest instructions that are far more than the scenario needs.
    pub const fn budget(&self) -> u64 {
        /// What starting and ending take, and the scheduler's bad luck with few events.
        const ONCE: u64 = 10_000_000;
        /// What an event takes, most of it in loops that wait for the other thread.
        const EACH: u64 = 20_000;
        ONCE.saturating_add(EACH.saturating_mul(self.events))
    }

    /// The guest's arguments.
    fn arguments(&self) -> Vec<String> {
        let mut words = self.words();
        if self.until_stale {
            words.push("--until-stale".to_owned());
        }
        words
    }

    /// The options of `overtake` that name it.
    pub fn words(&self) -> Vec<String> {
        vec![
            "--variant".to_owned(),
            self.variant.name().to_owned(),
            "--events".to_owned(),
            self.events.to_string(),
            "--slots".to_owned(),
            self.slots.to_string(),
        ]
    }

    /// Adds the guest at `path` to QEMU's command.
    ///
    /// Its surroundings are the same everywhere, since they lie on the guest's stack: no
    /// variables, and a name that does not depend on the home.
    pub fn prepare(&self, path: &Path, command: &mut Command) -> io::Result<Placed> {
        without_variables(command);
        let placed = guest_path::add(path, SCENARIO, command)?;
        command.args(self.arguments());
        Ok(placed)
    }
}

impl Scenario {
    /// Runs the scenario with its output caught; `home` must hold the guest for QEMU's target.
    pub fn run(
        &self,
        emulation: &Emulation,
        qemu: &Qemu,
        home: &Home,
        interrupts: &Interrupts,
    ) -> Result<(Answer, Option<Tested>), Error> {
        let guest = home.scenario(qemu.target)?;
        // Files rather than pipes: nobody has to read them while the guest runs.
        let output = captured()?;
        let errors = captured()?;
        let said = || {
            let text = text(&errors);
            text.lines().last().unwrap_or_default().to_owned()
        };
        let outcome = emulation.run(
            qemu,
            |command| self.prepare(&guest, command),
            |command| {
                command
                    .stdin(Stdio::null())
                    .stdout(output.try_clone()?)
                    .stderr(errors.try_clone()?);
                run_in_background(command, emulation.limit, interrupts)
            },
            said,
        );
        // If overtake is to end, then that is why the guest did.
        interrupts.check()?;
        self.judge(outcome?, &text(&output), &text(&errors))
    }

    /// Starts the scenario for many seeds; none: it must be run once for each.
    pub fn start_forkserver(
        &self,
        emulation: &Emulation,
        qemu: &Qemu,
        home: &Home,
        interrupts: &Interrupts,
    ) -> Result<Option<ForkServer>, Error> {
        let guest = home.scenario(qemu.target)?;
        let prepare = |command: &mut Command| self.prepare(&guest, command);
        ForkServer::start(emulation, qemu, prepare, interrupts)
    }

    /// Runs the scenario with a seed.
    pub fn run_served(
        &self,
        served: &mut ForkServer,
        seed: u64,
        interrupts: &Interrupts,
    ) -> Result<(Answer, Option<Tested>), Error> {
        let run = served.run(seed, interrupts)?;
        self.judge(run.outcome?, &run.output, &run.errors)
    }

    /// What the guest answered.
    fn judge(
        &self,
        outcome: Outcome,
        output: &str,
        errors: &str,
    ) -> Result<(Answer, Option<Tested>), Error> {
        let answer = self
            .answer(output, outcome.status)
            .map_err(|message| Error::GuestFailed {
                message: match errors.lines().last() {
                    None | Some("") => message,
                    Some(line) => format!("{message} ({line})"),
                },
            })?;
        Ok((answer, outcome.tested))
    }

    /// Reads the guest's output; its answer must be one to this scenario.
    fn answer(&self, output: &str, status: ExitStatus) -> Result<Answer, String> {
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(format!("it ended with {status}"));
        }
        let line = output.lines().next().unwrap_or_default();
        let answer: Answer = serde_json::from_str(line)
            .map_err(|error| format!("its answer `{line}` cannot be read: {error}"))?;
        if answer.variant != self.variant.name() || answer.read != self.events {
            return Err(format!("its answer `{line}` is to another question"));
        }
        if (answer.stale_events > 0) != (status.code() == Some(1)) {
            return Err(format!("its answer `{line}` does not go with {status}"));
        }
        Ok(answer)
    }
}

/// Keeps all variables from the guest that QEMU's command is to start.
pub(crate) fn without_variables(command: &mut Command) {
    command.env_clear();
    // QEMU itself may need this one; it is kept from the guest.
    if let Some(libraries) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    command.args(["-U", "LD_LIBRARY_PATH"]);
}

/// A file for a guest's output, without a name.
pub(crate) fn captured() -> Result<File, Error> {
    tempfile::tempfile().map_err(Error::temporary)
}

/// All that was written to the file; what cannot be read is left out.
pub(crate) fn text(mut file: &File) -> String {
    let mut bytes = Vec::new();
    // The guest that wrote has ended, so that nobody else moves the position.
    let _ = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A time limit; 0 seconds: none.
pub fn limit(seconds: u64) -> Option<Duration> {
    (seconds != 0).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use aio_ring_buggy::Variant;

    use super::Scenario;

    const STALE: &str = r#"{"variant":"wmb","events":3,"slots":8,"read":3,"stale_events":1,"first_stale":{"event":2,"expected":[2,2,2,2],"got":[1,1,2,1]}}"#;

    fn exited(code: i32) -> ExitStatus {
        ExitStatus::from_raw(code << 8)
    }

    #[test]
    fn answers_must_fit() {
        let scenario = Scenario::new(Variant::Wmb, 3, 8).unwrap();
        let answer = scenario.answer(STALE, exited(1)).unwrap();
        assert_eq!(answer.first_stale.unwrap().got, [1, 1, 2, 1]);
        for (output, status, what) in [
            (STALE, exited(0), "does not go with"),
            (STALE, exited(2), "ended with"),
            (STALE, ExitStatus::from_raw(11), "ended with"),
            ("", exited(0), "cannot be read"),
            (
                &STALE.replace("wmb", "release"),
                exited(1),
                "another question",
            ),
            (
                &STALE.replace("\"read\":3", "\"read\":2"),
                exited(1),
                "another question",
            ),
        ] {
            let message = scenario.answer(output, status).unwrap_err();
            assert!(message.contains(what), "{message}");
        }
    }
}
