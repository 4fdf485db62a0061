//! The processor time that a command has used, with that of its children.
//!
//! Unlike the time on the clock it does not depend on what else the machine does.

use std::time::Duration;

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
    use std::time::Instant;

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
