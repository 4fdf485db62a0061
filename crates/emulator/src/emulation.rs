//! One run under QEMU.

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::cpu::makes_halves;
use crate::error::Error;
use crate::guest_path::Placed;
use crate::limits;
use crate::model::Model;
use crate::outcome::{LastWords, Outcome, last_words, read, tested};
use crate::plugin_options::{PluginOptions, argument};
use crate::process::{Ended, Limit};
use crate::qemu::{Qemu, for_qemu_alone};
use crate::target::Target as _;
use crate::temporary;
use crate::written;
use overtake_report::End;

/// How to emulate, independent of the program.
#[derive(Debug, Clone)]
pub struct Emulation {
    /// The guest's memory model.
    pub model: Model,
    /// Determines every free choice of the run.
    pub seed: u64,
    /// QEMU's `-cpu`, if not the target's own.
    pub cpu: Option<String>,
    /// Options for the plugin.
    pub options: PluginOptions,
    /// The wall-clock limit: a last resort, since a run that it ends cannot be reproduced.
    pub limit: Option<Duration>,
}

impl Emulation {
    /// Runs a guest. `prepare` adds the program, its arguments and its environment to QEMU's command; `start`
    /// runs the command; `said` then returns what QEMU printed on standard error, if that was captured.
    ///
    /// If the model is weak, `qemu` must have its plugin ([`Qemu::with_plugin`]).
    pub fn run(
        &self,
        qemu: &Qemu,
        prepare: impl FnOnce(&mut Command) -> io::Result<Placed>,
        start: impl FnOnce(&mut Command, Option<&Limit>) -> io::Result<Ended>,
        said: impl FnOnce() -> String,
    ) -> Result<Outcome, Error> {
        let mut command = qemu.command(self.cpu(qemu));
        let plugin = match self.model {
            Model::None => None,
            Model::Weak => {
                let folder = temporary::folder()?;
                let report = folder.path().join("report.json");
                // The guest may start in another folder.
                let report = std::path::absolute(&report).unwrap_or(report);
                let plugin = qemu.plugin()?;
                let halves = makes_halves(qemu.target, self.cpu(qemu));
                let value = argument(plugin, &report, self.seed, halves, &self.options);
                command.arg("-plugin").arg(value);
                // The folder must live until the report has been read.
                Some((plugin, report, folder))
            }
        };
        // The placed files must exist until the guest has ended.
        let report = plugin.as_ref().map(|(_, report, _)| report.clone());
        let limit = self.limit.map(|time| Limit { time, report });
        let ended = prepare(&mut command).and_then(|_placed| {
            command.envs(for_qemu_alone());
            start(&mut command, limit.as_ref())
        });
        let ended = ended.map_err(|error| Error::QemuUnusable {
            target: qemu.target,
            path: qemu.path.clone(),
            why: format!("{error}{}", limits::hint(&error)),
        })?;
        match plugin {
            None => {
                let Ended::By(status) = ended else {
                    return Err(self.timed_out(None));
                };
                let tested = None;
                Ok(Outcome { status, tested })
            }
            Some((_, report, _folder)) => self.outcome(qemu, ended, &report, said),
        }
    }

    /// The command that starts a guest as a fork server that receives seeds on a socket.
    pub fn forkserver(&self, qemu: &Qemu, report: &Path, socket: &Path) -> Result<Command, Error> {
        let options = PluginOptions {
            forkserver: Some(socket.to_owned()),
            ..self.options.clone()
        };
        let mut command = qemu.command(self.cpu(qemu));
        let halves = makes_halves(qemu.target, self.cpu(qemu));
        let value = argument(qemu.plugin()?, report, self.seed, halves, &options);
        command.arg("-plugin").arg(value);
        Ok(command)
    }

    fn cpu<'a>(&'a self, qemu: &Qemu) -> &'a str {
        self.cpu.as_deref().unwrap_or(qemu.target.cpu())
    }

    /// The outcome of a run under the plugin, from how it ended and from its report.
    pub fn outcome(
        &self,
        qemu: &Qemu,
        ended: Ended,
        report: &Path,
        said: impl FnOnce() -> String,
    ) -> Result<Outcome, Error> {
        for path in [&self.options.record, &self.options.trace]
            .into_iter()
            .flatten()
        {
            // A guest that did not start has not written it.
            let _ = written::trim(path);
        }
        let status = match ended {
            Ended::By(status) => status,
            Ended::TimedOut => return Err(self.timed_out(last_words(report))),
        };
        let plugin = qemu.plugin()?.to_owned();
        let Some(report) = read(report)? else {
            return Err(Error::PluginNotLoaded {
                plugin,
                status: status.to_string(),
                message: said(),
            });
        };
        // A guest that exits makes a system call.
        if report.end == End::Loaded && status.code().is_some() {
            return Err(Error::GuestNotStarted {
                status: status.to_string(),
                message: said(),
            });
        }
        let tested = Some(tested(report)?);
        Ok(Outcome { status, tested })
    }

    fn timed_out(&self, last: Option<LastWords>) -> Error {
        Error::TimedOut {
            seed: self.seed,
            seconds: self.limit.unwrap_or_default().as_secs(),
            last: last.map(Box::new),
        }
    }
}

/// A time limit; 0 seconds: none.
pub fn limit(seconds: u64) -> Option<Duration> {
    (seconds != 0).then(|| Duration::from_secs(seconds))
}

/// Hides all environment variables from the guest of QEMU's command.
pub fn without_variables(command: &mut Command) {
    command.env_clear();
    // QEMU itself may need this one; `-U` hides it from the guest.
    if let Some(libraries) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    command.args(["-U", "LD_LIBRARY_PATH"]);
}
