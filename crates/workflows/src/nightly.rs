//! The nightly workflow: tests that take too long for every push.

use crate::model::{Cron, Dispatch, Job, On, Strategy, Workflow};
use crate::steps::{DEBIAN_12, UBUNTU, cache, checkout, download, pack, run, unpack, upload};
use crate::workflow::MINUTES;

/// Returns `nightly.yml`.
#[must_use]
pub fn workflow() -> Workflow {
    let on = On {
        schedule: vec![Cron {
            cron: "17 2 * * *".to_owned(),
        }],
        workflow_dispatch: Some(Dispatch::default()),
        ..On::default()
    };
    let jobs = vec![
        ("qemu", qemu()),
        ("newer-qemu", newer_qemu()),
        ("real-programs", real_programs()),
    ];
    crate::workflow::workflow("Nightly", on, jobs)
}

/// Builds a newer QEMU from source, in docker, so the job itself runs in no container.
fn qemu() -> Job {
    Job {
        name: "QEMU 10".to_owned(),
        runs_on: UBUNTU.to_owned(),
        timeout_minutes: MINUTES,
        steps: vec![
            checkout(),
            run("ci/qemu10 target/qemu10"),
            pack("qemu10", "qemu10.tar.gz"),
            upload("qemu10", "qemu10.tar.gz"),
        ],
        ..Job::default()
    }
}

/// Runs the test suite with the newer QEMU, otherwise on the README's system.
fn newer_qemu() -> Job {
    Job {
        name: "newer QEMU".to_owned(),
        needs: vec!["qemu".to_owned()],
        runs_on: UBUNTU.to_owned(),
        container: Some(DEBIAN_12.to_owned()),
        timeout_minutes: 90,
        steps: vec![
            checkout(),
            cache("newer-qemu"),
            download("qemu10", "."),
            unpack("qemu10.tar.gz"),
            run("ci/newer-qemu-test"),
        ],
        ..Job::default()
    }
}

/// Runs Debian's own programs for each target of which Debian has packages and that is weaker than
/// the host.
fn real_programs() -> Job {
    Job {
        name: "real programs ${{ matrix.target }}".to_owned(),
        runs_on: UBUNTU.to_owned(),
        container: Some(DEBIAN_12.to_owned()),
        timeout_minutes: 90,
        strategy: Strategy::over("target", ["aarch64", "ppc64le", "riscv64"]),
        steps: vec![
            checkout(),
            cache("real-programs"),
            run("cargo xtask setup"),
            run("ci/real-programs --target ${{ matrix.target }}"),
        ],
        ..Job::default()
    }
}
