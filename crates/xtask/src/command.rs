//! Runs commands: shows them as typed, and names them when they fail.
//!
//! Why not `xshell`: it cannot pass on a command's lines while it reads them, as [`tee`] does. Why
//! not `duct`: a failure here keeps the command's exit code, each command is shown as typed, and
//! cargo's variables are removed. With `duct` this code would remain; it would replace only the few
//! lines of [`run`] and [`stdout`]. Why not `which`: [`on_path`] is seven lines, and xtask is the
//! first thing that a bare machine compiles.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::error::Error;

/// Creates a command that runs in `dir` without the variables that `cargo run` set for xtask.
///
/// With these variables, a build that xtask starts would differ from the user's own build, and each
/// would invalidate the other.
#[must_use]
pub fn command(program: impl AsRef<OsStr>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name == "CARGO_BIN_NAME"
            || name == "CARGO_CRATE_NAME"
        {
            command.env_remove(&*name);
        }
    }
    command
}

/// Returns a command for the cargo that runs xtask.
#[must_use]
pub fn cargo(dir: &Path) -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), dir)
}

/// Returns the command as one would type it, without its environment variables.
#[must_use]
pub fn show(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words
        .map(|word| {
            let word = word.to_string_lossy();
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
            if !word.is_empty() && word.chars().all(plain) {
                word.into_owned()
            } else {
                format!("'{}'", word.replace('\'', r"'\''"))
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs the command with xtask's own input and output.
pub fn status(command: &mut Command) -> Result<ExitStatus, Error> {
    command.status().map_err(|source| Error::Spawn {
        command: show(command),
        source,
    })
}

/// Runs the command like [`status`]; an exit status other than 0 is an error.
pub fn run(command: &mut Command) -> Result<(), Error> {
    let status = status(command)?;
    check(command, status)
}

/// Runs the command and returns its stdout; its stderr goes to xtask's own.
pub fn stdout(command: &mut Command) -> Result<String, Error> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Spawn {
            command: show(command),
            source,
        })?;
    check(command, output.status)?;
    String::from_utf8(output.stdout).map_err(|_| Error::Output {
        command: show(command),
        expected: "UTF-8",
    })
}

/// Returns the stdout of a probe, or `None` if it cannot be started or fails.
#[must_use]
pub fn probe(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}

/// The output of a command that [`tee`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Runs the command, passes on one of its outputs as it comes, and passes each line to `each_line`.
pub fn tee(
    command: &mut Command,
    stream: Stream,
    mut each_line: impl FnMut(&str),
) -> Result<(), Error> {
    match stream {
        Stream::Stdout => command.stdout(Stdio::piped()),
        Stream::Stderr => command.stderr(Stdio::piped()),
    };
    let shown = show(command);
    let spawn_error = |source| Error::Spawn {
        command: shown.clone(),
        source,
    };
    let mut child = command.spawn().map_err(spawn_error)?;
    let pipe: Box<dyn io::Read> = match stream {
        Stream::Stdout => Box::new(child.stdout.take().expect("stdout is piped")),
        Stream::Stderr => Box::new(child.stderr.take().expect("stderr is piped")),
    };
    for line in BufReader::new(pipe).split(b'\n') {
        let line = line.map_err(spawn_error)?;
        let line = String::from_utf8_lossy(&line);
        each_line(&line);
        // If the reader of the output is gone, the tests continue.
        let _ = match stream {
            Stream::Stdout => writeln!(io::stdout(), "{line}"),
            Stream::Stderr => writeln!(io::stderr(), "{line}"),
        };
    }
    let status = child.wait().map_err(spawn_error)?;
    check(command, status)
}

fn check(command: &Command, status: ExitStatus) -> Result<(), Error> {
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        command: show(command),
        status,
    })
}

/// Finds the executable file `name` on PATH.
#[must_use]
pub fn on_path(name: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(name))
        .find(|file| {
            file.metadata()
                .is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_command_as_typed() {
        let mut command = Command::new("/some/where/cargo");
        command.args(["build", "--target-dir", "a b", "it's", ""]);
        assert_eq!(
            show(&command),
            r"cargo build --target-dir 'a b' 'it'\''s' ''"
        );
    }

    #[test]
    fn a_failure_carries_the_exit_code() {
        let error = run(Command::new("sh").args(["-c", "exit 7"])).unwrap_err();
        assert_eq!(error.exit_code(), 7);
        assert_eq!(error.to_string(), "`sh -c 'exit 7'` failed: exit status: 7");
        let error = run(Command::new("sh").args(["-c", "kill -9 $$"])).unwrap_err();
        assert_eq!(error.exit_code(), 137);
    }

    #[test]
    fn tee_shows_every_line() {
        let mut lines = Vec::new();
        let mut sh = Command::new("sh");
        sh.args(["-c", "echo one; printf two"]);
        tee(&mut sh, Stream::Stdout, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn finds_programs_on_path() {
        assert!(on_path("sh").is_some());
        assert!(on_path("no-such-program-anywhere").is_none());
    }
}
