//! Everything that can go wrong: one line each, that says what, where, and what to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error as ThisError;

use crate::exit_code::ExitCode;
use crate::sources;
use crate::target::Target;

/// A failure of `overtake`, not of the guest.
#[derive(Debug, ThisError)]
pub enum Error {
    /// No such target.
    #[error("unknown target `{given}`: use one of {allowed}{hint}")]
    UnknownTarget {
        /// What was asked for.
        given: String,
        /// What there is.
        allowed: String,
        /// The nearest one.
        hint: Suggestion,
    },

    /// No such variant of the ring.
    #[error("unknown variant `{given}`: use one of {allowed}{hint}")]
    UnknownVariant {
        /// What was asked for.
        given: String,
        /// What there is.
        allowed: String,
        /// The nearest one.
        hint: Suggestion,
    },

    /// A scenario without events shows nothing.
    #[error("0 events show nothing: use --events 1 or more")]
    NoEvents,

    /// One slot always stays empty, so a ring needs two.
    #[error(
        "a ring of {slots} slots can hold no event (one slot stays empty): use --slots 2 or more"
    )]
    TooFewSlots {
        /// What was asked for.
        slots: u32,
    },

    /// The program cannot be read.
    #[error("cannot read the program `{}`: {source}: give the path of a program built for one of the targets", path.display())]
    ProgramUnreadable {
        /// The program.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// The program is none that can be emulated.
    #[error("`{}` {what}: give a program built for Linux on {allowed}", path.display())]
    NotAGuest {
        /// The program.
        path: PathBuf,
        /// What it is.
        what: String,
        /// The targets.
        allowed: String,
    },

    /// The program was built for another machine than asked for.
    #[error("`{}` is built for {found}, not for {asked}: leave out --target, or build it with `--target {}`", path.display(), asked.rust_triple())]
    OtherTarget {
        /// The program.
        path: PathBuf,
        /// What it is built for.
        found: Target,
        /// What was asked for.
        asked: Target,
    },

    /// There is no QEMU.
    #[error("cannot find `{}`: install QEMU's user emulation (`apt install qemu-user`), or name it with --qemu or {}", target.qemu(), target.qemu_variable())]
    QemuMissing {
        /// For this target.
        target: Target,
    },

    /// QEMU does not run.
    #[error("cannot start `{}`: {why}: name a working QEMU with --qemu or {}", path.display(), target.qemu_variable())]
    QemuUnusable {
        /// For this target.
        target: Target,
        /// The QEMU.
        path: PathBuf,
        /// Why.
        why: String,
    },

    /// QEMU cannot load plugins.
    #[error("`{}` has no plugin support (it knows no -plugin option): on Debian 13 and later, whose qemu-user has none, build one with overtake's `ci/qemu10`; elsewhere use a dynamically linked qemu-user, such as Debian 12's (7.2) or Ubuntu 24.04's (8.2)", path.display())]
    QemuWithoutPlugins {
        /// The QEMU.
        path: PathBuf,
    },

    /// QEMU's plugin API is not the plugin's.
    #[error("`{}` is version {version}, whose plugin API is too {}: use a version from {} to {}, such as Debian 12's qemu-user (7.2)", path.display(), if *too_new { "new" } else { "old" }, supported.0, supported.1)]
    QemuVersion {
        /// The QEMU.
        path: PathBuf,
        /// Its version.
        version: String,
        /// Or too old.
        too_new: bool,
        /// First and last supported version.
        supported: (&'static str, &'static str),
    },

    /// There is no plugin.
    #[error("cannot find the plugin {}: {}", place(searched), sources::remedy())]
    PluginMissing {
        /// Where it was looked for.
        searched: Vec<PathBuf>,
    },

    /// The plugin refused one of its options.
    #[error("the plugin refused an option: {message}")]
    PluginOption {
        /// Which one, and what is allowed.
        message: String,
    },

    /// The scenario's guest is not there.
    #[error(
        "cannot find the scenario's guest for {target} {}: {}",
        place(searched),
        sources::remedy()
    )]
    ScenarioMissing {
        /// For this target.
        target: Target,
        /// Where it was looked for.
        searched: Vec<PathBuf>,
    },

    /// The guest that runs litmus tests is not there.
    #[error(
        "cannot find the guest `litmus` for {target} {}: {}",
        place(searched),
        sources::remedy()
    )]
    LitmusGuestMissing {
        /// For this target.
        target: Target,
        /// Where it was looked for.
        searched: Vec<PathBuf>,
    },

    /// There is no assembler for a target.
    #[error("cannot start `{assembler}`: {source}: install it (`apt install {package}`)")]
    AssemblerMissing {
        /// Its name.
        assembler: String,
        /// The package that brings it.
        package: String,
        /// Why.
        source: io::Error,
    },

    /// A litmus test cannot be run as it is.
    #[error("{}{}: {message}", file.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
    LitmusTest {
        /// The test.
        file: PathBuf,
        /// Where in it.
        line: Option<usize>,
        /// Why, and what to do.
        message: String,
    },

    /// A file of verdicts cannot be used.
    #[error("cannot use the verdicts in `{}`: {message}", path.display())]
    Verdicts {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },

    /// No litmus test can be made of what was given.
    #[error(
        "cannot make a test for {0}: {source}; `overtake generate --arch {0} --list` lists what there is",
        arch.herd_name()
    )]
    NoTest {
        /// For this architecture.
        arch: ::litmus::Arch,
        /// Why.
        source: diy::Error,
    },

    /// The suite has nothing of that name.
    #[error("the suite has no {what} `{given}`{of}: use the name of one of its {what}s{hint}")]
    NotInSuite {
        /// A test or a shape.
        what: &'static str,
        /// What was asked for.
        given: String,
        /// For which architectures, if not for all.
        of: String,
        /// The nearest one.
        hint: Suggestion,
    },

    /// QEMU ended without having loaded the plugin.
    #[error("QEMU ended with {status} before the plugin `{}` was loaded{}: run `overtake doctor`", plugin.display(), said(message))]
    PluginNotLoaded {
        /// The plugin.
        plugin: PathBuf,
        /// How QEMU ended.
        status: String,
        /// What QEMU said, where it did not go to the terminal.
        message: String,
    },

    /// The plugin refused this QEMU.
    #[error("the plugin refused to run: {message}")]
    PluginRefused {
        /// Why.
        message: String,
    },

    /// The plugin's report cannot be read.
    #[error(
        "cannot read the plugin's report: {why}: plugin and command line are from different builds, run `cargo xtask build` and, if this command was installed, install it again"
    )]
    ReportUnreadable {
        /// Why.
        why: String,
    },

    /// The scenario's guest did not do its work.
    #[error("the scenario's guest failed: {message}")]
    GuestFailed {
        /// How.
        message: String,
    },

    /// The guest used up its budget.
    #[error(
        "the budget of {budget} guest instructions was used up before the end (seed {seed}): raise it with --budget, or look for a hang"
    )]
    BudgetExhausted {
        /// The seed.
        seed: u64,
        /// The budget.
        budget: u64,
    },

    /// The guest took too long.
    #[error(
        "no end within {seconds} s (seed {seed}): raise the limit with --timeout, or look for a hang"
    )]
    TimedOut {
        /// The seed.
        seed: u64,
        /// The limit.
        seconds: u64,
    },

    /// A check that the guest has marked failed.
    #[error("a check of the program failed (seed {seed}): {message}")]
    CheckOfGuest {
        /// The seed.
        seed: u64,
        /// What the program says of it.
        message: String,
    },

    /// Check mode found a difference.
    #[error(
        "check mode found a difference (seed {seed}): {message}: a defect of overtake, please report it"
    )]
    CheckFailed {
        /// The seed.
        seed: u64,
        /// Address, bytes expected and bytes found.
        message: String,
    },

    /// The plugin could not go on.
    #[error("the plugin failed (seed {seed}): {message}: a defect of overtake, please report it")]
    PluginInternal {
        /// The seed.
        seed: u64,
        /// What happened.
        message: String,
    },

    /// A run of many failed.
    #[error("{run}: {error}")]
    InRun {
        /// Which one.
        run: String,
        /// How.
        error: Box<Error>,
    },

    /// The user pressed Ctrl-C, or something else asked to end.
    #[error("ended by signal {signal}")]
    Interrupted {
        /// The signal.
        signal: i32,
    },

    /// What the plugin wrote down cannot be read.
    #[error(
        "what was written down of the run cannot be read: {why}: a defect of overtake, please report it"
    )]
    Recording {
        /// Why.
        why: String,
    },

    /// A schedule cannot be used.
    #[error("cannot use the schedule `{}`: {why}: record it again with `overtake run --record FILE`", path.display())]
    Schedule {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },

    /// Nothing failed that could be explained.
    #[error(
        "{what}: nothing to explain; try more with --seeds, or say how a failure is known with --expect or --fail-on"
    )]
    NoFailure {
        /// What did not fail.
        what: String,
    },

    /// The program fails with all its orderings.
    #[error(
        "the program fails as it is ({failure}, seed {seed}): mend that first, see `overtake explain`"
    )]
    FailsAlready {
        /// How.
        failure: String,
        /// With which seed.
        seed: u64,
    },

    /// A failing run does not fail again.
    #[error(
        "the run of seed {seed} failed ({failure}), and with the same choices it does not: it depends on the clock or on other processes, see README, \"What repeats\""
    )]
    NotAgain {
        /// The seed.
        seed: u64,
        /// How it had failed.
        failure: String,
    },

    /// A file cannot be merged.
    #[error("`{}` is no result of `overtake matrix --format json`: {message}", path.display())]
    NotAResult {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },

    /// A folder has nothing to merge.
    #[error("no result (`*.json`) is in `{}`: make one with `overtake matrix --format json --output FILE`", folder.display())]
    NoResults {
        /// The folder.
        folder: PathBuf,
    },

    /// Results cannot be merged with each other.
    #[error("these results do not go together: {message}")]
    ResultsDiffer {
        /// Which, why, and what to do.
        message: String,
    },

    /// There are gaps between the results.
    #[error("seeds are missing: {}: run them, and merge again", few(missing))]
    SeedsMissing {
        /// The cells and their seeds.
        missing: Vec<String>,
    },

    /// The file system refused.
    #[error("{what}: {source}")]
    FileSystem {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
}

impl Error {
    /// The exit status of a process that ends for this reason.
    pub fn status(&self) -> u8 {
        let code = match self {
            Error::UnknownTarget { .. } => ExitCode::UnknownTarget,
            Error::UnknownVariant { .. } => ExitCode::UnknownVariant,
            Error::NoEvents => ExitCode::NoEvents,
            Error::TooFewSlots { .. } => ExitCode::TooFewSlots,
            Error::ProgramUnreadable { .. } => ExitCode::ProgramUnreadable,
            Error::NotAGuest { .. } | Error::OtherTarget { .. } => ExitCode::WrongArchitecture,
            Error::QemuMissing { .. } | Error::QemuUnusable { .. } => ExitCode::QemuMissing,
            Error::QemuWithoutPlugins { .. } => ExitCode::QemuWithoutPlugins,
            Error::QemuVersion { .. } => ExitCode::QemuVersion,
            Error::PluginMissing { .. } => ExitCode::PluginMissing,
            Error::PluginOption { .. } => ExitCode::PluginOption,
            Error::ScenarioMissing { .. } => ExitCode::ScenarioMissing,
            Error::LitmusGuestMissing { .. } => ExitCode::ScenarioMissing,
            Error::AssemblerMissing { .. } => ExitCode::AssemblerMissing,
            Error::LitmusTest { .. } => ExitCode::LitmusTest,
            Error::Verdicts { .. } => ExitCode::Verdicts,
            Error::NoTest { .. } | Error::NotInSuite { .. } => ExitCode::NoTest,
            Error::PluginNotLoaded { .. } | Error::PluginRefused { .. } => {
                ExitCode::PluginNotLoaded
            }
            Error::ReportUnreadable { .. } => ExitCode::ReportUnreadable,
            Error::GuestFailed { .. } => ExitCode::GuestFailed,
            Error::BudgetExhausted { .. } => ExitCode::BudgetExhausted,
            Error::TimedOut { .. } => ExitCode::TimedOut,
            Error::CheckOfGuest { .. } => ExitCode::CheckOfGuest,
            Error::CheckFailed { .. } => ExitCode::CheckFailed,
            Error::PluginInternal { .. } => ExitCode::PluginInternal,
            Error::InRun { error, .. } => return error.status(),
            Error::Interrupted { signal } => return signal_status(*signal),
            Error::FileSystem { .. } => ExitCode::FileSystem,
            Error::Recording { .. } => ExitCode::ReportUnreadable,
            Error::Schedule { .. } => ExitCode::Schedule,
            Error::NoFailure { .. } => ExitCode::NotExposed,
            Error::FailsAlready { .. } => ExitCode::FailsAlready,
            Error::NotAgain { .. } => ExitCode::NotAgain,
            Error::NotAResult { .. } | Error::NoResults { .. } => ExitCode::NotAResult,
            Error::ResultsDiffer { .. } => ExitCode::ResultsDiffer,
            Error::SeedsMissing { .. } => ExitCode::SeedsMissing,
        };
        code.code()
    }

    /// Whether the same seed gives the same failure.
    pub const fn is_of_the_seed(&self) -> bool {
        matches!(
            self,
            Error::CheckOfGuest { .. }
                | Error::BudgetExhausted { .. }
                | Error::TimedOut { .. }
                | Error::CheckFailed { .. }
                | Error::PluginInternal { .. }
        )
    }

    /// A temporary file could not be made.
    pub fn temporary(source: io::Error) -> Self {
        Error::FileSystem {
            what: format!(
                "cannot write to `{}` (TMPDIR names another folder)",
                std::env::temp_dir().display()
            ),
            source,
        }
    }

    /// Standard output could not be written to.
    pub fn output(source: io::Error) -> Self {
        Error::FileSystem {
            what: "cannot write to standard output".to_owned(),
            source,
        }
    }
}

/// The exit status that a shell gives to a process ended by `signal`.
pub fn signal_status(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// `; did you mean …?`, or nothing.
#[derive(Debug)]
pub struct Suggestion(Option<String>);

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

/// The nearest of `known` (what may be written, and what is then suggested) to what was written.
pub fn suggestion<'a>(
    given: &str,
    known: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Suggestion {
    /// So near are `arm` and `arm64`; `sparc64` and `aarch64` are less.
    const NEAR: f64 = 0.8;

    let nearest = known
        .into_iter()
        .map(|(written, meant)| (strsim::jaro(given, written), meant))
        .filter(|(nearness, _)| *nearness > NEAR)
        // The first of equals; `max_by` would take the last.
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    Suggestion(nearest.map(|(_, meant)| meant.to_owned()))
}

fn place(searched: &[PathBuf]) -> String {
    match searched {
        [] => "in any target/overtake".to_owned(),
        [one] => format!("in `{}`", one.display()),
        [first, rest @ ..] => {
            let mut text = format!("in `{}`", first.display());
            for path in rest {
                text += &format!(", `{}`", path.display());
            }
            text
        }
    }
}

/// The first of these, and how many more there are.
fn few(all: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut text = all[..all.len().min(SHOWN)].join("; ");
    if all.len() > SHOWN {
        text += &format!("; and {} more", all.len() - SHOWN);
    }
    text
}

fn said(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(" ({message})")
    }
}
