//! Children.

use std::process::Command;
use std::sync::mpsc;
use std::thread;

use overtake_guests::check::equal;

use crate::contention::{contend, fork, status_of};

/// Children of children, first while another thread lives, then with threads of their own.
///
/// Not both: plain QEMU 7.2 ends a child that makes a thread, if its parent had others when it forked.
pub fn fork_storm() -> Result<String, String> {
    let (stop, stopped) = mpsc::channel::<()>();
    let live = thread::spawn(move || stopped.recv().is_err());
    let mut sum = 0;
    for round in 0..6 {
        sum += generations(round, || ())?;
    }
    drop(stop);
    equal("the thread's wait ends", live.join().unwrap(), true)?;
    for round in 0..4 {
        sum += generations(round, contend)?;
    }
    Ok(format!("sum {sum}"))
}

/// A child and its child.
fn generations(number: i32, work: fn()) -> Result<i32, String> {
    let child = fork(|| {
        work();
        let grandchild = fork(|| {
            work();
            3
        });
        grandchild.and_then(status_of).unwrap_or(100) + number
    })?;
    status_of(child)
}

/// Programs (`posix_spawn`, that is `vfork` and `exec`), started by two threads.
pub fn spawn() -> Result<String, String> {
    let run = |name: &'static str| {
        move || {
            let output = Command::new("/bin/echo").arg(name).output();
            let output = output.map_err(|error| format!("/bin/echo: {error}"))?;
            equal("status", output.status.code(), Some(0))?;
            Ok::<_, String>(String::from_utf8_lossy(&output.stdout).into_owned())
        }
    };
    let threads = ["one", "two"].map(|name| thread::spawn(run(name)));
    let mut all = Vec::new();
    for thread in threads {
        all.push(thread.join().unwrap()?);
    }
    contend();
    Ok(format!("{all:?}"))
}
