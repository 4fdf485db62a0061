//! One run under QEMU, and what its report means.

use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use overtake_report::{End, Report, Stats};
use serde::Serialize;
use tempfile::TempDir;

use crate::error::{Error, signal_status};
use crate::guest_path::Placed;
use crate::process::Ended;
use crate::qemu::{PluginOptions, Qemu, for_qemu_alone, plugin_argument};

/// Whose memory model the guest gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Model {
    /// The weak memory of the guest's architecture, by the plugin.
    Weak,
    /// None: plain QEMU, where the host's memory model shines through.
    None,
}

impl Model {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Model::Weak => "weak",
            Model::None => "none",
        }
    }
}

/// Who makes the free choices of a run: who runs, for how long, and when a store is seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Strategy {
    /// Each choice at random, independent of the others.
    #[default]
    Uniform,
    /// Probabilistic concurrency testing: random priorities that change now and then.
    Pct,
}

impl Strategy {
    /// The name on the command line, and for the plugin.
    pub const fn name(self) -> &'static str {
        match self {
            Strategy::Uniform => "uniform",
            Strategy::Pct => "pct",
        }
    }

    /// The strategy called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        [Strategy::Uniform, Strategy::Pct]
            .into_iter()
            .find(|strategy| strategy.name() == name)
    }

    /// The name, unless it is what is done without one.
    pub fn other_than_default(self) -> Option<&'static str> {
        (self != Strategy::default()).then_some(self.name())
    }

    /// What a command must say to have the same strategy, whatever `OVERTAKE_STRATEGY` is then.
    pub fn again(self) -> Option<&'static str> {
        let by_variable = std::env::var_os("OVERTAKE_STRATEGY").is_some();
        by_variable
            .then_some(self.name())
            .or(self.other_than_default())
    }
}

/// How to emulate, independent of the program.
#[derive(Debug, Clone)]
pub struct Emulation {
    /// Whose memory model the guest gets.
    pub model: Model,
    /// Where every free choice comes from.
    pub seed: u64,
    /// QEMU's `-cpu`, if not the target's own.
    pub cpu: Option<String>,
    /// What the plugin is asked to do.
    pub options: PluginOptions,
    /// The clock's limit; a run that is ended by it cannot be reproduced, so it is the last
    /// resort.
    pub limit: Option<Duration>,
}

/// What a run came to, where it was not an error.
#[derive(Debug)]
pub struct Outcome {
    /// How QEMU, and so the guest, ended.
    pub status: ExitStatus,
    /// What the plugin reported; none without a plugin.
    pub tested: Option<Tested>,
}

/// What the plugin reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tested {
    /// What was tested.
    #[serde(flatten)]
    pub stats: Stats,
    /// Hash over the guest's instructions and accesses, if it was asked for.
    pub trace_hash: Option<String>,
    /// Whether the plugin was there to the end. It was not if the guest was killed, replaced
    /// itself by another program, or could not be started.
    pub complete: bool,
}

impl Outcome {
    /// The guest's exit status, as a shell gives it.
    pub fn exit_status(&self) -> u8 {
        match (self.status.code(), self.status.signal()) {
            // The kernel keeps 8 bits of it.
            (Some(code), _) => code as u8,
            (None, Some(signal)) => signal_status(signal),
            (None, None) => u8::MAX,
        }
    }
}

impl Emulation {
    /// Runs a guest: `prepare` adds the program, its arguments and its surroundings to QEMU's
    /// command, `start` runs the command, and `said` tells afterwards what QEMU said on standard
    /// error, if it was caught.
    ///
    /// If the model is weak, `qemu` must have its plugin ([`Qemu::with_plugin`]).
    pub fn run(
        &self,
        qemu: &Qemu,
        prepare: impl FnOnce(&mut Command) -> io::Result<Placed>,
        start: impl FnOnce(&mut Command) -> io::Result<Ended>,
        said: impl FnOnce() -> String,
    ) -> Result<Outcome, Error> {
        let mut command = qemu.command(self.cpu(qemu));
        let plugin = match self.model {
            Model::None => None,
            Model::Weak => {
                let folder = temporary_folder()?;
                let report = folder.path().join("report.json");
                // The guest may be started in another folder.
                let report = std::path::absolute(&report).unwrap_or(report);
                let plugin = qemu.plugin()?;
                command.arg("-plugin").arg(plugin_argument(
                    plugin,
                    &report,
                    self.seed,
                    &self.options,
                ));
                // The folder must live until the report has been read.
                Some((plugin, report, folder))
            }
        };
        // What was placed must be there until the guest has ended.
        let ended = prepare(&mut command).and_then(|_placed| {
            command.envs(for_qemu_alone());
            start(&mut command)
        });
        let ended = ended.map_err(|error| Error::QemuUnusable {
            target: qemu.target,
            path: qemu.path.clone(),
            why: error.to_string(),
        })?;
        match plugin {
            None => {
                let status = self.in_time(ended)?;
                let tested = None;
                Ok(Outcome { status, tested })
            }
            Some((_, report, _folder)) => self.outcome(qemu, ended, &report, said),
        }
    }

    /// The command that starts a guest which waits for seeds at a socket
    /// (`forkserver`).
    pub fn serving(&self, qemu: &Qemu, report: &Path, socket: &Path) -> Result<Command, Error> {
        let options = PluginOptions {
            forkserver: Some(socket.to_owned()),
            ..self.options.clone()
        };
        let mut command = qemu.command(self.cpu(qemu));
        let argument = plugin_argument(qemu.plugin()?, report, self.seed, &options);
        command.arg("-plugin").arg(argument);
        Ok(command)
    }

    fn cpu<'a>(&'a self, qemu: &Qemu) -> &'a str {
        self.cpu.as_deref().unwrap_or(qemu.target.cpu())
    }

    /// What a run under the plugin came to, by how it ended and by its report.
    pub fn outcome(
        &self,
        qemu: &Qemu,
        ended: Ended,
        report: &Path,
        said: impl FnOnce() -> String,
    ) -> Result<Outcome, Error> {
        let status = self.in_time(ended)?;
        let plugin = qemu.plugin()?.to_owned();
        let report = read(report)?.ok_or_else(|| Error::PluginNotLoaded {
            plugin,
            status: status.to_string(),
            message: said(),
        })?;
        let tested = Some(judge(report)?);
        Ok(Outcome { status, tested })
    }

    fn in_time(&self, ended: Ended) -> Result<ExitStatus, Error> {
        match ended {
            Ended::By(status) => Ok(status),
            Ended::TimedOut => Err(Error::TimedOut {
                seed: self.seed,
                seconds: self.limit.unwrap_or_default().as_secs(),
            }),
        }
    }
}

/// A folder for what only this run needs.
pub fn temporary_folder() -> Result<TempDir, Error> {
    tempfile::Builder::new()
        .prefix("overtake-")
        .tempdir()
        .map_err(Error::temporary)
}

/// The plugin's report, or none if it never wrote one.
fn read(path: &Path) -> Result<Option<Report>, Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Error::ReportUnreadable {
                why: error.to_string(),
            });
        }
    };
    parse(&text)
        .map(Some)
        .map_err(|why| Error::ReportUnreadable { why })
}

fn parse(text: &str) -> Result<Report, String> {
    /// What every version has.
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: u32,
    }

    let Versioned { version } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if version != overtake_report::VERSION {
        return Err(format!(
            "it is of version {version}, not {}",
            overtake_report::VERSION
        ));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// What the report means: what was tested, or an error.
fn judge(report: Report) -> Result<Tested, Error> {
    let seed = report.seed;
    let complete = match report.end {
        End::Running => false,
        End::Exited => true,
        End::Marked { message } => return Err(Error::CheckOfGuest { seed, message }),
        End::BudgetExhausted { budget } => return Err(Error::BudgetExhausted { seed, budget }),
        End::CheckFailed { message } => return Err(Error::CheckFailed { seed, message }),
        End::BadOption { message } => return Err(Error::PluginOption { message }),
        End::Refused { message } => return Err(Error::PluginRefused { message }),
        End::Internal { message } => return Err(Error::PluginInternal { seed, message }),
    };
    Ok(Tested {
        stats: report.stats,
        trace_hash: report.trace_hash,
        complete,
    })
}

#[cfg(test)]
mod tests {
    use overtake_report::{End, Report, Stats, VERSION};

    use super::{judge, parse};

    fn report(end: End) -> Report {
        Report {
            version: VERSION,
            seed: 3,
            end,
            stats: Stats::default(),
            trace_hash: None,
        }
    }

    #[test]
    fn every_end_has_its_exit_code() {
        let message = || "why".to_owned();
        for (end, expected) in [
            (End::Running, None),
            (End::Exited, None),
            (End::BadOption { message: message() }, Some(75)),
            (End::Refused { message: message() }, Some(77)),
            (End::BudgetExhausted { budget: 5 }, Some(80)),
            (End::CheckFailed { message: message() }, Some(82)),
            (End::Marked { message: message() }, Some(93)),
            (End::Internal { message: message() }, Some(83)),
        ] {
            let status = judge(report(end)).map_err(|error| error.status()).err();
            assert_eq!(status, expected);
        }
    }

    #[test]
    fn reports_of_other_versions_are_refused() {
        let mut other = report(End::Exited);
        assert!(parse(&serde_json::to_string(&other).unwrap()).is_ok());
        other.version += 1;
        let message = parse(&serde_json::to_string(&other).unwrap()).unwrap_err();
        assert!(message.contains("of version"), "{message}");
        assert!(parse("{}").is_err());
        assert!(parse("").is_err());
    }
}
