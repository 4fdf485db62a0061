//! Options for the plugin.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::strategy::Strategy;
use crate::surroundings::Surroundings;

/// Options for the plugin.
#[derive(Debug, Clone, Default)]
pub struct PluginOptions {
    /// Guest instructions after which the run is ended; 0: never.
    pub budget: u64,
    /// Whether to compare the model with memory at every context switch.
    pub check: bool,
    /// Whether stores may become visible before their threads make them (load buffering).
    pub load_buffering: bool,
    /// Whether to hash the guest's instructions and accesses.
    pub trace_hash: bool,
    /// How the free choices are made.
    pub strategy: Strategy,
    /// What the guest learns about the machine and the time.
    pub surroundings: Surroundings,
    /// The file into which the plugin records the choices.
    pub record: Option<PathBuf>,
    /// The schedule to replay.
    pub replay: Option<PathBuf>,
    /// The file into which the plugin writes the accesses to shared memory.
    pub trace: Option<PathBuf>,
    /// The socket on which the fork server receives seeds.
    pub forkserver: Option<PathBuf>,
    /// Orderings to assume or to ignore at an instruction: `ADDRESS:WHAT`.
    pub assumptions: Vec<String>,
    /// Further options, passed unchanged: `KEY=VALUE`.
    pub others: Vec<String>,
}

/// The value of QEMU's `-plugin`. `halves`: see [`crate::cpu::makes_halves`].
pub fn argument(
    plugin: &Path,
    report: &Path,
    seed: u64,
    halves: bool,
    options: &PluginOptions,
) -> OsString {
    let mut argument = escaped(plugin.as_os_str());
    argument.push(format!(",seed={seed},report="));
    argument.push(escaped(report.as_os_str()));
    if options.budget != 0 {
        argument.push(format!(",budget={}", options.budget));
    }
    for (flag, given) in [
        ("check", options.check),
        ("load-buffering", options.load_buffering),
        ("trace-hash", options.trace_hash),
        ("halves", halves),
    ] {
        if given {
            argument.push(format!(",{flag}=on"));
        }
    }
    if let Some(strategy) = options.strategy.other_than_default() {
        argument.push(format!(",strategy={strategy}"));
    }
    for option in options.surroundings.options() {
        argument.push(format!(",{option}"));
    }
    for (key, path) in [
        ("record", &options.record),
        ("replay", &options.replay),
        ("trace", &options.trace),
        ("forkserver", &options.forkserver),
    ] {
        if let Some(path) = path {
            argument.push(format!(",{key}="));
            argument.push(escaped(path.as_os_str()));
        }
    }
    for assumption in &options.assumptions {
        argument.push(format!(",assume={assumption}"));
    }
    for option in &options.others {
        argument.push(",");
        argument.push(escaped(OsStr::new(option)));
    }
    argument
}

/// Escapes a value inside one of QEMU's options, where a comma begins the next value.
fn escaped(value: &OsStr) -> OsString {
    let mut bytes = Vec::with_capacity(value.len());
    for &byte in value.as_bytes() {
        bytes.push(byte);
        if byte == b',' {
            bytes.push(byte);
        }
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{PluginOptions, Strategy, Surroundings, argument};
    use crate::surroundings::Time;

    #[test]
    fn plugin_options_are_in_the_agreed_form() {
        let plain = PluginOptions::default();
        assert_eq!(
            argument(
                Path::new("/home/p.so"),
                Path::new("/tmp/r"),
                7,
                true,
                &plain
            ),
            "/home/p.so,seed=7,report=/tmp/r,halves=on"
        );
        let all = PluginOptions {
            budget: 9,
            check: true,
            load_buffering: true,
            trace_hash: true,
            strategy: Strategy::Pct,
            surroundings: Surroundings {
                cpus: 2,
                time: Time::Host,
            },
            record: Some("/r,".into()),
            replay: None,
            trace: Some("/t".into()),
            forkserver: Some("/s".into()),
            assumptions: vec!["0x40:release".to_owned()],
            others: vec!["a=b".to_owned()],
        };
        assert_eq!(
            argument(Path::new("/a,b/p.so"), Path::new("/tmp/r"), 7, false, &all),
            "/a,,b/p.so,seed=7,report=/tmp/r,budget=9,check=on,load-buffering=on,trace-hash=on,strategy=pct,cpus=2,time=host,record=/r,,,trace=/t,forkserver=/s,\
             assume=0x40:release,a=b"
        );
    }
}
