//! `std::process::Command`: fork and exec.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::thread;

use overtake_guests::check::equal;

use crate::live::Live;

/// Starts programs from `main`, while there is no other thread.
pub fn fork_exec() -> Result<String, String> {
    start_all("main")?;
    Ok("three programs".into())
}

/// Starts programs from two threads at once, while other threads live.
pub fn fork_live() -> Result<String, String> {
    let live = Live::start();
    let results = thread::scope(|scope| {
        let threads = ["one", "two"].map(|name| scope.spawn(move || start_all(name)));
        threads.map(|thread| thread.join().unwrap())
    });
    live.stop();
    for result in results {
        result?;
    }
    Ok("six programs".into())
}

fn start_all(name: &str) -> Result<(), String> {
    // `Command` uses `posix_spawn`, that is `vfork` and `exec`.
    echo(Command::new("/bin/echo"), name)?;

    // `Command` uses `fork` and `exec`, because `pre_exec` must run in between.
    let mut command = Command::new("/bin/echo");
    // SAFETY: the closure does nothing, which is allowed after a `fork`.
    unsafe { command.pre_exec(|| Ok(())) };
    echo(command, name)?;

    let status = Command::new("/bin/sh")
        .args(["-c", "exit 5"])
        .status()
        .map_err(|error| format!("/bin/sh: {error}"))?;
    equal("status", status.code(), Some(5))
}

fn echo(mut command: Command, name: &str) -> Result<(), String> {
    let output = command
        .args(["hello", "from", name])
        .output()
        .map_err(|error| format!("/bin/echo: {error}"))?;
    equal("status", output.status.code(), Some(0))?;
    equal(
        "output",
        output.stdout,
        format!("hello from {name}\n").into_bytes(),
    )?;
    equal("errors", output.stderr, Vec::new())
}
