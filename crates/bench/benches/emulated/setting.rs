//! Builds what is measured, and starts it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The emulated targets.
pub const TARGETS: [&str; 4] = ["aarch64", "ppc64le", "riscv64", "x86_64"];

/// A result whose error is a message.
pub type Result<T> = std::result::Result<T, String>;

/// The work tree, built.
#[derive(Debug)]
pub struct Setting {
    /// The work tree's root.
    pub root: PathBuf,
    target_dir: PathBuf,
    /// The targets to measure.
    pub targets: Vec<String>,
    /// Whether to run few rounds: to see that it works.
    pub quick: bool,
}

impl Setting {
    /// Builds overtake, the empty plugin and the guests.
    pub fn new(targets: Vec<String>, quick: bool) -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).unwrap_or(here).to_owned();
        let target_dir = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |named| root.join(named));
        let setting = Setting {
            root,
            target_dir,
            targets,
            quick,
        };
        let packages = ["-p", "overtake", "-p", "overtake-empty-plugin"];
        done(
            setting
                .cargo(&["build", "--quiet", "--release"])
                .args(packages),
        )?;
        done(&mut setting.cargo(&["xtask", "build"]))?;
        Ok(setting)
    }

    /// `cargo` in the work tree.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command.args(arguments).current_dir(&self.root);
        command
    }

    /// `many` rounds, or 2 with `--quick`.
    pub fn rounds(&self, many: usize) -> usize {
        if self.quick { 2 } else { many }
    }

    /// A guest of the home.
    pub fn guest(&self, target: &str, name: &str) -> PathBuf {
        let home = self.target_dir.join("overtake/guests");
        home.join(target).join(name)
    }

    /// `overtake SUBCOMMAND`, with the home that was built.
    pub fn overtake(&self, subcommand: &str) -> Command {
        let mut command = Command::new(self.target_dir.join("release/overtake"));
        let home = self.target_dir.join("overtake");
        command.args([subcommand, "--home"]).arg(home);
        command
    }

    /// QEMU alone, or with the plugin whose callbacks are empty.
    pub fn qemu(&self, target: &str, with_empty_plugin: bool) -> Command {
        let mut command = Command::new(format!("qemu-{target}"));
        if with_empty_plugin {
            let plugin = self.target_dir.join("release/libovertake_empty_plugin.so");
            command.arg("-plugin").arg(plugin);
        }
        command
    }
}

/// Runs a command to its end; its exit status must be 0.
pub fn done(command: &mut Command) -> Result<()> {
    run(command, &[0])
}

/// Runs a command to its end with its output captured; its exit status must be one of these.
pub fn run(command: &mut Command, expected: &[i32]) -> Result<()> {
    let name = format!("{command:?}");
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if output
        .status
        .code()
        .is_some_and(|code| expected.contains(&code))
    {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().last().unwrap_or_default();
    Err(format!("{name}: {}: {last}", output.status))
}
