//! The race in the ring as a guest: its options and its answer.

use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

use aio_ring_buggy::Variant;
use emulator::captured::Captured;
use emulator::emulation::{Emulation, without_variables};
use emulator::forkserver::ForkServer;
use emulator::guest_path::{self, Placed};
use emulator::home::{Home, OwnGuest};
use emulator::interrupts::Interrupts;
use emulator::qemu::Qemu;
use emulator::tested::Tested;
use serde::Deserialize;

use crate::error::Error;

/// The guest that runs the race.
pub const GUEST: OwnGuest = OwnGuest {
    file: "aio-ring-race",
    what: "the ring's guest",
};

/// What to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// Which orderings the ring has.
    pub variant: Variant,
    /// How many events go through it.
    pub events: u64,
    /// How many slots it has.
    pub slots: u32,
    /// Whether it ends at the first stale event, and gives the ring's memory names.
    pub until_stale: bool,
}

/// The guest's answer: one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// The ring's orderings.
    pub variant: String,
    /// How many events were read.
    pub read: u64,
    /// How many of them were stale.
    pub stale_events: u64,
    /// The first stale event.
    pub first_stale: Option<Stale>,
}

/// A stale event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Stale {
    /// Its number, from 1.
    pub event: u64,
    /// The expected values of its four fields.
    pub expected: [u64; 4],
    /// The values that the reader saw.
    pub got: [u64; 4],
}

impl Scenario {
    /// Default number of events.
    pub const EVENTS: u64 = 2000;
    /// Default number of slots.
    pub const SLOTS: u32 = 8;
    /// The most events that the guest takes.
    pub const MOST_EVENTS: u64 = i64::MAX as u64;
    /// The most slots that the guest takes.
    pub const MOST_SLOTS: i64 = 1 << 20;
    /// Default time limit, in seconds.
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

    /// Whether only stores that become visible early show what is wrong with it.
    #[must_use]
    pub fn needs_load_buffering(&self) -> bool {
        self.variant == Variant::RelaxedHead
    }

    /// The default budget: far more guest instructions than the scenario needs.
    pub const fn budget(&self) -> u64 {
        /// For start and end, and for an unlucky schedule with few events.
        const ONCE: u64 = 10_000_000;
        /// For each event, most of it in loops that wait for the other thread.
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

    /// The options of `overtake` that select it.
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
    /// The environment and the name of the program are on the guest's stack, so they must be the same
    /// everywhere: no variables, and a name that does not depend on the home.
    pub fn prepare(&self, path: &Path, command: &mut Command) -> io::Result<Placed> {
        without_variables(command);
        let placed = guest_path::add(path, GUEST.file, command)?;
        command.args(self.arguments());
        Ok(placed)
    }
}

impl Scenario {
    /// Runs the scenario; `home` must hold the guest for QEMU's target.
    pub fn run(
        &self,
        emulation: &Emulation,
        qemu: &Qemu,
        home: &Home,
        interrupts: &Interrupts,
    ) -> Result<(Answer, Option<Tested>), Error> {
        let guest = home.guest(qemu.target, &GUEST)?;
        let prepare = |command: &mut Command| self.prepare(&guest, command);
        let run = Captured::run(emulation, qemu, prepare, interrupts)?;
        self.answered(run)
    }

    /// Starts the scenario as a fork server; none: a fork server is not possible.
    pub fn start_forkserver(
        &self,
        emulation: &Emulation,
        qemu: &Qemu,
        home: &Home,
        interrupts: &Interrupts,
    ) -> Result<Option<ForkServer>, Error> {
        let guest = home.guest(qemu.target, &GUEST)?;
        let prepare = |command: &mut Command| self.prepare(&guest, command);
        Ok(ForkServer::start(emulation, qemu, prepare, interrupts)?)
    }

    /// Runs the scenario with a seed in a fork server.
    pub fn run_forked(
        &self,
        server: &mut ForkServer,
        seed: u64,
        interrupts: &Interrupts,
    ) -> Result<(Answer, Option<Tested>), Error> {
        self.answered(server.run(seed, interrupts)?)
    }

    /// What the guest answered, and what was tested.
    fn answered(&self, run: Captured) -> Result<(Answer, Option<Tested>), Error> {
        let outcome = run.outcome?;
        let answer = self
            .answer(&run.output, outcome.status)
            .map_err(|message| Error::GuestFailed {
                message: match run.errors.lines().last() {
                    None | Some("") => message,
                    Some(line) => format!("{message} ({line})"),
                },
            })?;
        Ok((answer, outcome.tested))
    }

    /// Reads the guest's output; an error if it answers another scenario.
    fn answer(&self, output: &str, status: ExitStatus) -> Result<Answer, String> {
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(format!("it ended with {status}"));
        }
        let line = output.lines().next().unwrap_or_default();
        let answer: Answer = serde_json::from_str(line)
            .map_err(|error| format!("its answer `{line}` cannot be read: {error}"))?;
        if answer.variant != self.variant.name() || answer.read != self.events {
            return Err(format!(
                "its answer `{line}` is for another variant or number of events"
            ));
        }
        if (answer.stale_events > 0) != (status.code() == Some(1)) {
            return Err(format!("its answer `{line}` contradicts its {status}"));
        }
        Ok(answer)
    }
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
            (STALE, exited(0), "contradicts"),
            (STALE, exited(2), "ended with"),
            (STALE, ExitStatus::from_raw(11), "ended with"),
            ("", exited(0), "cannot be read"),
            (
                &STALE.replace("wmb", "release"),
                exited(1),
                "another variant",
            ),
            (
                &STALE.replace("\"read\":3", "\"read\":2"),
                exited(1),
                "another variant",
            ),
        ] {
            let message = scenario.answer(output, status).unwrap_err();
            assert!(message.contains(what), "{message}");
        }
    }
}
