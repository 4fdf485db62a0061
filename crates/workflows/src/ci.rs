//! The workflow for every push: the checks, and the tests on every supported setup.

use xtask::packages::TARGETS;

use crate::model::{Dispatch, Empty, Job, On, Push, Strategy, Workflow};
use crate::steps::{
    DEBIAN_12, UBUNTU, UBUNTU_ARM64, cache, checkout, download, map, nextest, pack, run, unpack,
    upload,
};
use crate::workflow::MINUTES;

/// Returns `ci.yml`.
#[must_use]
pub fn workflow() -> Workflow {
    let on = On {
        push: Some(Push {
            branches: vec!["main".to_owned()],
        }),
        pull_request: Some(Empty {}),
        workflow_dispatch: Some(Dispatch::default()),
        ..On::default()
    };
    let jobs = vec![
        ("checks", checks()),
        ("guests", guests()),
        ("models", models()),
        ("native", native()),
        ("cross", cross()),
        ("other-host", other_host()),
    ];
    crate::workflow::workflow("CI", on, jobs)
}

fn checks() -> Job {
    Job {
        name: "checks".to_owned(),
        runs_on: UBUNTU.to_owned(),
        timeout_minutes: MINUTES,
        steps: vec![checkout(), cache("checks"), run("cargo xtask check")],
        ..Job::default()
    }
}

/// Builds the guests once. A run depends on the guest's machine code as well as on the seed, so all
/// jobs use the same guests.
fn guests() -> Job {
    Job {
        name: "guests".to_owned(),
        runs_on: UBUNTU.to_owned(),
        container: Some(DEBIAN_12.to_owned()),
        timeout_minutes: MINUTES,
        steps: vec![
            checkout(),
            cache("guests"),
            run("cargo xtask setup"),
            run("cargo xtask build"),
            pack("overtake/guests", "guests.tar.gz"),
            upload("guests", "guests.tar.gz"),
        ],
        ..Job::default()
    }
}

/// Runs the tests that do not depend on a target.
fn models() -> Job {
    Job {
        name: "models".to_owned(),
        steps: tests("ci/test --given-guests --without-checks -E 'not package(overtake)'"),
        ..on_debian()
    }
}

/// Runs the tests of each target with Debian 12's QEMU.
fn native() -> Job {
    Job {
        name: "native ${{ matrix.target }}".to_owned(),
        strategy: Strategy::over("target", TARGETS.map(|target| target.name)),
        env: map([("OVERTAKE_TEST_TARGETS", "${{ matrix.target }}")]),
        steps: tests("ci/test --given-guests --without-checks -E 'package(overtake)'"),
        ..on_debian()
    }
}

fn on_debian() -> Job {
    Job {
        needs: vec!["guests".to_owned()],
        runs_on: UBUNTU.to_owned(),
        container: Some(DEBIAN_12.to_owned()),
        timeout_minutes: MINUTES,
        ..Job::default()
    }
}

fn tests(command: &str) -> Vec<crate::model::Step> {
    vec![
        checkout(),
        cache("tests"),
        nextest(),
        download("guests", "."),
        unpack("guests.tar.gz"),
        run(command),
    ]
}

/// Runs the tests of each target with `cross`, which has its own image and builds its own guests.
fn cross() -> Job {
    Job {
        name: "cross ${{ matrix.triple }}".to_owned(),
        runs_on: UBUNTU.to_owned(),
        timeout_minutes: 60,
        strategy: Strategy::over("triple", TARGETS.map(|target| target.triple)),
        // The image is not cached: a download from a cache takes as long as the build.
        steps: vec![
            checkout(),
            cache("cross"),
            run("ci/cross-test --all ${{ matrix.triple }}"),
        ],
        ..Job::default()
    }
}

/// Runs the same guests and seeds on other systems and processors: with Ubuntu's QEMU, and on
/// arm64.
fn other_host() -> Job {
    Job {
        name: "other host ${{ matrix.host }}".to_owned(),
        needs: vec!["guests".to_owned()],
        runs_on: "${{ matrix.host }}".to_owned(),
        timeout_minutes: MINUTES,
        strategy: Strategy::over("host", [UBUNTU, UBUNTU_ARM64]),
        steps: vec![
            checkout(),
            cache("other-host"),
            download("guests", "."),
            unpack("guests.tar.gz"),
            run("ci/other-host"),
        ],
        ..Job::default()
    }
}
