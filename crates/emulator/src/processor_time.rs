//! The processor time that a command has used, with that of its children.
//!
//! Unlike the time on the clock it does not depend on what else the machine does.

use std::time::{Duration, Instant};

use procfs::process::Process;
use procfs::{ProcResult, ticks_per_second};

/// How deep the tree of children is: QEMU, its copies, and their copies that look ahead.
const DEPTH: u32 = 3;

/// What this process, its children and their children have used so far; zero if `/proc` does not say. It is
/// exact to a few hundredths of a second.
pub fn spent() -> Duration {
    let ticks = Process::myself().and_then(|it| of(&it, DEPTH));
    let (ticks, each) = (ticks.unwrap_or(0), ticks_per_second().max(1));
    Duration::from_millis(ticks.saturating_mul(1000) / each)
}

/// Adds up the time on the clock in which nothing ran: guests whose threads all sleep use no processor time, and may
/// do so for ever.
#[derive(Debug)]
pub struct Idle {
    /// When the window began, and what was spent by then.
    window: (Instant, Duration),
    total: Duration,
}

impl Idle {
    /// The least time that is looked at.
    const WINDOW: Duration = Duration::from_secs(5);

    /// Below this part of one processor nothing runs, whatever else the machine does: 2 % is what it takes to look
    /// for the end of a guest.
    const PART: u32 = 50;

    /// Nothing was idle yet.
    pub fn new(spent: Duration) -> Self {
        Self {
            window: (Instant::now(), spent),
            total: Duration::ZERO,
        }
    }

    /// The idle time so far, if so much processor time is spent by now.
    pub fn until_now(&mut self, spent: Duration) -> Duration {
        let elapsed = self.window.0.elapsed();
        if elapsed >= Self::WINDOW {
            let ran = spent.saturating_sub(self.window.1);
            if ran * Self::PART < elapsed {
                self.total += elapsed;
            }
            self.window = (Instant::now(), spent);
        }
        self.total
    }
}

/// The clock ticks of a process: its own, those of children that have ended, and those of children that run.
fn of(process: &Process, depth: u32) -> ProcResult<u64> {
    let stat = process.stat()?;
    let mut ticks = stat.utime + stat.stime;
    // Negative only if the kernel is wrong.
    ticks += u64::try_from(stat.cutime + stat.cstime).unwrap_or(0);
    if depth == 0 {
        return Ok(ticks);
    }
    for task in process.tasks()?.flatten() {
        for child in task.children().unwrap_or_default() {
            // It may have ended in the meantime.
            let child = i32::try_from(child).ok().map(Process::new);
            let child = child.and_then(Result::ok).map(|it| of(&it, depth - 1));
            ticks += child.and_then(Result::ok).unwrap_or(0);
        }
    }
    Ok(ticks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_child_counts_while_it_runs_and_after_it() {
        let before = spent();
        let mut child = Command::new("sh")
            .args(["-c", "while :; do :; done"])
            .spawn()
            .unwrap();
        let start = Instant::now();
        while spent() < before + Duration::from_millis(100) {
            assert!(start.elapsed() < Duration::from_secs(60), "it never counts");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(spent() >= before + Duration::from_millis(90));
    }
}
