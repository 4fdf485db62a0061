//! A child process with a time limit and forwarded signals.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};
use signal_hook::consts::{SIGINT, SIGQUIT};

use crate::interrupts::Interrupts;

/// How a child ended.
#[derive(Debug, Clone, Copy)]
pub enum Ended {
    /// By itself, or by a signal.
    By(ExitStatus),
    /// It exceeded its time limit and was killed.
    TimedOut,
}

/// A time limit.
#[derive(Debug, Clone)]
pub struct Limit {
    /// The time.
    pub time: Duration,
    /// The report of the guest's plugin, which says at the end what the guest was doing.
    pub report: Option<PathBuf>,
}

/// Runs a guest that shares `overtake`'s terminal, and waits for it.
///
/// `runs_long` is called at this interval with the time so far.
///
/// On a terminal the guest stays in `overtake`'s process group, so it can read from the terminal, and Ctrl-C
/// reaches it. Otherwise it gets its own group, so that its children can be killed with it.
pub fn run_in_foreground(
    command: &mut Command,
    limit: Option<&Limit>,
    interrupts: &Interrupts,
    (long, mut runs_long): (Duration, impl FnMut(Duration)),
) -> io::Result<Ended> {
    let group = if io::stdin().is_terminal() {
        Group::Shared
    } else {
        Group::Own
    };
    wait(&mut start(command, group)?, group, limit, |child| {
        let mut forwarded = 0;
        let start = Instant::now();
        let mut next = long;
        move || {
            if start.elapsed() >= next {
                runs_long(next);
                next += long;
            }
            let (count, signal) = interrupts.seen();
            if count != forwarded {
                forwarded = count;
                group.forward(child, signal);
            }
        }
    })
}

/// Runs a guest without a terminal, and waits for it; kills it when a signal asks `overtake` to end.
pub fn run_in_background(
    command: &mut Command,
    limit: Option<&Limit>,
    interrupts: &Interrupts,
) -> io::Result<Ended> {
    let group = Group::Own;
    wait(&mut start(command, group)?, group, limit, |child| {
        move || {
            if interrupts.check().is_err() {
                group.kill(child);
            }
        }
    })
}

/// A child without a terminal that runs in the background. Dropping it kills the child and its children.
#[derive(Debug)]
pub struct Background(Child);

impl Background {
    /// Starts it.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        start(command, Group::Own).map(Self)
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        Group::Own.kill(Pid::from_child(&self.0));
        // It was killed, so this does not take long.
        let _ = self.0.wait();
    }
}

/// For how long a guest's plugin may take to say what the guest was doing.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// Asks a guest's plugin to say what the guest is doing, and to end it.
pub(crate) fn ask_for_the_end(report: &Path) -> io::Result<()> {
    let file = File::options().write(true).open(report)?;
    file.write_all_at(&[1], overtake_report::ROOM as u64 - 1)
}

/// Whether a child has ended. Its status can still be asked for.
fn has_ended(child: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    // An error: there is nothing to wait for.
    !matches!(waitid(WaitId::Pid(child), options), Ok(None))
}

/// Kills a grandchild process.
pub fn kill(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        // This fails if the process has already ended.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// The process group of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    /// `overtake`'s.
    Shared,
    /// Its own, with its children.
    Own,
}

impl Group {
    /// Passes a signal on that was sent to `overtake`.
    fn forward(self, child: Pid, signal: i32) {
        // The terminal has already sent these to the whole group.
        if self == Group::Shared && [SIGINT, SIGQUIT].contains(&signal) {
            return;
        }
        if let Some(signal) = Signal::from_named_raw(signal) {
            self.send(child, signal);
        }
    }

    fn kill(self, child: Pid) {
        self.send(child, Signal::KILL);
    }

    /// Sends a signal to the child, and to its children if it has its own group.
    fn send(self, child: Pid, signal: Signal) {
        // This fails if the child has already ended; then there is nothing to do.
        let _ = match self {
            Group::Shared => kill_process(child, signal),
            Group::Own => kill_process_group(child, signal),
        };
    }
}

fn start(command: &mut Command, group: Group) -> io::Result<Child> {
    if group == Group::Own {
        command.process_group(0);
    }
    command.spawn()
}

/// Waits for the child, and handles signals and the time limit meanwhile.
///
/// Polls, less often the longer the child runs. It does not sleep on a `pidfd`, because that is missing when
/// `overtake` itself runs under QEMU.
fn wait<Watch: FnMut()>(
    child: &mut Child,
    group: Group,
    limit: Option<&Limit>,
    watch: impl FnOnce(Pid) -> Watch,
) -> io::Result<Ended> {
    const SHORTEST: Duration = Duration::from_micros(300);
    const LONGEST: Duration = Duration::from_millis(10);

    let pid = Pid::from_child(child);
    let mut watch = watch(pid);
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::By(status));
        }
        if let Some(limit) = limit.filter(|limit| start.elapsed() >= limit.time) {
            if let Some(report) = &limit.report {
                // If it cannot be asked, it says nothing.
                let _ = ask_for_the_end(report);
                let asked = Instant::now();
                while !has_ended(pid) && asked.elapsed() < PATIENCE {
                    watch();
                    thread::sleep(LONGEST);
                }
            }
            group.kill(pid);
            child.wait()?;
            return Ok(Ended::TimedOut);
        }
        watch();
        // Proportional to the time so far, so that polling delays no run much.
        thread::sleep((start.elapsed() / 32).clamp(SHORTEST, LONGEST));
    }
}
