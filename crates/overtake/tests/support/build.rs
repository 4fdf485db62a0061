//! What the tests build before they run. Under emulation too it is the host's cargo that runs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// Builds the home.
pub fn home() {
    cargo(&["xtask", "build", "--without-command"]);
}

/// The command `overtake` for the host, which is built first.
pub fn host_command() -> &'static Path {
    static COMMAND: OnceLock<PathBuf> = OnceLock::new();
    COMMAND.get_or_init(|| {
        let json = cargo(&[
            "build",
            "--package=overtake",
            "--bin=overtake",
            "--message-format=json",
        ]);
        let executable = |line: &str| {
            let message: Value = serde_json::from_str(line).ok()?;
            let executable = message["executable"].as_str()?;
            (message["target"]["name"] == "overtake").then(|| PathBuf::from(executable))
        };
        json.lines()
            .find_map(executable)
            .expect("cargo names what it has built")
    })
}

/// Runs cargo, and returns its output. What it builds runs no guest itself, so it is not optimised.
fn cargo(args: &[&str]) -> String {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(args)
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "0")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .stdin(Stdio::null())
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "`cargo {}` failed: {}\n{}",
        args.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}
