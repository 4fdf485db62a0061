//! A QEMU, what it can do, and how it is started.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::emulation::Strategy;
use crate::error::Error;
use crate::home::Home;
use crate::probes;
use crate::target::Target;

/// The first and the last QEMU that the plugin can be loaded into, for people.
const VERSIONS: (&str, &str) = ("6.0", "10.2");

/// A version of QEMU's plugin interface; for each there is a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginApi {
    /// Version 1: QEMU 6 to 8.
    V1,
    /// Version 2, and later ones that take plugins of version 2: QEMU 9 and 10.
    V2,
}

impl PluginApi {
    /// Each.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// That of a QEMU of this major version. Up to 5 it is version 0 only; after 10 it is not
    /// known yet.
    pub fn of_major(major: u32) -> Option<Self> {
        match major {
            6..=8 => Some(Self::V1),
            9..=10 => Some(Self::V2),
            _ => None,
        }
    }

    /// The plugin's file name in the home.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::V1 => "libovertake_plugin_v1.so",
            Self::V2 => "libovertake_plugin_v2.so",
        }
    }
}

/// QEMU's user emulation for one target.
#[derive(Debug, Clone)]
pub struct Qemu {
    /// The program.
    pub path: PathBuf,
    /// What it emulates.
    pub target: Target,
    /// The plugin that it can load; none before [`Qemu::with_plugin`].
    pub plugin: Option<PathBuf>,
}

/// What a QEMU says of itself.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Its version as it prints it, such as `7.2.22`.
    pub version: String,
    /// The version of its plugin interface.
    pub api: PluginApi,
}

/// What the plugin is asked to do.
#[derive(Debug, Clone, Default)]
pub struct PluginOptions {
    /// Guest instructions after which the run is ended; 0: never.
    pub budget: u64,
    /// Whether every shadow is compared with memory at every hand-off.
    pub check: bool,
    /// Whether a hash is made over the guest's instructions and accesses.
    pub trace_hash: bool,
    /// Who makes the free choices.
    pub strategy: Strategy,
    /// Where the choices are written down.
    pub record: Option<PathBuf>,
    /// The schedule whose choices are made again.
    pub replay: Option<PathBuf>,
    /// Where what happens to shared memory is written down.
    pub trace: Option<PathBuf>,
    /// The socket over which seeds are ordered.
    pub forkserver: Option<PathBuf>,
    /// Orderings that are supposed, or supposed away: `ADDRESS:WHAT`.
    pub assumptions: Vec<String>,
    /// Options passed on as they are, `KEY=VALUE`.
    pub others: Vec<String>,
}

impl Qemu {
    /// The QEMU that the user named by `--qemu` or by the target's variable, or the first on
    /// `PATH`, dynamically linked before static (which has no plugins).
    pub fn find(target: Target, named: Option<&Path>) -> Result<Self, Error> {
        let missing = Error::QemuMissing { target };
        let variable = env::var_os(target.qemu_variable()).filter(|value| !value.is_empty());
        let path = match named.map(Path::as_os_str).or(variable.as_deref()) {
            Some(name) if name.as_bytes().contains(&b'/') => PathBuf::from(name),
            Some(name) => on_path(name).ok_or(missing)?,
            None => on_path(OsStr::new(&target.qemu()))
                .or_else(|| on_path(OsStr::new(&format!("{}-static", target.qemu()))))
                .ok_or(missing)?,
        };
        Ok(Qemu {
            // It may be started from another folder.
            path: std::path::absolute(&path).unwrap_or(path),
            target,
            plugin: None,
        })
    }

    /// Asks QEMU for its version, and whether it can load plugins; refuses one that cannot load
    /// the plugin.
    pub fn probe(&self) -> Result<Probe, Error> {
        let first_line = self.ask("--version")?;
        let first_line = first_line.lines().next().unwrap_or_default();
        let version = first_line
            .split_once(" version ")
            .and_then(|(_, rest)| rest.split_whitespace().next())
            .ok_or_else(|| {
                self.unusable(format!("it does not tell its version, but `{first_line}`"))
            })?;
        let major =
            major(version).ok_or_else(|| self.unusable(format!("`{version}` is not a version")))?;
        let api = PluginApi::of_major(major).ok_or_else(|| Error::QemuVersion {
            path: self.path.clone(),
            version: version.to_owned(),
            too_new: major > 10,
            supported: VERSIONS,
        })?;
        let plugins = self
            .ask("--help")?
            .lines()
            .any(|line| line.trim_start().starts_with("-plugin"));
        if !plugins {
            return Err(Error::QemuWithoutPlugins {
                path: self.path.clone(),
            });
        }
        Ok(Probe {
            version: version.to_owned(),
            api,
        })
    }

    /// With the plugin in `home` that this QEMU can load.
    pub fn with_plugin(mut self, home: &Home) -> Result<Self, Error> {
        let known = probes::version(&self.path).and_then(|version| api_of(&version));
        let api = match known {
            Some(api) => api,
            None => {
                let Probe { version, api } = self.probe()?;
                probes::keep(&self.path, &version);
                api
            }
        };
        self.plugin = Some(home.plugin(api)?);
        Ok(self)
    }

    /// The plugin that it was found with ([`Qemu::with_plugin`]).
    pub fn plugin(&self) -> Result<&Path, Error> {
        self.plugin.as_deref().ok_or(Error::PluginMissing {
            searched: Vec::new(),
        })
    }

    /// The command that starts a guest, to which program and arguments are still to be added.
    pub fn command(&self, cpu: &str) -> Command {
        let mut command = Command::new(&self.path);
        if let Some(size) = self.target.reserved() {
            command.arg("-R").arg(format!("{size:#x}"));
        }
        command
            .args(["-cpu", cpu])
            // The random bytes on the guest's stack: before its first thread no seed matters.
            .args(["-seed", "1"]);
        for (name, _) in for_qemu_alone() {
            command.args(["-U", name]);
        }
        // The variable is QEMU's own way to name a sysroot; it goes before a guess.
        if env::var_os("QEMU_LD_PREFIX").is_none()
            && let Some(sysroot) = self.target.sysroot()
        {
            command.arg("-L").arg(sysroot);
        }
        command
    }

    fn ask(&self, question: &str) -> Result<String, Error> {
        let output = Command::new(&self.path)
            .arg(question)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => self.unusable("there is no such file".to_owned()),
                _ => self.unusable(error.to_string()),
            })?;
        if !output.status.success() {
            return Err(self.unusable(format!("`{question}` ended with {}", output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn unusable(&self, why: String) -> Error {
        Error::QemuUnusable {
            target: self.target,
            path: self.path.clone(),
            why,
        }
    }
}

/// The value of QEMU's `-plugin`.
pub fn plugin_argument(
    plugin: &Path,
    report: &Path,
    seed: u64,
    options: &PluginOptions,
) -> OsString {
    let mut argument = escaped(plugin.as_os_str());
    argument.push(format!(",seed={seed},report="));
    argument.push(escaped(report.as_os_str()));
    if options.budget != 0 {
        argument.push(format!(",budget={}", options.budget));
    }
    for (flag, given) in [("check", options.check), ("trace-hash", options.trace_hash)] {
        if given {
            argument.push(format!(",{flag}=on"));
        }
    }
    if let Some(strategy) = options.strategy.other_than_default() {
        argument.push(format!(",strategy={strategy}"));
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

/// Variables that are QEMU's alone: they are kept from the guest. What the user has set is the guest's.
///
/// - `MALLOC_…`: its allocator asks the kernel less often, which shortens a short run by a tenth.
/// - `G_SLICE`: QEMU 7.2 keeps its table of translated blocks in GLib's slices. Their lock may be held by
///   another thread when the guest forks; the child then waits for it for ever. `malloc`'s locks are put
///   right in a child.
pub fn for_qemu_alone() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("MALLOC_ARENA_MAX", "1"),
        ("MALLOC_TOP_PAD_", "4194304"),
        ("G_SLICE", "always-malloc"),
    ]
    .into_iter()
    .filter(|(name, _)| env::var_os(name).is_none())
}

/// The first number of a version.
fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

fn api_of(version: &str) -> Option<PluginApi> {
    PluginApi::of_major(major(version)?)
}

/// A value inside one of QEMU's options, where a comma would begin the next one.
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

/// The first executable file called `name` in the folders of `PATH`.
pub fn on_path(name: &OsStr) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| {
            path.metadata()
                .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
        })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{PluginOptions, Strategy, plugin_argument};

    #[test]
    fn plugin_options_are_in_the_agreed_form() {
        let plain = PluginOptions::default();
        assert_eq!(
            plugin_argument(Path::new("/home/p.so"), Path::new("/tmp/r"), 7, &plain),
            "/home/p.so,seed=7,report=/tmp/r"
        );
        let all = PluginOptions {
            budget: 9,
            check: true,
            trace_hash: true,
            strategy: Strategy::Pct,
            record: Some("/r,".into()),
            replay: None,
            trace: Some("/t".into()),
            forkserver: Some("/s".into()),
            assumptions: vec!["0x40:release".to_owned()],
            others: vec!["a=b".to_owned()],
        };
        assert_eq!(
            plugin_argument(Path::new("/a,b/p.so"), Path::new("/tmp/r"), 7, &all),
            "/a,,b/p.so,seed=7,report=/tmp/r,budget=9,check=on,trace-hash=on,strategy=pct,record=/r,,,trace=/t,forkserver=/s,\
             assume=0x40:release,a=b"
        );
    }
}
