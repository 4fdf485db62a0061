//! A QEMU, what it can do, and how to start it.

use std::env;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use arch::Arch;
use which::which_global;

use crate::error::Error;
use crate::home::Home;
use crate::plugin_api::{PluginApi, VERSIONS};
use crate::probes;
use crate::target::Target as _;

/// QEMU's user emulation for one target.
#[derive(Debug, Clone)]
pub struct Qemu {
    /// The program.
    pub path: PathBuf,
    /// What it emulates.
    pub target: Arch,
    /// The plugin that it can load; none before [`Qemu::with_plugin`].
    pub plugin: Option<PathBuf>,
    /// The folder that the user named as the guest's root, in which its loader and libraries are
    /// looked for first.
    pub named_sysroot: Option<PathBuf>,
}

/// What a QEMU reports about itself.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Its version as it prints it, such as `7.2.22`.
    pub version: String,
    /// The version of its plugin interface.
    pub api: PluginApi,
}

impl Qemu {
    /// The QEMU that the user named by `--qemu` or by the target's variable, or the first on
    /// `PATH`, dynamically linked before static (which has no plugins).
    pub fn find(target: Arch, named: Option<&Path>) -> Result<Self, Error> {
        let missing = Error::QemuMissing { target };
        let variable = env::var_os(target.qemu_variable()).filter(|value| !value.is_empty());
        let path = match named.map(Path::as_os_str).or(variable.as_deref()) {
            Some(name) if name.as_bytes().contains(&b'/') => PathBuf::from(name),
            Some(name) => which_global(name).map_err(|_| missing)?,
            None => which_global(target.qemu())
                .or_else(|_| which_global(format!("{}-static", target.qemu())))
                .map_err(|_| missing)?,
        };
        Ok(Qemu {
            // It may start in another folder.
            path: std::path::absolute(&path).unwrap_or(path),
            target,
            plugin: None,
            named_sysroot: None,
        })
    }

    /// Asks QEMU for its version and whether it can load plugins; an error if it cannot load ours.
    pub fn probe(&self) -> Result<Probe, Error> {
        let first_line = self.ask("--version")?;
        let first_line = first_line.lines().next().unwrap_or_default();
        let version = first_line
            .split_once(" version ")
            .and_then(|(_, rest)| rest.split_whitespace().next())
            .ok_or_else(|| {
                self.unusable(format!("`--version` prints no version but `{first_line}`"))
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

    /// Adds the plugin in `home` that this QEMU can load.
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

    /// The plugin from [`Qemu::with_plugin`].
    pub fn plugin(&self) -> Result<&Path, Error> {
        self.plugin.as_deref().ok_or(Error::PluginMissing {
            searched: Vec::new(),
        })
    }

    /// The command that starts a guest; the caller adds the program and its arguments.
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
        // A shell sets it to the path by which `overtake` was started. The length of the environment
        // moves the guest's stack.
        command.env_remove("_");
        if let Some(sysroot) = self.sysroot() {
            command.arg("-L").arg(sysroot);
        }
        command
    }

    /// The folder in which the guest's loader and libraries are looked for first: the one that the user named,
    /// by `--sysroot` or by QEMU's own variable, or that of Debian's cross C library.
    pub fn sysroot(&self) -> Option<PathBuf> {
        let variable = || {
            let value = env::var_os("QEMU_LD_PREFIX").filter(|value| !value.is_empty());
            value.map(PathBuf::from)
        };
        let named = self.named_sysroot.clone().or_else(variable);
        named.or_else(|| self.target.sysroot())
    }

    /// The one that was built into QEMU, as the last lines of its help say.
    pub fn own_sysroot(&self) -> Option<PathBuf> {
        let help = self.ask("--help").ok()?;
        let line = help
            .lines()
            .find_map(|line| line.strip_prefix("QEMU_LD_PREFIX"))?;
        Some(PathBuf::from(line.trim_start_matches([' ', '=']).trim()))
    }

    /// The list of CPUs that it prints. (It ends with status 1 when it has printed it.)
    pub fn cpus(&self) -> Result<String, Error> {
        let output = self.output(&["-cpu", "help"])?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn ask(&self, question: &str) -> Result<String, Error> {
        let output = self.output(&[question])?;
        if !output.status.success() {
            return Err(self.unusable(format!("`{question}` ended with {}", output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn output(&self, arguments: &[&str]) -> Result<Output, Error> {
        Command::new(&self.path)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => self.unusable("the file does not exist".to_owned()),
                _ => self.unusable(error.to_string()),
            })
    }

    fn unusable(&self, why: String) -> Error {
        Error::QemuUnusable {
            target: self.target,
            path: self.path.clone(),
            why,
        }
    }
}

/// Environment variables for QEMU only, hidden from the guest. A variable that the user has set is not replaced.
///
/// - `MALLOC_…`: the allocator calls the kernel less often, which shortens a short run by a tenth.
/// - `G_SLICE`: QEMU 7.2 keeps its table of translated blocks in GLib's slices. Another thread
///   may hold their lock when the guest forks; the child then deadlocks. `malloc` resets its locks in a child.
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
