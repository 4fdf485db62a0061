//! `overtake doctor`.

mod support;

use overtake::target::Target;
use serde_json::Value;
use support::{check, folder, overtake, overtake_at_home, script};

#[test]
fn everything_is_there() {
    let output = overtake_at_home()
        .args(["doctor", "--format", "json"])
        .output()
        .unwrap();
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("an array");
    assert_eq!(output.status.code(), Some(0), "{findings:#?}");
    for target in Target::ALL {
        for what in ["qemu", "trial run", "guests"] {
            let finding = findings
                .iter()
                .find(|one| one["target"] == target.name() && one["what"] == what)
                .expect("it is looked at");
            assert_eq!(finding["state"], "ok", "{finding}");
            assert_eq!(finding["remedy"], Value::Null);
        }
    }
}

#[test]
fn nothing_is_there() {
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

#[test]
fn qemu_is_of_no_use() {
    let folder = folder();
    for target in Target::ALL {
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
