//! `overtake doctor`: checks the installation and says what to do about each missing item.

use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::process::{Command, Stdio};

use aio_ring_buggy::Variant;
use anstyle::AnsiColor;
use arch::Arch;
use emulator::emulation::{Emulation, limit};
use emulator::home::Home;
use emulator::interrupts::Interrupts;
use emulator::model::Model;
use emulator::plugin_api::PluginApi;
use emulator::plugin_options::PluginOptions;
use emulator::qemu::Qemu;
use emulator::target::Target as _;
use litmus_runner::{assemble, guest as litmus_guest};
use ring_race::scenario::{self, Scenario};
use serde::Serialize;
use which::which_global;

use crate::args::format::SummaryFormat;
use crate::args::place::PlaceArgs;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Options of `overtake doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Form of the result
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text,
        hide_possible_values = true, value_name = "text|json")]
    pub format: SummaryFormat,

    #[command(flatten)]
    pub place: PlaceArgs,
}

/// An item that was checked, and its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    /// The target that it concerns; none: all of them.
    target: Option<Arch>,
    /// What was checked.
    what: &'static str,
    /// Its state.
    state: State,
    /// What was found, or what is wrong.
    found: String,
    /// What to do; none where there is nothing to do.
    remedy: Option<String>,
}

/// The state of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// It is there and works.
    Ok,
    /// Missing, but only some commands need it, or what it builds is there already.
    Optional,
    /// Missing, or unusable.
    Missing,
}

impl Finding {
    fn ok(target: Option<Arch>, what: &'static str, found: impl Into<String>) -> Self {
        Finding {
            target,
            what,
            state: State::Ok,
            found: found.into(),
            remedy: None,
        }
    }

    fn missing(
        target: Option<Arch>,
        what: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Finding {
            target,
            what,
            state: State::Missing,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    /// A finding from an error, whose message ends with what to do.
    fn failed(target: Option<Arch>, what: &'static str, error: &impl Display) -> Self {
        let message = error.to_string();
        let (found, remedy) = match message.rsplit_once(": ") {
            Some((found, remedy)) => (found.to_owned(), Some(remedy.to_owned())),
            None => (message, None),
        };
        Finding {
            target,
            what,
            state: State::Missing,
            found,
            remedy,
        }
    }

    /// Turns `Missing` into `Optional` if `unneeded`.
    fn optional_if(mut self, unneeded: bool) -> Self {
        if unneeded && self.state == State::Missing {
            self.state = State::Optional;
        }
        self
    }
}

/// `overtake doctor`.
pub fn run(args: &Args) -> Result<u8, Error> {
    let home = args.place.find();
    let interrupts = Interrupts::catch()?;
    let mut findings = vec![plugin(&home)];
    let rust_targets = rust_targets();
    for target in Arch::ALL {
        interrupts.check()?;
        let guests = guests(&home, target);
        let built = guests.state == State::Ok;
        findings.extend(qemu(&home, target, built, interrupts));
        findings.push(guests);
        findings.push(assembler(target));
        // Needed only to build guests, which may be there already.
        findings.push(compiler(target).optional_if(built));
        findings.push(rust_target(target, rust_targets.as_deref()).optional_if(built));
    }
    let text = match args.format {
        SummaryFormat::Text => text(&findings),
        SummaryFormat::Json => serde_json::to_string_pretty(&findings).expect("plain data") + "\n",
    };
    anstream::stdout()
        .write_all(text.as_bytes())
        .map_err(Error::output)?;
    let healthy = findings.iter().all(|one| one.state != State::Missing);
    Ok(if healthy {
        ExitCode::Success.code()
    } else {
        ExitCode::Unhealthy.code()
    })
}

fn plugin(home: &Home) -> Finding {
    let plugins: Result<Vec<_>, _> = PluginApi::ALL
        .into_iter()
        .map(|api| home.plugin(api))
        .collect();
    match plugins {
        Ok(paths) => {
            let paths: Vec<_> = paths
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            Finding::ok(None, "plugin", paths.join(", "))
        }
        Err(error) => Finding::failed(None, "plugin", &error),
    }
}

/// QEMU itself, and whether it runs a guest with the plugin.
fn qemu(home: &Home, target: Arch, built: bool, interrupts: &Interrupts) -> Vec<Finding> {
    let (qemu, probe) =
        match Qemu::find(target, None).and_then(|qemu| qemu.probe().map(|probe| (qemu, probe))) {
            Ok(found) => found,
            Err(error) => return vec![Finding::failed(Some(target), "qemu", &error)],
        };
    let found = format!("{}, version {}", qemu.path.display(), probe.version);
    let mut findings = vec![Finding::ok(Some(target), "qemu", found)];
    // Otherwise another finding already says what to do.
    if built && home.plugin(probe.api).is_ok() {
        findings.push(match trial(qemu, home, interrupts) {
            Ok(found) => Finding::ok(Some(target), "trial run", found),
            Err(error) => Finding::failed(Some(target), "trial run", &error),
        });
    }
    findings
}

/// Runs a few events of the sound ring with the plugin.
fn trial(
    qemu: Qemu,
    home: &Home,
    interrupts: &Interrupts,
) -> Result<String, ring_race::error::Error> {
    let qemu = qemu.with_plugin(home)?;
    let scenario = Scenario::new(Variant::Release, 10, Scenario::SLOTS)?;
    let emulation = Emulation {
        model: Model::Weak,
        seed: 1,
        cpu: None,
        options: PluginOptions {
            budget: scenario.budget(),
            ..PluginOptions::default()
        },
        limit: limit(60),
    };
    let (answer, tested) = scenario.run(&emulation, &qemu, home, interrupts)?;
    let stats = tested.map(|tested| tested.stats).unwrap_or_default();
    let shared = stats.shared_loads + stats.shared_stores;
    if shared == 0 {
        return Err(ring_race::error::Error::GuestFailed {
            message: "the plugin saw no access to shared memory: run `cargo xtask build`"
                .to_owned(),
        });
    }
    Ok(format!("{} events, {shared} shared accesses", answer.read))
}

/// The guests that commands of `overtake` start: for the ring, and for litmus tests.
fn guests(home: &Home, target: Arch) -> Finding {
    let path = home.guest(target, &scenario::GUEST);
    match path.and_then(|path| home.guest(target, &litmus_guest::GUEST).map(|_| path)) {
        Ok(path) => {
            let folder = path.parent().unwrap_or(&path);
            Finding::ok(Some(target), "guests", folder.display().to_string())
        }
        Err(error) => Finding::failed(Some(target), "guests", &error),
    }
}

/// The assembler, which `overtake litmus` and `overtake conformance` need.
fn assembler(target: Arch) -> Finding {
    let what = "assembler";
    match assemble::require(target) {
        Ok(path) => Finding::ok(Some(target), what, path.display().to_string()),
        Err(_) => Finding::missing(
            Some(target),
            what,
            format!(
                "cannot find `{}`, which litmus tests need",
                target.assembler()
            ),
            format!("run `apt install {}`", target.assembler_package()),
        )
        .optional_if(true),
    }
}

fn compiler(target: Arch) -> Finding {
    let name = target.cross_compiler();
    // On the target itself Debian's compiler has this name too; other systems may only have `cc`.
    let names = [name.as_str(), "cc"];
    let names = if target.name() == std::env::consts::ARCH {
        names.as_slice()
    } else {
        &names[..1]
    };
    match names.iter().find_map(|name| which_global(name).ok()) {
        Some(path) => Finding::ok(Some(target), "C compiler", path.display().to_string()),
        None => Finding::missing(
            Some(target),
            "C compiler",
            format!("cannot find `{name}`"),
            format!("run `apt install {}`", target.packages()),
        ),
    }
}

/// Rust's installed targets; none without rustup.
fn rust_targets() -> Option<String> {
    let output = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn rust_target(target: Arch, installed: Option<&str>) -> Finding {
    let triple = target.rust_triple();
    let what = "Rust target";
    match installed {
        Some(list) if list.lines().any(|line| line == triple) => {
            Finding::ok(Some(target), what, triple)
        }
        Some(_) => Finding::missing(
            Some(target),
            what,
            format!("{triple} is not installed"),
            format!("run `rustup target add {triple}`"),
        ),
        None => Finding::missing(
            Some(target),
            what,
            "cannot find `rustup`",
            "install it from https://rustup.rs",
        ),
    }
}

/// The findings for people.
fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    let mut last = None;
    for finding in findings {
        if last != Some(finding.target) {
            let title = finding.target.map_or("all targets", Arch::name);
            let bold = anstyle::Style::new().bold();
            writeln!(text, "{bold}{title}{bold:#}").expect("a string takes everything");
            last = Some(finding.target);
        }
        let (state, colour) = match finding.state {
            State::Ok => ("ok", AnsiColor::Green),
            State::Optional => ("optional", AnsiColor::Yellow),
            State::Missing => ("missing", AnsiColor::Red),
        };
        let style = colour.on_default();
        write!(
            text,
            "  {style}{state:<10}{style:#}  {:<11}  {}",
            finding.what, finding.found
        )
        .expect("a string takes everything");
        if let Some(remedy) = &finding.remedy {
            write!(text, ": {remedy}").expect("a string takes everything");
        }
        text.push('\n');
    }
    let missing = findings.iter().filter(|one| one.state == State::Missing);
    match missing.count() {
        0 => text += "Nothing is missing.\n",
        1 => text += "1 item is missing.\n",
        n => writeln!(text, "{n} items are missing.").expect("a string takes everything"),
    }
    text
}
