//! The exit codes of `overtake`: one table, the source of `overtake exit-codes` and of the README's table.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::ValueEnum;

use crate::error::Error;

macro_rules! exit_codes {
    ($($name:ident = $code:literal, $summary:literal;)*) => {
        /// An exit code with a meaning of its own.
        ///
        /// `overtake run` passes the guest's exit status through, so a guest may end with the same
        /// numbers. An `error:` line on standard error says that the code is `overtake`'s.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ExitCode {
            $(#[doc = $summary] $name = $code,)*
        }

        impl ExitCode {
            /// All of them, in ascending order.
            pub const ALL: &[ExitCode] = &[$(ExitCode::$name),*];

            /// What it means.
            pub const fn summary(self) -> &'static str {
                match self {
                    $(ExitCode::$name => $summary,)*
                }
            }
        }
    };
}

exit_codes! {
    Success = 0, "success; for `run`: the guest ended with status 0";
    Forbidden = 10, "matrix, report: a stale read occurred where it is forbidden; litmus, conformance: a forbidden outcome was seen";
    NotExposed = 11, "matrix, report: no stale read occurred in a cell where one is expected; explain: no run failed";
    FailsAlready = 12, "audit: the program fails with all its orderings";
    Unfinished = 13, "explain: the budget of processor time ended (--within), or Ctrl-C came; shown is the best that was found until then";
    Usage = 64, "the command line is invalid";
    UnknownTarget = 65, "the target is unknown";
    UnknownVariant = 66, "the variant of the ring is unknown";
    NoEvents = 67, "--events is 0";
    TooFewSlots = 68, "--slots is less than 2";
    ProgramUnreadable = 69, "the program is missing or cannot be read";
    WrongArchitecture = 70, "the program is not an ELF file for the target, or not for a supported one";
    QemuMissing = 71, "QEMU is missing or does not start";
    QemuWithoutPlugins = 72, "this QEMU was built without plugin support";
    QemuVersion = 73, "this QEMU's plugin API is too new or too old for the plugin";
    PluginMissing = 74, "the plugin is missing";
    PluginOption = 75, "the plugin refused an option";
    ScenarioMissing = 76, "the guest that runs the ring or the litmus tests is missing for this target";
    PluginNotLoaded = 77, "QEMU did not load the plugin, or the plugin refused this QEMU";
    ReportUnreadable = 78, "the plugin's report cannot be read, or has another version";
    GuestFailed = 79, "matrix, doctor: the ring's guest crashed or gave an invalid answer";
    BudgetExhausted = 80, "the guest used up its budget of instructions";
    TimedOut = 81, "the time limit was reached";
    CheckFailed = 82, "check mode found that memory differs from the model: a defect of overtake";
    PluginInternal = 83, "the plugin failed: a defect of overtake";
    Unhealthy = 84, "doctor found something missing";
    FileSystem = 85, "overtake could not read, write or create a file or folder";
    LitmusTest = 86, "litmus, conformance: a test cannot be read, assembled or run; the others ran";
    AssemblerMissing = 87, "litmus, conformance: the assembler for a target is missing";
    Verdicts = 88, "litmus: a file of verdicts cannot be read";
    NoTest = 89, "generate: the relations or the name do not make a test; conformance: the test or shape is unknown";
    NotAResult = 90, "merge: a file is not a result of `matrix` or has another version, or a folder contains no result";
    ResultsDiffer = 91, "merge: the results come from different builds or options, or contain a seed twice";
    SeedsMissing = 92, "merge: the results lack some seeds";
    CheckOfGuest = 93, "a check that the guest marked with `overtake_mark::check!` failed";
    Schedule = 94, "replay, explain: the schedule cannot be read, is damaged, or belongs to another version or program";
    NotAgain = 95, "explain: a failing run does not fail when its schedule is replayed";
    InterpreterMissing = 96, "the program's dynamic loader is missing: --sysroot says where it is";
    BrokenPromise = 97, "a store that became visible early was not made so: a defect of overtake";
}

/// The last rows of the table: exit codes that are not `overtake`'s own.
const OTHERS: [(&str, &str); 2] = [
    ("other", "`run`: the guest's own exit status"),
    (
        "128+n",
        "`run`: signal n ended the guest; other commands: signal n ended overtake (130: Ctrl-C)",
    ),
];

impl ExitCode {
    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        code.code().into()
    }
}

/// The rows of the table: code and meaning.
fn rows() -> impl Iterator<Item = (String, &'static str)> {
    ExitCode::ALL
        .iter()
        .map(|code| (code.code().to_string(), code.summary()))
        .chain(OTHERS.map(|(code, summary)| (code.to_owned(), summary)))
}

/// The table in Markdown, for the README.
pub fn markdown() -> String {
    let mut table = String::from("| exit code | meaning |\n|---|---|\n");
    for (code, summary) in rows() {
        writeln!(table, "| {code} | {summary} |").expect("a string takes everything");
    }
    table
}

/// The table in plain text.
pub fn text() -> String {
    let mut table = String::new();
    for (code, summary) in rows() {
        writeln!(table, "{code:>6}  {summary}").expect("a string takes everything");
    }
    table
}

/// Options of `overtake exit-codes`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Form of the table
    #[arg(long, value_enum, default_value_t = Format::Text,
        hide_possible_values = true, value_name = "text|markdown")]
    pub format: Format,
}

/// Form of the table of exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Plain text.
    Text,
    /// A Markdown table, for the README.
    Markdown,
}

/// `overtake exit-codes`.
pub fn run(args: &Args) -> Result<u8, Error> {
    let table = match args.format {
        Format::Text => text(),
        Format::Markdown => markdown(),
    };
    std::io::stdout()
        .write_all(table.as_bytes())
        .map_err(Error::output)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use overtake_report::exit_code as plugin;

    use super::ExitCode;

    #[test]
    fn codes_ascend() {
        assert!(ExitCode::ALL.is_sorted_by(|a, b| a.code() < b.code()));
    }

    #[test]
    fn codes_are_those_of_the_plugin() {
        for (ours, theirs) in [
            (ExitCode::PluginOption, plugin::BAD_OPTION),
            (ExitCode::BudgetExhausted, plugin::BUDGET),
            (ExitCode::CheckFailed, plugin::CHECK),
            (ExitCode::PluginInternal, plugin::INTERNAL),
            (ExitCode::BrokenPromise, plugin::BROKEN_PROMISE),
            (ExitCode::CheckOfGuest, plugin::MARKED),
        ] {
            assert_eq!(i32::from(ours.code()), theirs);
        }
    }
}
