//! A machine on which the scripts run.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The tools of every system that the scripts use; a test machine has them.
const TOOLS: [&str; 24] = [
    "awk",
    "bash",
    "cat",
    "cp",
    "cut",
    "dirname",
    "env",
    "grep",
    "mkdir",
    "mktemp",
    "nohup",
    "rm",
    "sed",
    "setsid",
    "sh",
    "sha256sum",
    "sleep",
    "sort",
    "tail",
    "tee",
    "timeout",
    "touch",
    "tr",
    "uname",
];

/// A machine with only the tools above, and the files that a test adds.
pub struct Machine {
    folder: TempDir,
}

/// How a script ended, and what it printed.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Machine {
    /// A machine with only the tools, for a user who is not root.
    pub fn new() -> Self {
        let machine = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(machine.path("bin")).unwrap();
        for tool in TOOLS {
            let places = ["/usr/bin", "/bin"].map(|place| Path::new(place).join(tool));
            let place = places.iter().find(|place| place.exists()).expect(tool);
            symlink(place, machine.path("bin").join(tool)).unwrap();
        }
        machine.user(1000)
    }

    /// A path in the machine's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a shell script on PATH. It may use `$calls`, a file, and `$here`, a folder.
    pub fn with(self, name: &str, script: &str) -> Self {
        let file = self.path("bin").join(name);
        let here = self.folder.path().display();
        fs::write(
            &file,
            format!("#!/bin/sh\nhere={here}\ncalls=$here/calls\n{script}\n"),
        )
        .unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Sets the user who runs the scripts.
    pub fn user(self, id: u32) -> Self {
        self.with(
            "id",
            &format!("[ \"$1\" = -u ] && echo {id} || echo somebody"),
        )
    }

    /// Adds a `docker` that logs its arguments and then runs `script`.
    pub fn docker(self, script: &str) -> Self {
        self.with("docker", &format!("echo \"docker $*\" >>$calls\n{script}"))
    }

    /// The calls that `docker` and others logged.
    pub fn calls(&self) -> String {
        fs::read_to_string(self.path("calls")).unwrap_or_default()
    }

    /// Runs a script of `ci/`.
    pub fn run(&self, script: &str, arguments: &[&str]) -> Outcome {
        self.run_with(script, arguments, &[])
    }

    /// Runs a script of `ci/` with variables.
    pub fn run_with(
        &self,
        script: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Outcome {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let output = Command::new("/bin/bash")
            .arg(root.join("ci").join(script))
            .args(arguments)
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("TMPDIR", self.folder.path())
            .env("CARGO_TARGET_DIR", self.path("target"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Outcome {
    /// Asserts that the script exited with this code and printed each of these texts.
    #[track_caller]
    pub fn fails(&self, code: i32, said: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        for text in said {
            assert!(self.stderr.contains(text), "not printed: {text}: {self:?}");
        }
    }

    /// Asserts that the script succeeded.
    #[track_caller]
    pub fn succeeds(&self) {
        assert_eq!(self.code, Some(0), "{self:?}");
    }
}

/// A machine with a `cross` that runs `script`.
pub fn with_cross(script: &str) -> Machine {
    Machine::new()
        .docker("")
        .with("cargo", "echo \"cargo $*\" >>$calls")
        .with("rustc", "echo /")
        .with(
            "rustup",
            "case \"$*\" in
                'toolchain list') echo '1.95.0-x86_64-unknown-linux-gnu (active, default)' ;;
                'toolchain list --quiet') echo 1.95.0-x86_64-unknown-linux-gnu ;;
                *) echo \"rustup $*\" ;;
            esac",
        )
        .with("cross-util", "echo cross 0.2.5")
        .with("cross", script)
}
