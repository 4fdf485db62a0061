//! Tests that are run, or skipped with a reason.
//!
//! libtest counts a test that returns early because something is missing as passed. These tests declare what they
//! need. Each one runs, or counts as skipped (libtest's "ignored") with the reason.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};

use super::need::Need;

/// The variable that names a file for reasons, a line `NAME: REASON` each: `cargo xtask test` sets it,
/// because nextest, which lists tests first and then runs each alone, shows none.
const REASONS: &str = "OVERTAKE_TEST_SKIPPED";

/// A test.
pub struct Test {
    name: String,
    run: Arc<dyn Fn() + Send + Sync>,
    needs: Vec<Need>,
    or: Option<&'static str>,
}

impl Test {
    /// The test of this name; of a path of modules all but the first, which is the program.
    pub fn new(path: &str, run: impl Fn() + Send + Sync + 'static) -> Self {
        let (_, name) = path.split_once("::").expect("a path");
        Self {
            name: name.to_owned(),
            run: Arc::new(run),
            needs: Vec::new(),
            or: None,
        }
    }

    /// Says what it needs.
    pub fn needs(mut self, need: Need) -> Self {
        self.needs.push(need);
        self
    }

    /// Has the test run all the same where a need is not met, with `suffix` behind its name: it then
    /// compares less.
    pub fn or(mut self, suffix: &'static str) -> Self {
        self.or = Some(suffix);
        self
    }

    /// Whether the arguments ask for the test, or for its lesser form.
    fn is_asked_for(&self, arguments: &Arguments) -> bool {
        let filter = arguments.filter.as_deref();
        !arguments.exact || filter.is_none_or(|filter| filter.starts_with(&self.name))
    }

    fn trials(self, arguments: &Arguments) -> Vec<Trial> {
        let Some(reason) = self.needs.iter().find_map(|need| need.missing()) else {
            let run = self.run;
            return vec![Trial::test(self.name, move || {
                run();
                Ok(())
            })];
        };
        let mut trials = Vec::new();
        if let Some(suffix) = self.or {
            let run = self.run;
            trials.push(Trial::test(format!("{}_{suffix}", self.name), move || {
                run();
                Ok(())
            }));
        }
        // Where tests are listed, the flag tells; where they are run, the reason is shown.
        trials.push(if arguments.list {
            note(&self.name, &reason);
            Trial::test(self.name, || Ok(())).with_ignored_flag(true)
        } else {
            Trial::ignorable_test(self.name, move || Ok(Completion::ignored_with(reason)))
        });
        trials
    }
}

/// Appends the reason to the file for reasons.
fn note(name: &str, reason: &str) {
    let Some(file) = env::var_os(REASONS) else {
        return;
    };
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .expect("the file for reasons is writable");
    // One write: other tests are listed at the same time.
    file.write_all(format!("{name}: {reason}\n").as_bytes())
        .expect("the file for reasons is writable");
}

/// Runs or lists the tests, as the command line says.
pub fn run(tests: impl IntoIterator<Item = Test>) -> ExitCode {
    let arguments = Arguments::from_args();
    let asked = tests
        .into_iter()
        .filter(|test| test.is_asked_for(&arguments));
    let trials = asked.flat_map(|test| test.trials(&arguments)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The test of a function without arguments, under the function's path.
#[macro_export]
macro_rules! test {
    ($function:ident) => {
        $crate::support::test::Test::new(
            concat!(module_path!(), "::", stringify!($function)),
            $function,
        )
    };
}
