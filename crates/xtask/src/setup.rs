//! `cargo xtask setup`: finds what is missing and installs it by the system's own means.
//!
//! What is there is found by using it, not by asking the package manager, so that a machine that
//! got its tools in another way counts as set up. When nothing is missing, nothing is started but
//! these probes, and no network is needed.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::error::Error;
use crate::packages::{COMPONENTS, QEMU_PACKAGE, TARGETS, Target};

/// The way for a machine that has nothing but docker.
const DOCKER: &str = "ci/docker repro";

/// What a machine is set up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Everything.
    Everything,
    /// To run guests that were built elsewhere: on any processor for which there is a QEMU.
    GivenGuests,
    /// For the checks that run nothing.
    Checks,
}

/// Finds what is missing and installs it.
pub fn run(purpose: Purpose) -> Result<(), Error> {
    let missing = Missing::find(purpose);
    if missing.is_empty() && missing.without_plugins.is_empty() {
        return Ok(());
    }
    let machine = Machine::find();
    let plan = plan(&missing, &machine, purpose).map_err(Error::CannotSetUp)?;

    if !plan.apt.is_empty() {
        install_packages(&plan.apt, &machine)?;
    }
    for arguments in &plan.rustup {
        let mut rustup = Command::new("rustup");
        announced(rustup.args(arguments))?;
    }

    let missing = Missing::find(purpose);
    if missing.is_empty() && missing.without_plugins.is_empty() {
        eprintln!("setup: done");
        return Ok(());
    }
    let reason = "it was installed, but is still not found";
    Err(Error::CannotSetUp(missing.explain(reason)))
}

/// What this machine lacks.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Missing {
    /// Debian packages, sorted.
    packages: Vec<&'static str>,
    /// Triples whose Rust standard library is missing.
    targets: Vec<&'static str>,
    /// Components of the Rust toolchain.
    components: Vec<&'static str>,
    /// Emulators that are there, but know no `-plugin`.
    without_plugins: Vec<String>,
}

impl Missing {
    fn find(purpose: Purpose) -> Self {
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
            match knows_plugins(&emulator) {
                None => self.packages.push(QEMU_PACKAGE),
                Some(false) => self.without_plugins.push(emulator),
                Some(true) => {}
            }
        }
    }

    /// What the guests are built with.
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

    fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.targets.is_empty() && self.components.is_empty()
    }

    /// The `rustup` commands that bring what is missing of Rust.
    fn rustup(&self) -> Vec<Vec<&'static str>> {
        let command = |start: [&'static str; 2], names: &[&'static str]| {
            (!names.is_empty()).then(|| [&start, names].concat())
        };
        let commands = [
            command(["target", "add"], &self.targets),
            command(["component", "add"], &self.components),
        ];
        commands.into_iter().flatten().collect()
    }

    /// Why the machine cannot be set up, what is missing and how to get it.
    fn explain(&self, reason: &str) -> String {
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

/// Whether the emulator knows `-plugin`; none if there is no such program.
fn knows_plugins(emulator: &str) -> Option<bool> {
    let output = Command::new(command::on_path(emulator)?)
        .arg("--help")
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).contains("-plugin"))
}

/// Whether the C compiler finds `libc.a`; it answers with a bare name if it does not.
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

/// What the machine offers to install with.
#[derive(Debug, Clone, Copy)]
struct Machine {
    x86_64: bool,
    apt: bool,
    root: bool,
    sudo: bool,
    rustup: bool,
}

impl Machine {
    fn find() -> Self {
        let has = |program| command::on_path(program).is_some();
        Self {
            x86_64: env::consts::ARCH == "x86_64",
            apt: has("apt-get"),
            root: command::probe(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0"),
            sudo: has("sudo"),
            rustup: has("rustup"),
        }
    }
}

/// What to install, and with what.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// Debian packages.
    apt: Vec<&'static str>,
    /// Arguments for `rustup`, one command each.
    rustup: Vec<Vec<&'static str>>,
}

/// Decides how to install what is missing, before anything is installed.
fn plan(missing: &Missing, machine: &Machine, purpose: Purpose) -> Result<Plan, String> {
    let wants_apt = !missing.packages.is_empty();
    let rustup = missing.rustup();
    let obstacles = [
        (
            !missing.without_plugins.is_empty(),
            "its QEMU has no plugin support",
        ),
        (
            purpose == Purpose::Everything && !machine.x86_64,
            "its processor is not an x86_64",
        ),
        (wants_apt && !machine.apt, "it has no apt-get"),
        (
            wants_apt && !machine.root && !machine.sudo,
            "apt-get needs root, and there is no sudo",
        ),
        (!rustup.is_empty() && !machine.rustup, "it has no rustup"),
    ];
    match obstacles.into_iter().find(|(is_there, _)| *is_there) {
        Some((_, reason)) => Err(missing.explain(reason)),
        None => Ok(Plan {
            apt: missing.packages.clone(),
            rustup,
        }),
    }
}

/// Installs Debian packages. The lists of packages are fetched first, since a fresh machine has
/// none and old ones name files that are gone; if that or the installation fails, both are tried
/// once more.
fn install_packages(packages: &[&str], machine: &Machine) -> Result<(), Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        // A broken list of a repository that is not needed fails `update` and is no reason to
        // stop: what counts is whether `install` succeeds.
        if let Err(error) = announced(&mut apt_get(machine, &["update"])) {
            eprintln!("setup: {error}; going on with the lists that are there");
        }
        let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
        arguments.extend(packages);
        match announced(&mut apt_get(machine, &arguments)) {
            Err(error) if tries < 2 => eprintln!("setup: {error}; trying once more"),
            Err(error) => {
                eprintln!(
                    "setup: apt-get could not install {}; its own messages are above. Is there a \
                     network, and does /etc/apt name a Debian mirror?",
                    packages.join(" ")
                );
                return Err(error);
            }
            Ok(()) => return Ok(()),
        }
    }
}

/// `apt-get` that asks no questions and waits for another one to end.
fn apt_get(machine: &Machine, arguments: &[&str]) -> Command {
    let mut words: Vec<OsString> = Vec::new();
    if !machine.root {
        words.push("sudo".into());
    }
    // sudo clears the environment, so the variable is set behind it.
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"].map(OsString::from));
    words.push("--option=DPkg::Lock::Timeout=300".into());
    words.extend(arguments.iter().map(OsString::from));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

/// Says what is about to be done, and does it.
fn announced(command: &mut Command) -> Result<(), Error> {
    eprintln!("setup: {}", command::show(command));
    command::run(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN_12: Machine = Machine {
        x86_64: true,
        apt: true,
        root: true,
        sudo: false,
        rustup: true,
    };

    fn missing() -> Missing {
        Missing {
            packages: vec!["qemu-user"],
            targets: vec!["aarch64-unknown-linux-gnu"],
            components: vec!["clippy"],
            without_plugins: Vec::new(),
        }
    }

    #[test]
    fn plans_what_is_missing_and_no_more() {
        let plan_of = |missing: &Missing| plan(missing, &DEBIAN_12, Purpose::Everything).unwrap();
        let all = plan_of(&missing());
        assert_eq!(all.apt, ["qemu-user"]);
        assert_eq!(
            all.rustup,
            [
                ["target", "add", "aarch64-unknown-linux-gnu"],
                ["component", "add", "clippy"]
            ]
        );
        let nothing = plan_of(&Missing::default());
        assert!(nothing.apt.is_empty() && nothing.rustup.is_empty());
    }

    /// Each obstacle is named, and so is what to do; docker is always offered.
    #[test]
    fn names_the_obstacle_and_the_way_out() {
        let cases = [
            (
                Machine {
                    x86_64: false,
                    ..DEBIAN_12
                },
                "not an x86_64",
            ),
            (
                Machine {
                    apt: false,
                    ..DEBIAN_12
                },
                "no apt-get",
            ),
            (
                Machine {
                    root: false,
                    ..DEBIAN_12
                },
                "no sudo",
            ),
            (
                Machine {
                    rustup: false,
                    ..DEBIAN_12
                },
                "no rustup",
            ),
        ];
        for (machine, reason) in cases {
            let message = plan(&missing(), &machine, Purpose::Everything).unwrap_err();
            assert!(
                message.lines().next().unwrap().contains(reason),
                "{message}"
            );
            assert!(message.contains("apt-get install qemu-user\n"), "{message}");
            assert!(
                message.contains("rustup component add clippy\n"),
                "{message}"
            );
            assert!(message.contains(DOCKER), "{message}");
        }
    }

    /// Guests are built on x86_64; where they are given, any processor will do.
    #[test]
    fn given_guests_run_on_any_processor() {
        let arm64 = Machine {
            x86_64: false,
            ..DEBIAN_12
        };
        let missing = Missing {
            packages: vec![QEMU_PACKAGE],
            ..Missing::default()
        };
        let plan = plan(&missing, &arm64, Purpose::GivenGuests).unwrap();
        assert_eq!(plan.apt, [QEMU_PACKAGE]);
        assert!(plan.rustup.is_empty());
    }

    /// A QEMU without plugins is not mended by installing anything, so nothing is installed.
    #[test]
    fn a_qemu_without_plugins_stops_the_setup() {
        let missing = Missing {
            without_plugins: vec!["qemu-aarch64".to_owned()],
            ..missing()
        };
        let message = plan(&missing, &DEBIAN_12, Purpose::Everything).unwrap_err();
        assert!(
            message.contains("qemu-aarch64: built without plugin"),
            "{message}"
        );
        assert!(message.contains("Debian 13"), "{message}");
    }

    #[test]
    fn sudo_comes_first_when_not_root() {
        let user = Machine {
            root: false,
            sudo: true,
            ..DEBIAN_12
        };
        assert!(plan(&missing(), &user, Purpose::Everything).is_ok());
        let shown = command::show(&apt_get(&user, &["update"]));
        assert!(
            shown.starts_with("sudo env DEBIAN_FRONTEND=noninteractive apt-get "),
            "{shown}"
        );
        let shown = command::show(&apt_get(&DEBIAN_12, &["update"]));
        assert!(shown.starts_with("env DEBIAN_FRONTEND"), "{shown}");
    }
}
