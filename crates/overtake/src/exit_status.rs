//! The exit status for each error.

use crate::error::Error;
use crate::exit_code::ExitCode;

/// The exit status of a process that ends for this reason.
pub fn exit_status(error: &Error) -> u8 {
    match error {
        Error::Emulator(error) => of_emulator(error),
        Error::Race(error) => of_race(error),
        Error::Diagnosis(error) => of_diagnosis(error),
        Error::Litmus(error) => of_litmus(error),
        Error::NoTest { .. } => ExitCode::NoTest.code(),
        Error::InRun { error, .. } => exit_status(error),
        Error::FileSystem { .. } => ExitCode::FileSystem.code(),
    }
}

fn of_emulator(error: &emulator::error::Error) -> u8 {
    use emulator::error::Error;

    let code = match error {
        Error::UnknownTarget { .. } => ExitCode::UnknownTarget,
        Error::ProgramUnreadable { .. } => ExitCode::ProgramUnreadable,
        Error::NotAGuest { .. } | Error::OtherTarget { .. } => ExitCode::WrongArchitecture,
        Error::QemuMissing { .. } | Error::QemuUnusable { .. } | Error::GuestNotStarted { .. } => {
            ExitCode::QemuMissing
        }
        Error::InterpreterMissing { .. } => ExitCode::InterpreterMissing,
        Error::QemuWithoutPlugins { .. } => ExitCode::QemuWithoutPlugins,
        Error::QemuVersion { .. } => ExitCode::QemuVersion,
        Error::PluginMissing { .. } => ExitCode::PluginMissing,
        Error::PluginOption { .. } => ExitCode::PluginOption,
        Error::GuestMissing { .. } => ExitCode::ScenarioMissing,
        Error::PluginNotLoaded { .. } | Error::PluginRefused { .. } => ExitCode::PluginNotLoaded,
        Error::ReportUnreadable { .. } => ExitCode::ReportUnreadable,
        Error::BudgetExhausted { .. } => ExitCode::BudgetExhausted,
        Error::TimedOut { .. } => ExitCode::TimedOut,
        Error::CheckOfGuest { .. } => ExitCode::CheckOfGuest,
        Error::CheckFailed { .. } => ExitCode::CheckFailed,
        Error::BrokenPromise { .. } => ExitCode::BrokenPromise,
        Error::PluginInternal { .. } => ExitCode::PluginInternal,
        Error::Interrupted { signal } => return emulator::outcome::signal_status(*signal),
        Error::OutOfProcessorTime { .. } => ExitCode::Unfinished,
        Error::FileSystem { .. } | Error::PluginCannotWrite { .. } => ExitCode::FileSystem,
    };
    code.code()
}

fn of_race(error: &ring_race::error::Error) -> u8 {
    use ring_race::error::Error;

    let code = match error {
        Error::UnknownVariant { .. } => ExitCode::UnknownVariant,
        Error::NoEvents => ExitCode::NoEvents,
        Error::TooFewSlots { .. } => ExitCode::TooFewSlots,
        Error::GuestFailed { .. } => ExitCode::GuestFailed,
        Error::NotAResult { .. } | Error::NoResults { .. } => ExitCode::NotAResult,
        Error::ResultsDiffer { .. } => ExitCode::ResultsDiffer,
        Error::SeedsMissing { .. } => ExitCode::SeedsMissing,
        Error::InRun { error, .. } => return of_race(error),
        Error::Emulator(error) => return of_emulator(error),
    };
    code.code()
}

fn of_diagnosis(error: &diagnosis::error::Error) -> u8 {
    use diagnosis::error::Error;

    let code = match error {
        Error::Recording { .. } => ExitCode::ReportUnreadable,
        Error::Schedule { .. } => ExitCode::Schedule,
        Error::NoFailure { .. } => ExitCode::NotExposed,
        Error::OutOfTime { .. } => ExitCode::Unfinished,
        Error::FailsAlready { .. } => ExitCode::FailsAlready,
        Error::NotAgain { .. } => ExitCode::NotAgain,
        Error::Race(error) => return of_race(error),
        Error::Emulator(error) => return of_emulator(error),
    };
    code.code()
}

/// The exit status of a litmus test that could not be run.
pub fn of_litmus(error: &litmus_runner::error::Error) -> u8 {
    use litmus_runner::error::Error;

    let code = match error {
        Error::AssemblerMissing { .. } => ExitCode::AssemblerMissing,
        Error::LitmusTest { .. } | Error::NoInstruction { .. } => ExitCode::LitmusTest,
        Error::Verdicts { .. } => ExitCode::Verdicts,
        Error::NotInSuite { .. } => ExitCode::NoTest,
        Error::InRun { error, .. } => return of_litmus(error),
        Error::Emulator(error) => return of_emulator(error),
    };
    code.code()
}

#[cfg(test)]
mod tests {
    use emulator::error::Error;

    use super::exit_status;

    #[test]
    fn every_end_of_the_plugin_has_its_exit_code() {
        let message = || "why".to_owned();
        let seed = 3;
        for (error, expected) in [
            (Error::PluginOption { message: message() }, 75),
            (Error::PluginRefused { message: message() }, 77),
            (Error::PluginCannotWrite { message: message() }, 85),
            (
                Error::BudgetExhausted {
                    seed,
                    budget: 5,
                    tested: Box::default(),
                    scene: Box::default(),
                },
                80,
            ),
            (
                Error::CheckFailed {
                    seed,
                    message: message(),
                },
                82,
            ),
            (
                Error::BrokenPromise {
                    seed,
                    message: message(),
                },
                97,
            ),
            (
                Error::PluginInternal {
                    seed,
                    message: message(),
                },
                83,
            ),
            (
                Error::CheckOfGuest {
                    seed,
                    message: message(),
                },
                93,
            ),
            (Error::Interrupted { signal: 2 }, 130),
        ] {
            assert_eq!(exit_status(&error.into()), expected);
        }
    }

    #[test]
    fn an_error_has_the_same_status_whatever_it_is_wrapped_in() {
        use crate::error::Error as Own;

        let missing = || Error::PluginMissing {
            searched: Vec::new(),
        };
        let race = || ring_race::error::Error::from(missing()).in_run(|| "a run".to_owned());
        let diagnosis = diagnosis::error::Error::from(race());
        let litmus = litmus_runner::error::Error::from(missing());
        for error in [
            Own::from(missing()),
            Own::from(race()),
            Own::from(diagnosis),
            Own::from(litmus),
            Own::from(race()).in_run(|| "a run".to_owned()),
        ] {
            assert_eq!(exit_status(&error), 74);
        }
    }
}
