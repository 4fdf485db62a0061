//! `cargo install --path crates/overtake`: outside of the workspace, the installed command finds its plugin or says
//! how to build it.
//!
//! Cargo uses a separate target folder here, so it does not wait for the build that runs the tests, and does not
//! replace the command that they run.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::support::{check, folder, home};

/// The installed command, in an empty folder, for a user with an empty home.
fn installed(root: &Path) -> assert_cmd::Command {
    let empty = root.join("empty");
    fs::create_dir_all(&empty).expect("writable");
    let mut command = assert_cmd::Command::new(root.join("bin/overtake"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("OVERTAKE_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(&empty)
        .env_remove("XDG_DATA_HOME")
        .env("HOME", &empty)
        .timeout(std::time::Duration::from_secs(300));
    command
}

/// Expects that the ring shows its race, which plain QEMU never does.
#[track_caller]
fn runs(command: &mut assert_cmd::Command) {
    let output = command
        .args(["run", "--variant", "relaxed-tail", "--events", "200"])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("overtake: tested "), "{said}");
}

fn finds_its_plugin_or_says_how_to_build_it() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("install");
    // What `cargo xtask build` would put into this target folder.
    let built = target.join("overtake");
    let hide = || match fs::remove_file(&built) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{error}"),
        _ => {}
    };
    let show = || symlink(home(), &built).expect("writable");
    fs::create_dir_all(&target).expect("writable");
    hide();
    let root = folder();
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["install", "--debug", "--offline", "--locked", "--no-track"])
        .args(["--path", env!("CARGO_MANIFEST_DIR"), "--root"])
        .arg(root.path())
        .env("CARGO_TARGET_DIR", &target)
        // Nobody debugs it: it is built sooner.
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let folders = [
        (target.as_path(), "[TARGET]"),
        (root.path(), "[ROOT]"),
        (workspace.expect("a workspace"), "[WORKSPACE]"),
    ];
    let guest = home().join("guests/aarch64/dekker");
    // Nowhere. (In a container whose target folder is `/target` it is found from any folder.)
    let mut above = root.path().ancestors();
    if !above.any(|folder| folder.join("target/overtake").exists()) {
        let mut command = installed(root.path());
        command.args(["run", "--"]).arg(&guest);
        check("installed_alone", &mut command, &folders);
    }
    // Where it was built.
    show();
    runs(&mut installed(root.path()));
    hide();
    // In the user's data folder.
    let data = root.path().join("empty/.local/share");
    fs::create_dir_all(&data).expect("writable");
    symlink(home(), data.join("overtake")).expect("writable");
    runs(&mut installed(root.path()));
    runs(installed(root.path()).env("XDG_DATA_HOME", &data));
    // A folder that is named wins, though there is nothing in it.
    let mut command = installed(root.path());
    command.env("OVERTAKE_HOME", root.path());
    command.args(["run", "--"]).arg(&guest);
    check(
        "installed_with_a_home_that_is_empty",
        &mut command,
        &folders,
    );
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![test!(finds_its_plugin_or_says_how_to_build_it).needs(Need::Host)]
}
