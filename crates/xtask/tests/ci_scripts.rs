//! The scripts of `ci/` where something is missing or fails: each a clear message, or handled.
//!
//! The scripts are the real ones; `docker`, `cross`, `rustup` and the like are shell scripts in
//! their place, since the real ones are not to be broken for a test.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What the scripts use of every system, and are given.
const TOOLS: [&str; 23] = [
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
    "tail",
    "tee",
    "timeout",
    "touch",
    "tr",
    "uname",
];

/// A machine with nothing but the tools above, and what a test puts there.
struct Machine {
    folder: TempDir,
}

/// How a script ended, and what it said.
#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Machine {
    fn new() -> Self {
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

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a shell script on PATH. It may use `$calls`, a file, and `$here`, a folder.
    fn with(self, name: &str, script: &str) -> Self {
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

    /// Who runs the scripts.
    fn user(self, id: u32) -> Self {
        self.with(
            "id",
            &format!("[ \"$1\" = -u ] && echo {id} || echo somebody"),
        )
    }

    /// A docker that writes down how it is called, and then does as `script` says.
    fn docker(self, script: &str) -> Self {
        self.with("docker", &format!("echo \"docker $*\" >>$calls\n{script}"))
    }

    /// What `docker` and others wrote down.
    fn calls(&self) -> String {
        fs::read_to_string(self.path("calls")).unwrap_or_default()
    }

    fn run(&self, script: &str, arguments: &[&str]) -> Outcome {
        self.run_with(script, arguments, &[])
    }

    fn run_with(&self, script: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
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
    /// The script gave up with this code, and said each of these.
    #[track_caller]
    fn fails(&self, code: i32, said: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        for text in said {
            assert!(self.stderr.contains(text), "not said: {text}: {self:?}");
        }
    }

    #[track_caller]
    fn succeeds(&self) {
        assert_eq!(self.code, Some(0), "{self:?}");
    }
}

#[test]
fn no_docker() {
    let machine = Machine::new();
    machine.run("engine", &[]).fails(
        69,
        &[
            "ci/engine: no `docker` on PATH",
            "apt-get install docker.io",
        ],
    );
    // Whoever needs one says the same.
    for (script, argument) in [
        ("base-image", None),
        ("image", Some("targets")),
        ("docker", Some("repro")),
    ] {
        machine
            .run(script, argument.as_slice())
            .fails(69, &["no `docker` on PATH"]);
    }
}

#[test]
fn a_docker_that_this_user_may_not_use() {
    let machine = Machine::new().docker(
        "echo 'permission denied while trying to connect to /var/run/docker.sock' >&2; exit 1",
    );
    machine
        .run("engine", &[])
        .fails(69, &["usermod --append --groups docker somebody"]);
}

#[test]
fn no_engine() {
    let machine = Machine::new().docker("echo 'Cannot connect to the Docker daemon' >&2; exit 1");
    machine.run("engine", &[]).fails(
        69,
        &["no docker engine answers", "sudo systemctl start docker"],
    );
    // An engine that was named is not replaced by another, not even by root.
    machine
        .user(0)
        .run_with("engine", &[], &[("DOCKER_HOST", "tcp://nowhere:1")])
        .fails(69, &["DOCKER_HOST=tcp://nowhere:1: Cannot connect"]);
}

#[test]
fn root_starts_an_engine() {
    let up = "touch $here/up";
    let machine = Machine::new()
        .user(0)
        .docker("[ -e $here/up ]")
        .with("dockerd", up)
        .with("systemctl", up);
    let outcome = machine.run("engine", &[]);
    outcome.succeeds();
    assert!(
        outcome.stderr.contains("no docker engine answers"),
        "{outcome:?}"
    );
    // The second time there is nothing to do, and nothing to say.
    let outcome = machine.run("engine", &[]);
    outcome.succeeds();
    assert_eq!(outcome.stderr, "");
}

#[test]
fn no_registry() {
    let machine = Machine::new().docker("case $1 in image|pull) exit 1 ;; esac");
    machine.run("base-image", &[]).fails(
        69,
        &[
            "debian:bookworm-slim cannot be pulled",
            "takes root on a Debian system",
        ],
    );
}

#[test]
fn a_full_disk() {
    let machine = Machine::new().docker(
        "case \"$1 $2\" in
            'image inspect') [ $3 = debian:bookworm-slim ] ;;
            'build '*) echo 'write /usr/bin/x: no space left on device'; exit 1 ;;
        esac",
    );
    machine.run("image", &["targets"]).fails(
        69,
        &[
            "no space left on device",
            "the disk is full",
            "docker system prune",
        ],
    );
    // Another network would not help.
    assert_eq!(machine.calls().matches("docker build").count(), 1);
}

/// Where a build has no network but the host's, it is given that.
#[test]
fn a_build_without_a_network() {
    let machine = Machine::new().docker(
        "case \"$1 $3\" in
            'image overtake'*) exit 1 ;;
            'build default') echo 'Temporary failure resolving deb.debian.org'; exit 100 ;;
        esac",
    );
    let outcome = machine.run("image", &["targets"]);
    outcome.succeeds();
    assert!(outcome.stderr.contains("cannot be reached"), "{outcome:?}");
    assert!(
        machine
            .calls()
            .contains("docker build --network host --label overtake.network=host")
    );
}

#[test]
fn images_are_used_again_and_older_ones_removed() {
    let machine = Machine::new().docker(
        "case \"$1 $2\" in
            'image inspect') [ $3 = debian:bookworm-slim ] || [ -e $here/built ] ;;
            'image ls') echo overtake-targets:older ;;
            'build '*) touch $here/built ;;
        esac",
    );
    let first = machine.run("image", &["targets"]);
    first.succeeds();
    assert!(first.stdout.starts_with("overtake-targets:"), "{first:?}");
    assert!(
        machine
            .calls()
            .contains("docker image rm overtake-targets:older\n")
    );
    let second = machine.run("image", &["targets"]);
    second.succeeds();
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(machine.calls().matches("docker build").count(), 1);
}

/// Each target that a manifest names has a file there.
#[test]
fn cargo_understands_what_the_image_is_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let made = Command::new(root.join("ci/image"))
        .arg("context")
        .arg(folder.path())
        .status();
    assert!(made.unwrap().success());
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let understood = Command::new(cargo)
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&understood.stderr);
    assert!(understood.status.success(), "{errors}");
}

#[test]
fn a_folder_that_cannot_be_written() {
    let machine = Machine::new().with("cargo", "").with("rustup", "");
    fs::write(machine.path("file"), "").unwrap();
    let target = machine.path("file/target");
    let variables = [("CARGO_TARGET_DIR", target.to_str().unwrap())];
    for (script, argument) in [("docker", "repro"), ("cross", "test")] {
        machine.run_with(script, &[argument], &variables).fails(
            73,
            &["cannot write to", "read-only", "Set CARGO_TARGET_DIR"],
        );
    }
}

#[test]
fn cross_without_rustup() {
    Machine::new()
        .with("cargo", "")
        .run("cross", &["test"])
        .fails(69, &["no `rustup` on PATH", "ci/docker"]);
}

#[test]
fn usage() {
    let machine = Machine::new().docker("");
    machine
        .run("docker", &[])
        .fails(64, &["usage: ci/docker repro"]);
    machine.run("docker", &["run"]).fails(64, &["usage"]);
    machine
        .run("image", &["all"])
        .fails(64, &["usage: ci/image"]);
}

/// A machine on which `cross` is there and does as `script` says.
fn with_cross(script: &str) -> Machine {
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

/// cross 0.2.5 would take `NAME (active, default)` for the toolchain's name.
#[test]
fn a_rustup_that_cross_misreads() {
    let machine = with_cross("rustup toolchain list; rustup target list; echo $CARGO_TARGET_DIR");
    let outcome = machine.run("cross", &["test"]);
    outcome.succeeds();
    let folder = machine.path("target/cross");
    let expected = format!(
        "1.95.0-x86_64-unknown-linux-gnu\nrustup target list\n{}\n",
        folder.display()
    );
    assert_eq!(outcome.stdout, expected);
    assert!(!machine.calls().contains("cargo install"));
}

#[test]
fn another_version_of_cross() {
    let machine = with_cross("").with("cross-util", "echo cross 0.1.16");
    machine.run("cross", &["test"]).succeeds();
    let calls = machine.calls();
    assert!(
        calls.contains("cargo install cross --version 0.2.5 --locked"),
        "{calls}"
    );
}

#[test]
fn tests_under_cross_are_counted() {
    let line = "test result: ok. 8 passed; 0 failed; 1 ignored; 0 measured";
    let machine = with_cross(&format!("echo '{line}'; echo '{line}'"));
    let outcome = machine.run("cross-test", &[]);
    outcome.succeeds();
    for said in [
        "riscv64gc-unknown-linux-gnu: 16 passed, 0 failed, 2 ignored, ",
        "4 targets: 64 passed, 0 failed\n",
    ] {
        assert!(outcome.stderr.contains(said), "{outcome:?}");
    }
}

#[test]
fn a_target_that_fails_or_tests_nothing_fails_all() {
    let line = "test result: FAILED. 7 passed; 1 failed; 0 ignored";
    let machine = with_cross(&format!(
        "case $* in *riscv*) echo '{line}'; exit 101 ;; esac"
    ));
    let triples = ["riscv64gc-unknown-linux-gnu", "x86_64-unknown-linux-gnu"];
    machine.run("cross-test", &triples).fails(
        1,
        &[
            "2 targets: 7 passed, 1 failed",
            "not well: riscv64gc-unknown-linux-gnu x86_64-unknown-linux-gnu",
        ],
    );
}
