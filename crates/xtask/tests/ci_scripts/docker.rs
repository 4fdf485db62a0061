//! The engine, the images, and the commands that run in them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::machine::Machine;

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
    // Every script that needs an engine prints the same.
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
fn a_docker_engine_that_the_user_may_not_use() {
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
    // Not even root replaces the engine that DOCKER_HOST names.
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
    // The second time there is nothing to do, so nothing is printed.
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
            "needs root on a Debian system",
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

/// A build without a network of its own is repeated with the host's network.
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

/// The context has a file for each target that a manifest names.
#[test]
fn cargo_accepts_the_context_of_the_image() {
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
