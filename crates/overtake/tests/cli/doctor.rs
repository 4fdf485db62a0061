//! `overtake doctor`.

use crate::support::test::Test;
use crate::test;
use std::fs;

use crate::support::{check, folder, hollow_home, overtake, overtake_at_home, script};
use arch::Arch;
use emulator::target::Target as _;
use overtake::exit_code::ExitCode;
use serde_json::Value;

fn nothing_is_missing() {
    let output = overtake_at_home()
        .args(["doctor", "--format", "json"])
        .output()
        .unwrap();
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("an array");
    assert_eq!(output.status.code(), Some(0), "{findings:#?}");
    for target in Arch::ALL {
        for what in ["qemu", "trial run", "guests", "assembler"] {
            let finding = findings
                .iter()
                .find(|one| one["target"] == target.name() && one["what"] == what)
                .expect("it is looked at");
            assert_eq!(finding["state"], "ok", "{finding}");
            assert_eq!(finding["remedy"], Value::Null);
        }
    }
}

fn everything_is_missing() {
    let folder = folder();
    check(
        "doctor_nothing_is_there",
        overtake()
            .env("PATH", folder.path())
            .args(["doctor", "--home"])
            .arg(folder.path()),
        &[(folder.path(), "[FOLDER]")],
    );
}

/// A home from before there were litmus tests.
fn the_guest_for_litmus_tests_is_missing() {
    let (folder, home) = (folder(), hollow_home());
    for target in Arch::ALL {
        let guests = home.path().join("guests").join(target.name());
        fs::create_dir_all(&guests).unwrap();
        fs::write(guests.join("aio-ring-race"), "").unwrap();
    }
    let output = overtake()
        .env("PATH", folder.path())
        .args(["doctor", "--format", "json", "--home"])
        .arg(home.path())
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(ExitCode::Unhealthy.code().into())
    );
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("an array");
    for target in Arch::ALL {
        let of = |what: &str| {
            let mut findings = findings.iter();
            let found = findings.find(|one| one["target"] == target.name() && one["what"] == what);
            found.expect("it is looked at")
        };
        assert_eq!(of("guests")["state"], "missing");
        let found = of("guests")["found"].as_str().unwrap();
        assert!(
            found.starts_with("cannot find the guest `litmus`"),
            "{found}"
        );
        // Litmus tests are a part of what there is.
        assert_eq!(of("assembler")["state"], "optional");
    }
}

fn qemu_is_unusable() {
    let folder = folder();
    for target in Arch::ALL {
        script(
            &folder.path().join(target.qemu()),
            "echo qemu version 11.0.0",
        );
    }
    script(
        &folder.path().join("rustup"),
        "echo x86_64-unknown-linux-gnu",
    );
    check(
        "doctor_qemu_is_of_no_use",
        overtake()
            .env("PATH", folder.path())
            .args(["doctor", "--home"])
            .arg(folder.path()),
        &[(folder.path(), "[FOLDER]")],
    );
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(nothing_is_missing),
        test!(everything_is_missing),
        test!(the_guest_for_litmus_tests_is_missing),
        test!(qemu_is_unusable),
    ]
}
