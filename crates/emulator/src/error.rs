//! Errors before a guest runs, and ends of a run that are not outcomes. Each is one line: the thing, the
//! reason, the next command.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use arch::Arch;
use overtake_report::doing::Scene;
use thiserror::Error as ThisError;

use crate::limits;
use crate::sources;
use crate::suggestion::Suggestion;
use crate::target::Target as _;
use crate::tested::Tested;

/// Why a guest did not run, or why its run has no outcome.
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

    /// The program cannot be read.
    #[error("cannot read the program `{}`: {source}: give the path of a program built for one of the targets", path.display())]
    ProgramUnreadable {
        /// The program.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// The program cannot be emulated.
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
    #[error("`{}` is built for {found}, not for {asked}: omit --target, or build it with `--target {}`", path.display(), asked.rust_triple())]
    OtherTarget {
        /// The program.
        path: PathBuf,
        /// What it is built for.
        found: Arch,
        /// What was asked for.
        asked: Arch,
    },

    /// The program's dynamic loader is not there.
    #[error(
        "`{}` needs the dynamic loader `{}`, which is {}: give the root folder of a system for {target} with --sysroot, install Debian's cross C library (`apt install {}`), or link the program statically",
        path.display(),
        interpreter.display(),
        match sysroot {
            Some(root) => format!("neither in `{}` nor on this machine", root.display()),
            None => "not on this machine".to_owned(),
        },
        target.packages(),
    )]
    InterpreterMissing {
        /// The program.
        path: PathBuf,
        /// The loader's path in the program.
        interpreter: PathBuf,
        /// Where else it was looked for.
        sysroot: Option<PathBuf>,
        /// The program's machine.
        target: Arch,
    },

    /// There is no QEMU.
    #[error("cannot find `{}`: install QEMU's user emulation (`apt install qemu-user`), or give its path with --qemu or {}", target.qemu(), target.qemu_variable())]
    QemuMissing {
        /// For this target.
        target: Arch,
    },

    /// QEMU does not run.
    #[error("cannot start `{}`: {why}: give the path of a working QEMU with --qemu or {}", path.display(), target.qemu_variable())]
    QemuUnusable {
        /// For this target.
        target: Arch,
        /// The QEMU.
        path: PathBuf,
        /// Why.
        why: String,
    },

    /// QEMU cannot load plugins.
    #[error("`{}` has no plugin support (its --help lists no -plugin option): on Debian 13 and later, build a QEMU with overtake's `ci/qemu10`; elsewhere use a dynamically linked qemu-user, such as Debian 12's (7.2) or Ubuntu 24.04's (8.2)", path.display())]
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

    /// A guest of overtake's own is not there.
    #[error(
        "cannot find {what} for {target} {}: {}",
        place(searched),
        sources::remedy()
    )]
    GuestMissing {
        /// Which one: `the ring's guest`.
        what: &'static str,
        /// For this target.
        target: Arch,
        /// Where it was looked for.
        searched: Vec<PathBuf>,
    },

    /// QEMU ended without having loaded the plugin.
    #[error("QEMU ended with {status} before it loaded the plugin `{}`{}: run `overtake doctor`", plugin.display(), said(message))]
    PluginNotLoaded {
        /// The plugin.
        plugin: PathBuf,
        /// How QEMU ended.
        status: String,
        /// What QEMU said, where it did not go to the terminal.
        message: String,
    },

    /// QEMU ended before the guest ran.
    #[error(
        "QEMU ended with {status} before the program's first system call{}: if a limit of the shell is the reason (`ulimit -a`), raise it; else run `overtake doctor`",
        said(message)
    )]
    GuestNotStarted {
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
        "cannot read the plugin's report: {why}: the plugin and this command come from different builds: run `cargo xtask build`, and reinstall this command if you had installed it"
    )]
    ReportUnreadable {
        /// Why.
        why: String,
    },

    /// The plugin cannot write a file.
    #[error("the plugin {message}")]
    PluginCannotWrite {
        /// Which one, why, and what to do.
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
        /// What was tested until then.
        tested: Box<Tested>,
        /// What the threads were doing.
        scene: Box<Scene>,
    },

    /// The guest took too long.
    #[error(
        "the guest did not end within {seconds} s (seed {seed}): raise the limit with --timeout, or look for a hang"
    )]
    TimedOut {
        /// The seed.
        seed: u64,
        /// The limit.
        seconds: u64,
        /// What was tested until then, and what the threads were doing; none under plain QEMU, or if the plugin
        /// did not answer.
        last: Option<Box<(Tested, Scene)>>,
    },

    /// A check that the guest has marked failed.
    #[error("a check of the program failed (seed {seed}): {message}")]
    CheckOfGuest {
        /// The seed.
        seed: u64,
        /// What the program says of it.
        message: String,
    },

    /// Check mode found a difference between memory and the model.
    #[error(
        "check mode found a difference (seed {seed}): {message}: a defect of overtake, please report it"
    )]
    CheckFailed {
        /// The seed.
        seed: u64,
        /// Address, bytes expected and bytes found.
        message: String,
    },

    /// A store that became visible early was not made as it was.
    #[error(
        "a store that became visible early was not made so (seed {seed}): {message}: a defect of overtake, please report it"
    )]
    BrokenPromise {
        /// The seed.
        seed: u64,
        /// Which store, and how.
        message: String,
    },

    /// The plugin failed.
    #[error("the plugin failed (seed {seed}): {message}: a defect of overtake, please report it")]
    PluginInternal {
        /// The seed.
        seed: u64,
        /// What happened.
        message: String,
    },

    /// The user pressed Ctrl-C, or something else asked to end.
    #[error("interrupted by signal {signal}")]
    Interrupted {
        /// The signal.
        signal: i32,
    },

    /// The processor time that a command may use is used up.
    #[error("the budget of processor time is used up, after {:.1} s", spent.as_secs_f64())]
    OutOfProcessorTime {
        /// What it and its children have used.
        spent: Duration,
    },

    /// The file system refused.
    #[error("{what}: {source}{}", limits::hint(source))]
    FileSystem {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
}

impl Error {
    /// Whether the same seed gives the same failure.
    pub const fn is_of_the_seed(&self) -> bool {
        matches!(
            self,
            Error::CheckOfGuest { .. }
                | Error::BudgetExhausted { .. }
                | Error::TimedOut { .. }
                | Error::CheckFailed { .. }
                | Error::BrokenPromise { .. }
                | Error::PluginInternal { .. }
        )
    }

    /// A temporary file could not be made.
    pub fn temporary(source: io::Error) -> Self {
        Error::FileSystem {
            what: format!(
                "cannot write to the temporary folder `{}` (TMPDIR sets another one)",
                std::env::temp_dir().display()
            ),
            source,
        }
    }
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

fn said(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(" ({message})")
    }
}
