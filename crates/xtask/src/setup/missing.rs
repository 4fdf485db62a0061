//! The programs that a machine lacks, and how to get them.

use std::env;
use std::path::Path;
use std::process::Command;

use super::purpose::Purpose;
use crate::command;
use crate::packages::{COMPONENTS, QEMU_PACKAGE, TARGETS, Target};

/// The command for a machine that has only docker.
pub(super) const DOCKER: &str = "ci/docker repro";

/// The programs that this machine lacks.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    /// The Debian packages, sorted.
    pub(super) packages: Vec<&'static str>,
    /// The target triples without a Rust standard library.
    pub(super) targets: Vec<&'static str>,
    /// The components of the Rust toolchain.
    pub(super) components: Vec<&'static str>,
    /// The emulators that exist but do not support `-plugin`.
    pub(super) without_plugins: Vec<String>,
}

impl Missing {
    /// Finds everything that is missing for the purpose.
    pub(super) fn find(purpose: Purpose) -> Self {
        let mut missing = Self::default();
        if purpose != Purpose::Checks {
            missing.look_for_qemu();
        }
        if purpose == Purpose::Everything {
            missing.look_for_compilers();
        }
        if purpose != Purpose::GivenGuests {
            missing.look_for_components();
        }
        missing.packages.sort_unstable();
        missing.packages.dedup();
        missing
    }

    fn look_for_qemu(&mut self) {
        for target in TARGETS {
            let emulator = format!("qemu-{}", target.name);
            match supports_plugins(&emulator) {
                None => self.packages.push(QEMU_PACKAGE),
                Some(false) => self.without_plugins.push(emulator),
                Some(true) => {}
            }
        }
    }

    /// Finds missing tools for building the guests.
    fn look_for_compilers(&mut self) {
        for target in TARGETS {
            if command::on_path(target.linker).is_none() {
                self.packages.push(target.linker_package);
            }
            if !has_static_libc(target) {
                self.packages.push(target.libc_package);
            }
            if !has_rust_library(target) {
                self.targets.push(target.triple);
            }
        }
    }

    fn look_for_components(&mut self) {
        for (component, subcommand) in COMPONENTS {
            let mut version = command::cargo(Path::new("."));
            if command::probe(version.args([subcommand, "--version"])).is_none() {
                self.components.push(component);
            }
        }
    }

    /// Whether nothing is missing that could be installed.
    pub(super) fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.targets.is_empty() && self.components.is_empty()
    }

    /// Returns the `rustup` commands that install the missing parts of Rust.
    pub(super) fn rustup(&self) -> Vec<Vec<&'static str>> {
        let command = |start: [&'static str; 2], names: &[&'static str]| {
            (!names.is_empty()).then(|| [&start, names].concat())
        };
        let commands = [
            command(["target", "add"], &self.targets),
            command(["component", "add"], &self.components),
        ];
        commands.into_iter().flatten().collect()
    }

    /// Explains why the machine cannot be set up, what is missing, and how to get it.
    pub(super) fn explain(&self, reason: &str) -> String {
        use std::fmt::Write;
        let mut text = format!("this machine cannot be set up by `cargo xtask setup`: {reason}\n");
        if !self.is_empty() {
            text += "What is missing, and how to get it:\n";
        }
        if !self.packages.is_empty() {
            let packages = self.packages.join(" ");
            let _ = writeln!(text, "  on Debian 12: apt-get install {packages}");
            text += "  elsewhere: QEMU's user-mode emulators with plugins, and C compilers with a \
                     static C library, under Debian's names, on PATH\n";
        }
        for arguments in self.rustup() {
            let _ = writeln!(text, "  rustup {}", arguments.join(" "));
        }
        if !self.without_plugins.is_empty() {
            let emulators = self.without_plugins.join(", ");
            let _ = writeln!(
                text,
                "{emulators}: built without plugin support (no `-plugin` in `--help`), as in \
                 Debian 13 and later.\n  Build QEMU with `--enable-plugins` and put it first on \
                 PATH, or use a Debian 12 system."
            );
        }
        let _ = write!(text, "Or with nothing but docker:\n  {DOCKER}");
        text
    }
}

/// Whether the emulator supports `-plugin`; `None` if there is no such program.
fn supports_plugins(emulator: &str) -> Option<bool> {
    let output = Command::new(command::on_path(emulator)?)
        .arg("--help")
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).contains("-plugin"))
}

/// Whether the C compiler finds `libc.a`. If it does not, it prints the bare name.
fn has_static_libc(target: Target) -> bool {
    let mut linker = Command::new(target.linker);
    command::probe(linker.arg("-print-file-name=libc.a"))
        .is_some_and(|file| Path::new(file.trim_end()).is_absolute())
}

/// Whether the toolchain has the standard library for the target.
fn has_rust_library(target: Target) -> bool {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command::probe(rustc.args(["--print", "target-libdir", "--target", target.triple]))
        .is_some_and(|folder| Path::new(folder.trim_end()).is_dir())
}
