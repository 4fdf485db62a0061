//! The exit codes of `overtake`: one table, from which `overtake exit-codes` and the README are
//! made.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::ValueEnum;

use crate::error::Error;

macro_rules! exit_codes {
    ($($name:ident = $code:literal, $summary:literal;)*) => {
        /// An exit code with a meaning of its own.
        ///
        /// `overtake run` passes the guest's own exit status through, so a guest may end with
        /// the same numbers; an `error:` line on standard error tells that it was `overtake`.
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
    Success = 0, "everything went as it should; for `run`: the guest ended with status 0";
    Forbidden = 10, "matrix, report: a stale read where the architecture forbids it; litmus, conformance: an outcome that the verdicts forbid";
    NotExposed = 11, "matrix, report: no stale read in a cell where at least one seed should show it; explain: no run failed";
    FailsAlready = 12, "audit: the program fails with all its orderings";
    Usage = 64, "the command line could not be understood";
    UnknownTarget = 65, "no such target";
    UnknownVariant = 66, "no such variant of the ring";
    NoEvents = 67, "0 events asked for";
    TooFewSlots = 68, "fewer than 2 slots asked for";
    ProgramUnreadable = 69, "the program is missing or cannot be read";
    WrongArchitecture = 70, "the program is not an ELF file of the target, or of no supported one";
    QemuMissing = 71, "QEMU is missing or does not start";
    QemuWithoutPlugins = 72, "this QEMU was built without plugin support";
    QemuVersion = 73, "this QEMU's plugin API is too new or too old for the plugin";
    PluginMissing = 74, "the plugin is missing";
    PluginOption = 75, "the plugin refused an option";
    ScenarioMissing = 76, "the guest for the ring, or for litmus tests, is missing for this target";
    PluginNotLoaded = 77, "QEMU did not load the plugin, or the plugin refused this QEMU";
    ReportUnreadable = 78, "the plugin's report cannot be read, or is of another version";
    GuestFailed = 79, "matrix, doctor: the scenario's guest crashed or answered nonsense";
    BudgetExhausted = 80, "the budget of guest instructions was used up";
    TimedOut = 81, "the time limit was reached";
    CheckFailed = 82, "check mode found memory that no observed access explains";
    PluginInternal = 83, "a defect of the plugin";
    Unhealthy = 84, "doctor found something missing";
    FileSystem = 85, "a file or folder that overtake needs could not be written, read or made";
    LitmusTest = 86, "litmus, conformance: a test cannot be read, assembled or run; the others were run";
    AssemblerMissing = 87, "litmus, conformance: the assembler for a target is missing";
    Verdicts = 88, "litmus: a file of verdicts cannot be read";
    NoTest = 89, "generate: the relations or the name make no test; conformance: no such test or shape";
    NotAResult = 90, "merge: a file is no result of `matrix`, or of another version, or a folder has none";
    ResultsDiffer = 91, "merge: results of different builds or options, or a seed twice";
    SeedsMissing = 92, "merge: seeds are missing between the results";
    CheckOfGuest = 93, "a check that the guest has marked for overtake failed";
    Schedule = 94, "replay, explain: the schedule cannot be read, is damaged, of another version or of another program";
    NotAgain = 95, "explain: a run that failed does not fail again with the same choices";
}

/// What stands for the codes that are not `overtake`'s own, in the table for readers.
const OTHERS: [(&str, &str); 2] = [
    ("other", "`run`: the guest's own exit status"),
    (
        "128+n",
        "`run`: the guest was ended by signal n; `matrix`, `litmus`, `conformance`: overtake was (130: Ctrl-C)",
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

/// The rows of the table, as read by people.
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
            (ExitCode::CheckOfGuest, plugin::MARKED),
        ] {
            assert_eq!(i32::from(ours.code()), theirs);
        }
    }
}
