//! A guest that is started once for many seeds.
//!
//! Up to its first thread a run does not depend on the seed. So QEMU starts once, and the plugin forks the
//! process there for each seed (`overtake_report::forkserver`). This saves the time to start and to translate. A
//! seed gives the same run as alone.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use overtake_report::forkserver::{Answer, Order};
use tempfile::TempDir;

use crate::captured::Captured;
use crate::emulation::Emulation;
use crate::error::Error;
use crate::guest_path::Placed;
use crate::interrupts::Interrupts;
use crate::limits;
use crate::model::Model;
use crate::process::{Background, Ended, PATIENCE, ask_for_the_end, kill};
use crate::qemu::{Qemu, for_qemu_alone};
use crate::temporary;

/// How often to check for signals and the time limit.
const LOOK: Duration = Duration::from_millis(20);

/// A guest that waits for seeds.
#[derive(Debug)]
pub struct ForkServer {
    emulation: Emulation,
    qemu: Qemu,
    orders: UnixStream,
    answers: BufReader<UnixStream>,
    /// What the guest wrote before its first thread.
    before: (String, String),
    // The last fields, in this order: the guest must end before the files that it uses are removed.
    _original: Background,
    _placed: Placed,
    folder: TempDir,
}

impl ForkServer {
    /// Starts a guest up to its first thread. None: the guest ended before that, or a fork server is impossible
    /// here. If that is an error, a single run shows why.
    pub fn start(
        emulation: &Emulation,
        qemu: &Qemu,
        prepare: impl FnOnce(&mut Command) -> io::Result<Placed>,
        interrupts: &Interrupts,
    ) -> Result<Option<Self>, Error> {
        if emulation.model != Model::Weak {
            return Ok(None);
        }
        let folder = temporary::folder()?;
        let path = |name: &str| folder.path().join(name);
        // The folder's path may exceed the length limit of a socket's path.
        let Ok(listener) = UnixListener::bind(path("socket")) else {
            return Ok(None);
        };
        listener.set_nonblocking(true).map_err(Error::temporary)?;
        let mut command = emulation.forkserver(qemu, &path("report"), &path("socket"))?;
        let failed = |error: io::Error| Error::QemuUnusable {
            target: qemu.target,
            path: qemu.path.clone(),
            why: format!("{error}{}", limits::hint(&error)),
        };
        let placed = prepare(&mut command).map_err(failed)?;
        let files = [path("output"), path("errors")];
        let [output, errors] = [File::create(&files[0]), File::create(&files[1])];
        command
            .stdin(Stdio::null())
            .stdout(output.map_err(Error::temporary)?)
            .stderr(errors.map_err(Error::temporary)?);
        command.envs(for_qemu_alone());
        let mut original = Background::start(&mut command).map_err(failed)?;
        let start = Instant::now();
        let stream = loop {
            match listener.accept() {
                Ok((stream, _)) => break stream,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(Error::temporary(error)),
            }
            interrupts.check()?;
            let late = emulation.limit.is_some_and(|it| start.elapsed() >= it);
            if late || original.has_ended().map_err(failed)? {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(1));
        };
        let connect = |stream: UnixStream| {
            stream.set_nonblocking(false)?;
            stream.set_read_timeout(Some(LOOK))?;
            Ok((stream.try_clone()?, BufReader::new(stream)))
        };
        let (orders, answers) = connect(stream).map_err(Error::temporary)?;
        let before = (text(&files[0]), text(&files[1]));
        Ok(Some(Self {
            emulation: emulation.clone(),
            qemu: qemu.clone(),
            orders,
            answers,
            before,
            _original: original,
            _placed: placed,
            folder,
        }))
    }

    /// One run with a seed.
    pub fn run(&mut self, seed: u64, interrupts: &Interrupts) -> Result<Captured, Error> {
        let name = |what: &str| self.folder.path().join(format!("{what}-{seed}"));
        let [report, output, errors] = ["report", "output", "errors"].map(name);
        // The guest may have set a mask under which it would create files that nobody may read.
        for path in [&output, &errors] {
            File::create(path).map_err(Error::temporary)?;
        }
        let said = |path: &PathBuf| path.to_string_lossy().into_owned();
        let order = Order {
            seed,
            report: said(&report),
            output: said(&output),
            errors: said(&errors),
        };
        let mut line = serde_json::to_string(&order).unwrap_or_default();
        line.push('\n');
        let lost = |error: io::Error| Error::PluginInternal {
            seed,
            message: format!("the guest that waits for seeds is gone: {error}"),
        };
        self.orders.write_all(line.as_bytes()).map_err(lost)?;
        let ended = self.wait(&report, interrupts).map_err(lost)?;
        interrupts.check()?;
        let mut emulation = self.emulation.clone();
        emulation.seed = seed;
        let run = Captured {
            output: format!("{}{}", self.before.0, text(&output)),
            errors: format!("{}{}", self.before.1, text(&errors)),
            outcome: emulation.outcome(&self.qemu, ended, &report, || text(&errors)),
        };
        for path in [report, output, errors] {
            // Remaining files are removed with the folder.
            let _ = fs::remove_file(path);
        }
        Ok(run)
    }

    /// Waits for the requested run.
    fn wait(&mut self, report: &Path, interrupts: &Interrupts) -> io::Result<Ended> {
        let start = Instant::now();
        let (mut running, mut timed_out) = (None, None);
        let mut line = String::new();
        loop {
            match self.answers.read_line(&mut line) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => match serde_json::from_str(&std::mem::take(&mut line))? {
                    Answer::Started { pid } => running = Some(pid),
                    Answer::Failed { message } => return Err(io::Error::other(message)),
                    Answer::Ended { .. } if timed_out.is_some() => return Ok(Ended::TimedOut),
                    Answer::Ended { status } => {
                        return Ok(Ended::By(ExitStatus::from_raw(status)));
                    }
                },
                // `line` keeps what was read so far.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock
                            | io::ErrorKind::TimedOut
                            | io::ErrorKind::Interrupted
                    ) => {}
                Err(error) => return Err(error),
            }
            let limit = self.emulation.limit;
            if timed_out.is_none() && limit.is_some_and(|limit| start.elapsed() >= limit) {
                // If it cannot be asked, it says nothing.
                let _ = ask_for_the_end(report);
                timed_out = Some(Instant::now());
            }
            let late = timed_out.is_some_and(|it| it.elapsed() >= PATIENCE);
            if let Some(pid) = running
                && (late || interrupts.check().is_err())
            {
                kill(pid);
            }
        }
    }
}

/// The text of a file; empty if it cannot be read.
fn text(path: &PathBuf) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}
