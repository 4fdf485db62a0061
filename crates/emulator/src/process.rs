//! A child process with a time limit and forwarded signals.

use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::consts::{SIGINT, SIGQUIT};

use crate::interrupts::Interrupts;

/// How a child ended.
#[derive(Debug, Clone, Copy)]
pub enum Ended {
    /// By itself, or by a signal.
    By(ExitStatus),
    /// It was killed, since its time was up.
    TimedOut,
}

/// Starts a guest that shares `overtake`'s terminal, and waits for it.
///
/// On a terminal the guest stays in `overtake`'s process group: it can read from the terminal,
/// and Ctrl-C reaches it as it reaches any program. Otherwise it gets a group of its own, so that
/// its children can be ended with it.
pub fn run_in_foreground(
    command: &mut Command,
    limit: Option<Duration>,
    interrupts: &Interrupts,
) -> io::Result<Ended> {
    let group = if io::stdin().is_terminal() {
        Group::Shared
    } else {
        Group::Own
    };
    wait(&mut start(command, group)?, group, limit, |child| {
        let mut forwarded = 0;
        move || {
            let (count, signal) = interrupts.seen();
            if count != forwarded {
                forwarded = count;
                group.forward(child, signal);
            }
        }
    })
}

/// Starts a guest that has no terminal, and waits for it; when `overtake` is asked to end, it is
/// killed.
pub fn run_in_background(
    command: &mut Command,
    limit: Option<Duration>,
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

/// A child without a terminal that goes on in the background; it is killed, with its children,
/// when this is dropped.
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
        // It was killed, so that this does not take long.
        let _ = self.0.wait();
    }
}

/// Ends a process that is a child's child.
pub fn kill(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        // It fails when the process has ended by now.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Whose process group a child is in.
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
        // The terminal has sent these to the whole group already.
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

    /// Sends a signal to the child, and to its children if they can be told from ours.
    fn send(self, child: Pid, signal: Signal) {
        // It fails when the child has ended by now: then there is nothing left to do.
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

/// Waits for the child, looking after signals and the clock in between.
///
/// It looks again and again, the longer it takes the less often, rather than sleeping on a
/// `pidfd`, which is not there when `overtake` itself runs under QEMU.
fn wait<Watch: FnMut()>(
    child: &mut Child,
    group: Group,
    limit: Option<Duration>,
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
        if limit.is_some_and(|limit| start.elapsed() >= limit) {
            group.kill(pid);
            child.wait()?;
            return Ok(Ended::TimedOut);
        }
        watch();
        // So that no run takes much longer by this.
        thread::sleep((start.elapsed() / 32).clamp(SHORTEST, LONGEST));
    }
}
