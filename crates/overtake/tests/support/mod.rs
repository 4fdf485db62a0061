//! Shared code of the command-line tests. It is the only place that makes their output independent of the machine.
#![allow(
    dead_code,
    reason = "`sweep` is a program of its own, which uses a part of it"
)]

mod build;
pub mod need;
mod targets;
pub mod test;

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arch::Arch;
use assert_cmd::Command;
use emulator::home::Home;
use emulator::plugin_api::PluginApi;
use ring_race::scenario::GUEST;
use tempfile::TempDir;

pub use self::targets::targets;

/// The command `overtake`, with none of the variables that steer it.
pub fn overtake() -> Command {
    let mut command = command();
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("OVERTAKE_") {
            command.env_remove(name);
        }
    }
    for name in ["QEMU_LD_PREFIX", "NO_COLOR", "CLICOLOR_FORCE", "PWD"] {
        command.env_remove(name);
    }
    command.env("COLUMNS", "100");
    command
}

/// The command that cargo has built for the tests of its package. In the tests of another package, the host's.
///
/// Not the macro `cargo_bin!`, which ignores `CARGO_TARGET_<TRIPLE>_RUNNER`.
#[allow(deprecated, reason = "as above")]
fn command() -> Command {
    if option_env!("CARGO_BIN_EXE_overtake").is_none() {
        return Command::new(build::host_command());
    }
    Command::cargo_bin("overtake").expect("it is built with the tests")
}

/// `overtake` with the home that `cargo xtask build` makes.
pub fn overtake_at_home() -> Command {
    let mut command = overtake();
    command.env("OVERTAKE_HOME", home());
    command
}

/// The home, with everything in it. With `OVERTAKE_TEST_BUILD=1` it is built first, as `cross test`
/// has it done.
///
/// # Panics
///
/// Something is missing. The message says to run `cargo xtask build`.
pub fn home() -> PathBuf {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    HOME.get_or_init(find_home).clone()
}

fn find_home() -> PathBuf {
    if env::var_os("OVERTAKE_TEST_BUILD").is_some_and(|value| value == "1") {
        build::home();
    }
    let named = env::var_os("OVERTAKE_HOME").map(PathBuf::from);
    let home = Home::find(named.as_deref());
    let complete = PluginApi::ALL
        .into_iter()
        .try_for_each(|api| home.plugin(api).map(drop))
        .and_then(|()| {
            Arch::ALL
                .into_iter()
                .try_for_each(|target| home.guest(target, &GUEST).map(drop))
        });
    if let Err(error) = complete {
        panic!("these tests need what `cargo xtask build` builds: {error}");
    }
    std::path::absolute(home.path().expect("complete")).expect("it is there")
}

/// A folder that is gone after the test.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

/// A home whose plugins are empty files.
pub fn hollow_home() -> TempDir {
    let home = folder();
    hollow_plugins(home.path());
    home
}

/// Puts empty files for plugins into a home.
pub fn hollow_plugins(home: &Path) {
    for api in PluginApi::ALL {
        fs::write(home.join(api.file_name()), "").expect("writable");
    }
}

/// An executable shell script.
pub fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("writable");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("ours");
}

/// The smallest file that is taken for a program of `target`; it cannot be run.
pub fn header_only(target: Arch) -> Vec<u8> {
    let machine: u16 = match target {
        Arch::AArch64 => 183,
        Arch::Ppc64le => 21,
        Arch::Riscv64 => 243,
        Arch::X86_64 => 62,
    };
    let mut bytes = vec![0; 64];
    bytes[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1]);
    bytes[16] = 2;
    bytes[18..20].copy_from_slice(&machine.to_le_bytes());
    bytes
}

/// Compares how the command ended and what it said with the snapshot called `name`. Each of
/// `folders` is written by its name.
pub fn check(name: &str, command: &mut Command, folders: &[(&Path, &str)]) {
    let output = command.output().expect("it starts");
    let status = match output.status.code() {
        Some(code) => format!("exit code {code}"),
        None => output.status.to_string(),
    };
    let mut shown = status + "\n";
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            shown += &format!("--- {name}\n{}", String::from_utf8_lossy(bytes));
        }
    }
    check_text(name, &shown, folders);
}

/// Whether QEMU is of the version that counts in snapshots are of.
pub fn qemu_is_of_the_snapshots() -> bool {
    need::Need::Qemu7.missing().is_none()
}

/// As [`check`], for what counts events of a run: with another version of QEMU only the exit code is
/// compared.
pub fn check_counts(name: &str, command: &mut Command, folders: &[(&Path, &str)]) {
    if qemu_is_of_the_snapshots() {
        return check(name, command, folders);
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snapshots/{name}.snap"));
    let snapshot = fs::read_to_string(file).expect("it is there");
    let expected = snapshot.lines().find(|line| line.starts_with("exit code "));
    let status = command.output().expect("it starts").status;
    let found = format!("exit code {}", status.code().expect("it was not killed"));
    assert_eq!(Some(&*found), expected, "{name}");
}

/// Compares a text with the snapshot called `name`. Each of `folders` is written by its name.
pub fn check_text(name: &str, text: &str, folders: &[(&Path, &str)]) {
    normalised(folders).bind(|| insta::assert_snapshot!(name, text));
}

/// Settings under which snapshots are the same on every machine.
fn normalised(folders: &[(&Path, &str)]) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (path, name) in folders {
        settings.add_filter(&literally(&path.to_string_lossy()), *name);
    }
    settings.add_filter(r"/\S*/(qemu-\w+)", "[PATH]/$1");
    settings.add_filter(r"\S*/overtake (run|explain|replay|audit) ", "overtake $1 ");
    // Which of the plugins is loaded depends on QEMU.
    settings.add_filter(r"plugin_v\d\.so", "plugin_[API].so");
    settings.add_filter(r"version \d+\.\d+\.\d+", "version [VERSION]");
    // Names of temporary files.
    settings.add_filter(r"overtake-\w{6}\b", "overtake-[RANDOM]");
    // QEMU's report of a fatal signal differs by whether there may be a core dump.
    settings.add_filter(" - core dumped", "");
    settings
}

/// A regular expression for just this text.
fn literally(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}
