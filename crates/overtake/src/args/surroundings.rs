//! The options for what a guest learns about the machine and the time.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use emulator::surroundings::{Surroundings, Time};

/// What the guest learns about the machine and the time.
#[derive(Debug, Clone, Copy, Args)]
pub struct SurroundingsArgs {
    /// Number of CPUs that the guest sees, on any host: 1 to 64
    #[arg(long, value_name = "NUMBER", default_value_t = Surroundings::CPUS,
        value_parser = clap::value_parser!(u32).range(1..=64),
        env = "OVERTAKE_CPUS", hide_env_values = true)]
    pub cpus: u32,

    /// Clock of the guest's system calls: `schedule` advances with the instructions that run, and a sleep
    /// costs no time; `host` is the host's, so that runs with clocks do not repeat
    #[arg(long, value_parser = time(), default_value = Time::Schedule.name(),
        hide_possible_values = true, value_name = "schedule|host",
        env = "OVERTAKE_TIME", hide_env_values = true)]
    pub time: Time,
}

/// Reads the name of a clock.
fn time() -> impl TypedValueParser<Value = Time> {
    PossibleValuesParser::new(Time::ALL.map(Time::name))
        .map(|name| Time::parse(&name).expect("one of the names"))
}

impl SurroundingsArgs {
    /// The options' values.
    pub fn surroundings(self) -> Surroundings {
        Surroundings {
            cpus: self.cpus,
            time: self.time,
        }
    }

    /// The options that a printed command needs, whatever the environment variables are by then.
    pub fn again(self) -> Vec<(&'static str, String)> {
        let default = Surroundings::default();
        let mut options = Vec::new();
        let by_variable = |name| std::env::var_os(name).is_some();
        if self.cpus != default.cpus || by_variable("OVERTAKE_CPUS") {
            options.push(("cpus", self.cpus.to_string()));
        }
        if self.time != default.time || by_variable("OVERTAKE_TIME") {
            options.push(("time", self.time.name().to_owned()));
        }
        options
    }
}

impl Default for SurroundingsArgs {
    fn default() -> Self {
        let Surroundings { cpus, time } = Surroundings::default();
        Self { cpus, time }
    }
}
