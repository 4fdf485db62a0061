//! The plugin's options: `key=value` pairs. Only `assume` may be repeated.

use crate::assumption::{Assumption, FORM};

/// The parsed options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The number from which the strategy draws its choices.
    pub seed: u64,
    /// The path of the report.
    pub report: Option<String>,
    /// The number of guest instructions after which the run ends; 0 for no limit.
    pub budget: u64,
    /// Whether stores may become visible before their threads make them (load buffering).
    pub load_buffering: bool,
    /// Whether to compare memory with the model at every hand-off.
    pub check: bool,
    /// Whether to hash the guest's instructions and accesses.
    pub trace_hash: bool,
    /// The strategy that makes the free choices.
    pub strategy: Choice,
    /// The number from which the strategy draws its choices, if it is not the seed.
    pub choices: Option<u64>,
    /// The only choices that a sequentially consistent machine does not make: of one kind, or none.
    pub deviations: Option<Deviations>,
    /// The path of the schedule to record.
    pub record: Option<String>,
    /// The path of the schedule to replay.
    pub replay: Option<String>,
    /// The path of the trace of events on shared memory.
    pub trace: Option<String>,
    /// The socket over which the fork server receives orders.
    pub forkserver: Option<String>,
    /// Whether the CPU makes two accesses of one to 16 bytes, where it depends on the CPU
    /// (AArch64 without FEAT_LSE2, x86-64 without AVX, RISC-V without Zama16b).
    pub halves: bool,
    /// The number of CPUs that the guest sees.
    pub cpus: u32,
    /// Whether the guest's system calls tell the host's time instead of the schedule's.
    pub host_time: bool,
    /// The orderings to assume or to ignore.
    pub assumptions: Vec<Assumption>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            report: None,
            budget: 0,
            load_buffering: false,
            check: false,
            trace_hash: false,
            strategy: Choice::default(),
            choices: None,
            deviations: None,
            record: None,
            replay: None,
            trace: None,
            forkserver: None,
            halves: false,
            // Thread pools need more than one.
            cpus: 4,
            host_time: false,
            assumptions: Vec::new(),
        }
    }
}

/// The name of a strategy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// Selects [`weakmem::Uniform`].
    #[default]
    Uniform,
    /// Selects [`weakmem::Pct`].
    Pct,
}

/// Which choices are made that a sequentially consistent machine does not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviations(pub Option<schedule::Kind>);

impl Deviations {
    fn parse(name: &str) -> Option<Self> {
        if name == "none" {
            return Some(Self(None));
        }
        let mut all = schedule::Kind::ALL.into_iter();
        all.find(|kind| kind.name() == name)
            .map(|kind| Self(Some(kind)))
    }
}

const KNOWN: &str = "known options: seed=NUMBER, report=FILE, budget=NUMBER, check=on|off, trace-hash=on|off, \
     strategy=uniform|pct, choices=NUMBER, deviations=none|pending|unseen|early, record=FILE, replay=FILE, trace=FILE, forkserver=SOCKET, \
     halves=on|off, load-buffering=on|off, cpus=1..64, time=schedule|host, assume=ADDRESS:WHAT";

impl Options {
    /// Parses the options.
    ///
    /// # Errors
    ///
    /// The first bad option, in one line that lists the known ones; with the options that could be
    /// parsed.
    pub fn parse<'a>(
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Box<(Self, String)>> {
        let mut options = Self::default();
        let mut first_error = None;
        for argument in arguments {
            if let Err(error) = options.set(argument) {
                first_error.get_or_insert(error);
            }
        }
        match first_error {
            None => Ok(options),
            Some(error) => Err(Box::new((options, error))),
        }
    }

    fn set(&mut self, argument: &str) -> Result<(), String> {
        let (key, value) = argument
            .split_once('=')
            .ok_or_else(|| format!("plugin option `{argument}` has no value; {KNOWN}"))?;
        match key {
            "seed" => self.seed = number(key, value)?,
            "budget" => self.budget = number(key, value)?,
            "choices" => self.choices = Some(number(key, value)?),
            "deviations" => {
                self.deviations = Some(Deviations::parse(value).ok_or_else(|| {
                    format!(
                        "plugin option `deviations={value}`: not none, pending, unseen or early"
                    )
                })?);
            }
            "report" => self.report = Some(value.to_owned()),
            "record" => self.record = Some(value.to_owned()),
            "replay" => self.replay = Some(value.to_owned()),
            "trace" => self.trace = Some(value.to_owned()),
            "forkserver" => self.forkserver = Some(value.to_owned()),
            "assume" => self.assumptions.push(
                Assumption::parse(value)
                    .ok_or_else(|| format!("plugin option `assume={value}`: not {FORM}"))?,
            ),
            "cpus" => {
                self.cpus = match value.parse() {
                    Ok(cpus @ 1..=64) => cpus,
                    _ => {
                        return Err(format!(
                            "plugin option `cpus={value}`: not a number from 1 to 64"
                        ));
                    }
                }
            }
            "time" => {
                self.host_time = match value {
                    "schedule" => false,
                    "host" => true,
                    _ => {
                        return Err(format!(
                            "plugin option `time={value}`: neither `schedule` nor `host`"
                        ));
                    }
                }
            }
            "load-buffering" => self.load_buffering = switch(key, value)?,
            "check" => self.check = switch(key, value)?,
            "halves" => self.halves = switch(key, value)?,
            "trace-hash" => self.trace_hash = switch(key, value)?,
            "strategy" => {
                self.strategy = match value {
                    "uniform" => Choice::Uniform,
                    "pct" => Choice::Pct,
                    _ => {
                        return Err(format!(
                            "plugin option `strategy={value}`: neither `uniform` nor `pct`"
                        ));
                    }
                }
            }
            _ => return Err(format!("unknown plugin option `{key}`; {KNOWN}")),
        }
        Ok(())
    }
}

fn number(key: &str, value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| {
        format!(
            "plugin option `{key}={value}`: not a number from 0 to {}",
            u64::MAX
        )
    })
}

fn switch(key: &str, value: &str) -> Result<bool, String> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!(
            "plugin option `{key}={value}`: neither `on` nor `off`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_options() {
        let options = Options::parse([
            "seed=18446744073709551615",
            "report=/r",
            "budget=7",
            "check=on",
            "trace-hash=off",
            "strategy=pct",
            "choices=9",
            "deviations=early",
            "record=/a",
            "replay=/b",
            "trace=/c",
            "forkserver=/s",
            "halves=on",
            "load-buffering=on",
            "cpus=7",
            "time=host",
            "assume=0x40:release",
            "assume=0x44:ignored",
        ]);
        assert_eq!(
            options,
            Ok(Options {
                seed: u64::MAX,
                report: Some("/r".into()),
                budget: 7,
                check: true,
                trace_hash: false,
                strategy: Choice::Pct,
                choices: Some(9),
                deviations: Some(Deviations(Some(schedule::Kind::Early))),
                record: Some("/a".into()),
                replay: Some("/b".into()),
                trace: Some("/c".into()),
                forkserver: Some("/s".into()),
                halves: true,
                load_buffering: true,
                cpus: 7,
                host_time: true,
                assumptions: ["0x40:release", "0x44:ignored"]
                    .iter()
                    .filter_map(|it| Assumption::parse(it))
                    .collect(),
            })
        );
    }

    #[test]
    fn a_bad_option_is_named_and_the_report_is_still_known() {
        let (options, error) = *Options::parse(["sed=1", "report=/r"]).unwrap_err();
        assert_eq!(options.report.as_deref(), Some("/r"));
        assert!(error.starts_with("unknown plugin option `sed`"), "{error}");
        let (_, error) = *Options::parse(["assume=1"]).unwrap_err();
        assert!(error.contains("not assume=ADDRESS:ignored|"), "{error}");
        let (_, error) = *Options::parse(["seed=-1"]).unwrap_err();
        assert!(error.contains("`seed=-1`"), "{error}");
        for cpus in ["cpus=0", "cpus=65", "time=no", "deviations=all"] {
            let (_, error) = *Options::parse([cpus]).unwrap_err();
            assert!(error.contains(cpus), "{error}");
        }
    }
}
