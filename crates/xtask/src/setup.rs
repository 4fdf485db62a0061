//! `cargo xtask setup`: finds missing programs, and installs them with the system's package
//! manager.
//!
//! Each program is found by running it, not by asking the package manager. So a machine that got
//! its tools in another way counts as set up. If nothing is missing, only these probes run, and no
//! network is needed.

mod missing;
mod purpose;

use std::env;
use std::ffi::OsString;
use std::process::Command;

use self::missing::Missing;
pub use self::purpose::Purpose;
use crate::command;
use crate::error::Error;

/// Finds missing programs and installs them.
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

/// The means of installation that the machine has.
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

/// The programs to install, by means of installation.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// The Debian packages.
    apt: Vec<&'static str>,
    /// The arguments of each `rustup` command.
    rustup: Vec<Vec<&'static str>>,
}

/// Plans the installation of missing programs, before anything is installed.
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

/// Installs Debian packages.
///
/// The package lists are updated first, because a fresh machine has none, and old lists name files
/// that are gone. If the update or the installation fails, both are tried once more.
fn install_packages(packages: &[&str], machine: &Machine) -> Result<(), Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        // The broken list of a repository that is not needed makes `update` fail. That is no reason
        // to stop, if `install` succeeds.
        if let Err(error) = announced(&mut apt_get(machine, &["update"])) {
            eprintln!("setup: {error}; continuing with the present lists");
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

/// Returns an `apt-get` command that asks no questions and waits until other ones have ended.
fn apt_get(machine: &Machine, arguments: &[&str]) -> Command {
    let mut words: Vec<OsString> = Vec::new();
    if !machine.root {
        words.push("sudo".into());
    }
    // sudo clears the environment, so `env` sets the variable after it.
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"].map(OsString::from));
    words.push("--option=DPkg::Lock::Timeout=300".into());
    words.extend(arguments.iter().map(OsString::from));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

/// Prints the command, and runs it.
fn announced(command: &mut Command) -> Result<(), Error> {
    eprintln!("setup: {}", command::show(command));
    command::run(command)
}

#[cfg(test)]
mod tests {
    use super::missing::DOCKER;
    use super::*;
    use crate::packages::QEMU_PACKAGE;

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
    fn plans_only_missing_programs() {
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

    /// The message names each obstacle and what to do; it always offers docker.
    #[test]
    fn names_the_obstacle_and_the_remedy() {
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

    /// Guests are built on x86_64. With guests from elsewhere, any processor will do.
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

    /// No package adds plugin support to a QEMU, so nothing is installed.
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
