//! How a run ended, and how to interpret the plugin's report.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;

use overtake_report::doing::Scene;
use overtake_report::{End, Report};

use crate::error::Error;
use crate::tested::Tested;
use crate::written;

/// How a run without an error ended.
#[derive(Debug)]
pub struct Outcome {
    /// How QEMU, and so the guest, ended.
    pub status: ExitStatus,
    /// What the plugin reported; none without a plugin.
    pub tested: Option<Tested>,
}

impl Outcome {
    /// The guest's exit status, as a shell gives it.
    pub fn exit_status(&self) -> u8 {
        match (self.status.code(), self.status.signal()) {
            // The kernel keeps 8 bits of it.
            (Some(code), _) => code as u8,
            (None, Some(signal)) => signal_status(signal),
            (None, None) => u8::MAX,
        }
    }
}

/// The signal by its number and name: `signal 6 (SIGABRT)`.
pub fn signal(number: i32) -> String {
    match signal_hook::low_level::signal_name(number) {
        Some(name) => format!("signal {number} ({name})"),
        None => format!("signal {number}"),
    }
}

/// The exit status that a shell gives to a process ended by `signal`.
pub fn signal_status(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// The plugin's report, or none if it never wrote one.
pub(crate) fn read(path: &Path) -> Result<Option<Report>, Error> {
    let text = match written::text(path) {
        Ok(text) if text.is_empty() => {
            return Err(Error::PluginCannotWrite {
                message: "cannot write its report: raise the limit on the size of files \
                          (`ulimit -f`), or make room on the disk"
                    .to_owned(),
            });
        }
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(Error::FileSystem {
                what: "cannot read the plugin's report".to_owned(),
                source,
            });
        }
    };
    parse(&text)
        .map(Some)
        .map_err(|why| Error::ReportUnreadable { why })
}

fn parse(text: &str) -> Result<Report, String> {
    /// What every version has.
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: u32,
    }

    let Versioned { version } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if version != overtake_report::VERSION {
        return Err(format!(
            "it is of version {version}, not {}",
            overtake_report::VERSION
        ));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// What was tested when a run was ended, and what its threads were doing.
pub type LastWords = (Tested, Scene);

/// What the plugin said at the end of a run that has reached its time limit.
pub(crate) fn last_words(path: &Path) -> Option<LastWords> {
    let Report {
        end: End::OutOfTime { scene },
        stats,
        trace_hash,
        inputs,
        ..
    } = read(path).ok()??
    else {
        return None;
    };
    let tested = Tested {
        stats,
        trace_hash,
        complete: true,
        inputs,
    };
    Some((tested, scene))
}

/// What the report means: what was tested, or an error.
pub(crate) fn tested(report: Report) -> Result<Tested, Error> {
    let seed = report.seed;
    let tested = |complete| Tested {
        stats: report.stats,
        trace_hash: report.trace_hash,
        complete,
        inputs: report.inputs,
    };
    Err(match report.end {
        End::Loaded | End::Running => return Ok(tested(false)),
        End::Exited => return Ok(tested(true)),
        End::Marked { message } => Error::CheckOfGuest { seed, message },
        End::BudgetExhausted { budget, scene } => Error::BudgetExhausted {
            seed,
            budget,
            tested: Box::new(tested(true)),
            scene: Box::new(scene),
        },
        // Only where the limit is known it is asked for.
        End::OutOfTime { .. } => Error::PluginInternal {
            seed,
            message: "it ended the run for a time limit that was not reached".to_owned(),
        },
        End::CheckFailed { message } => Error::CheckFailed { seed, message },
        End::BrokenPromise { message } => Error::BrokenPromise { seed, message },
        End::BadOption { message } => Error::PluginOption { message },
        End::Refused { message } => Error::PluginRefused { message },
        End::Unwritten { message } => Error::PluginCannotWrite { message },
        End::Internal { message } => Error::PluginInternal { seed, message },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use overtake_report::doing::Scene;
    use overtake_report::{End, Report, Stats, VERSION};

    use super::{parse, tested};
    use crate::error::Error;

    fn report(end: End) -> Report {
        Report {
            version: VERSION,
            seed: 3,
            end,
            stats: Stats::default(),
            trace_hash: None,
            inputs: BTreeMap::new(),
        }
    }

    #[test]
    fn every_end_is_an_outcome_or_an_error() {
        let message = || "why".to_owned();
        for end in [End::Running, End::Exited] {
            let complete = end == End::Exited;
            assert_eq!(tested(report(end)).unwrap().complete, complete);
        }
        let error = |end| tested(report(end)).unwrap_err();
        assert!(matches!(
            error(End::BadOption { message: message() }),
            Error::PluginOption { .. }
        ));
        assert!(matches!(
            error(End::Refused { message: message() }),
            Error::PluginRefused { .. }
        ));
        assert!(matches!(
            error(End::BudgetExhausted {
                budget: 5,
                scene: Scene::default()
            }),
            Error::BudgetExhausted {
                seed: 3,
                budget: 5,
                ..
            }
        ));
        assert!(matches!(
            error(End::CheckFailed { message: message() }),
            Error::CheckFailed { seed: 3, .. }
        ));
        assert!(matches!(
            error(End::BrokenPromise { message: message() }),
            Error::BrokenPromise { seed: 3, .. }
        ));
        assert!(matches!(
            error(End::Marked { message: message() }),
            Error::CheckOfGuest { seed: 3, .. }
        ));
        assert!(matches!(
            error(End::Unwritten { message: message() }),
            Error::PluginCannotWrite { .. }
        ));
        assert!(matches!(
            error(End::Internal { message: message() }),
            Error::PluginInternal { seed: 3, .. }
        ));
    }

    #[test]
    fn reports_of_other_versions_are_refused() {
        let mut other = report(End::Exited);
        assert!(parse(&serde_json::to_string(&other).unwrap()).is_ok());
        other.version += 1;
        let message = parse(&serde_json::to_string(&other).unwrap()).unwrap_err();
        assert!(message.contains("of version"), "{message}");
        assert!(parse("{}").is_err());
        assert!(parse("").is_err());
    }
}
