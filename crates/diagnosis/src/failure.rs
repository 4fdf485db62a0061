//! Decides whether a run failed.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use emulator::error::Error;
use emulator::outcome::{self, Outcome};

/// How a run failed that used up its budget of instructions.
pub const DOES_NOT_END: &str = "it does not end within its budget";

/// What counts as a failure.
#[derive(Debug, Clone, Default)]
pub enum When {
    /// The exit status is not 0, a signal or a panic ended the program, a marked check failed, or the
    /// program does not end.
    #[default]
    Status,
    /// No line of its output contains this.
    Lacks(String),
    /// A line of its output contains this.
    Says(String),
}

impl When {
    /// The command-line options for it.
    pub fn words(&self) -> Vec<String> {
        match self {
            When::Status => Vec::new(),
            When::Lacks(text) => vec!["--expect".to_owned(), text.clone()],
            When::Says(text) => vec!["--fail-on".to_owned(), text.clone()],
        }
    }

    /// How a run failed, worded the same for the same failure; none if it did not fail. An error that the
    /// program did not cause is returned.
    pub fn classify(
        &self,
        outcome: Result<Outcome, Error>,
        output: &str,
        errors: &str,
    ) -> Result<Option<String>, Error> {
        let status = match outcome {
            Ok(outcome) => outcome.status,
            Err(Error::CheckOfGuest { message, .. }) => {
                return Ok(Some(format!("a check failed: {message}")));
            }
            Err(Error::BudgetExhausted { .. }) => {
                return Ok(Some(DOES_NOT_END.to_owned()));
            }
            Err(error) => return Err(error),
        };
        let says = |text: &str| {
            let mut lines = output.lines().chain(errors.lines());
            lines.any(|line| line.contains(text))
        };
        Ok(match self {
            When::Status => of_status(status, errors),
            When::Lacks(text) => {
                (!says(text)).then(|| format!("no line of its output contains `{text}`"))
            }
            When::Says(text) => says(text).then(|| format!("its output contains `{text}`")),
        })
    }
}

fn of_status(status: ExitStatus, errors: &str) -> Option<String> {
    let panic = errors
        .lines()
        .find_map(|line| Some(line.split_once(" panicked at ")?.1.trim_end_matches(':')));
    match (status.code(), status.signal(), panic) {
        (Some(0), _, _) => None,
        (_, _, Some(place)) => Some(format!("panicked at {place}")),
        (Some(code), ..) => Some(format!("exit status {code}")),
        (_, Some(signal), _) => Some(outcome::signal(signal)),
        (None, None, None) => Some("it ended in an unknown way".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(raw: i32) -> Result<Outcome, Error> {
        Ok(Outcome {
            status: ExitStatus::from_raw(raw),
            tested: None,
        })
    }

    #[test]
    fn failures_have_names() {
        let classify = |when: &When, raw, output: &str, errors: &str| {
            when.classify(outcome(raw), output, errors).unwrap()
        };
        let status = When::Status;
        assert_eq!(
            classify(&status, 0, "", "thread 'x' panicked at a.rs:1:2:"),
            None
        );
        assert_eq!(classify(&status, 1 << 8, "", "").unwrap(), "exit status 1");
        assert_eq!(classify(&status, 6, "", "").unwrap(), "signal 6 (SIGABRT)");
        let panic = "\nthread 'main' (7) panicked at src/a.rs:3:5:\nassertion failed";
        assert_eq!(
            classify(&status, 101 << 8, "", panic).unwrap(),
            "panicked at src/a.rs:3:5"
        );
        let lacks = When::Lacks("all good".to_owned());
        assert_eq!(classify(&lacks, 1 << 8, "it is all good\n", ""), None);
        assert!(classify(&lacks, 0, "", "").unwrap().contains("`all good`"));
        let says = When::Says("lost".to_owned());
        assert_eq!(classify(&says, 0, "ok\n", ""), None);
        assert!(classify(&says, 0, "", "2 lost\n").is_some());
        let hang = Err(Error::BudgetExhausted {
            seed: 1,
            budget: 5,
            tested: Box::default(),
            scene: Box::default(),
        });
        assert!(status.classify(hang, "", "").unwrap().is_some());
        let broken = Err(Error::Interrupted { signal: 2 });
        assert!(status.classify(broken, "", "").is_err());
    }
}
