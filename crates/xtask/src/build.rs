//! `cargo xtask build`: builds the command, the plugin and the guests, and lays out the home of
//! `overtake`.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::command;
use crate::error::Error;
use crate::packages::{TARGETS, Target};
use crate::workspace::Workspace;

/// The file names of the plugin in the home: one for each version of QEMU's plugin interface.
const PLUGINS: [&str; 2] = ["libovertake_plugin_v1.so", "libovertake_plugin_v2.so"];

/// The origin of the guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guests {
    /// Guests that are built on this machine.
    Built,
    /// Guests that were built elsewhere and are in the home, so that the same seeds give the same
    /// runs.
    Given,
}

/// Builds the `overtake` command, and returns its path.
pub fn overtake(workspace: &Workspace) -> Result<PathBuf, Error> {
    eprintln!("build: the command");
    let mut build = host(workspace, "release", &["overtake"]);
    let built = artifacts(&mut build)?;
    find(&build, &built, "overtake", "the command `overtake`")
}

/// Builds the plugin and the guests, and lays out the home.
pub fn home(workspace: &Workspace, guests: Guests) -> Result<(), Error> {
    let home = workspace.home();
    let mut layout = Layout::new(&home);

    eprintln!("build: the plugin");
    let packages = ["overtake-plugin-v1", "overtake-plugin-v2"];
    let mut build = host(workspace, "plugin", &packages);
    let built = artifacts(&mut build)?;
    for name in PLUGINS {
        let expected = "the plugins libovertake_plugin_v1.so and …_v2.so";
        layout.put(Path::new(name), &find(&build, &built, name, expected)?)?;
    }

    match guests {
        Guests::Built => build_guests(workspace, &mut layout)?,
        Guests::Given => given_guests(&home)?,
    }
    let changed = match layout.changed {
        0 => "nothing changed".to_owned(),
        1 => "1 file changed".to_owned(),
        n => format!("{n} files changed"),
    };
    eprintln!("build: {} is laid out, {changed}", home.display());
    Ok(())
}

/// Builds the guests for every target.
fn build_guests(workspace: &Workspace, layout: &mut Layout) -> Result<(), Error> {
    let flags = guest_flags(workspace)?;
    for target in TARGETS {
        eprintln!("build: guests for {}", target.name);
        let folder = Path::new("guests").join(target.name);
        let mut names = Vec::new();
        for guest in guests(workspace, target, &flags)? {
            let name = guest.file_name().unwrap_or_default().to_owned();
            layout.put(&folder.join(&name), &guest)?;
            names.push(name);
        }
        layout.keep_only(&folder, &names)?;
    }
    Ok(())
}

/// Checks that there are guests for every target.
fn given_guests(home: &Path) -> Result<(), Error> {
    for target in TARGETS {
        let folder = home.join("guests").join(target.name);
        fs::read_dir(&folder).map_err(|source| Error::NoGuests { folder, source })?;
    }
    Ok(())
}

/// Returns the command that builds these packages for the host, with this profile.
fn host(workspace: &Workspace, profile: &str, packages: &[&str]) -> Command {
    let mut build = command::cargo(workspace.root());
    build
        .args(["build", "--profile", profile])
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .arg("--target-dir")
        .arg(workspace.target_dir());
    build
}

/// Finds the file of this name among the files that a command has built.
fn find(
    build: &Command,
    built: &[PathBuf],
    name: &str,
    expected: &'static str,
) -> Result<PathBuf, Error> {
    let found = built
        .iter()
        .find(|path| path.file_name() == Some(OsStr::new(name)));
    found.cloned().ok_or_else(|| Error::Output {
        command: command::show(build),
        expected,
    })
}

/// Builds the guests for one target, each as a static executable.
///
/// They have their own target folder, because their RUSTFLAGS differ.
fn guests(workspace: &Workspace, target: Target, flags: &OsStr) -> Result<Vec<PathBuf>, Error> {
    let mut build = command::cargo(workspace.root());
    build
        .args(["build", "--release", "-p", "overtake-guests", "--bins"])
        .args(["--target", target.triple])
        .arg("--target-dir")
        .arg(workspace.target_dir().join("guests"))
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        // Incremental compilation divides the code otherwise, and another file gives other runs.
        .env("CARGO_INCREMENTAL", "0");
    artifacts(&mut build)
}

/// Returns the RUSTFLAGS for the guests, in cargo's encoding that keeps spaces in paths.
///
/// A guest must be the same file wherever it is built, so fixed names replace this machine's
/// folders.
fn guest_flags(workspace: &Workspace) -> Result<OsString, Error> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let ask =
        |args: &[&str]| command::stdout(command::command(&rustc, workspace.root()).args(args));
    let sysroot = ask(&["--print", "sysroot"])?;
    let version = ask(&["-vV"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .unwrap_or("unknown");
    let mut remap = vec![(workspace.root().to_owned(), "/overtake".to_owned())];
    if let Some(home) = cargo_home() {
        remap.push((home, "/cargo".to_owned()));
    }
    // With the component rust-src, rustc writes the component's path in place of this name.
    let library = Path::new(sysroot.trim_end()).join("lib/rustlib/src/rust");
    remap.push((library, format!("/rustc/{commit}")));

    let mut flags = OsString::from("-Ctarget-feature=+crt-static");
    for (from, to) in remap {
        flags.push("\x1f--remap-path-prefix=");
        flags.push(from);
        flags.push("=");
        flags.push(to);
    }
    Ok(flags)
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

/// Runs `cargo build` and returns the executables and shared libraries that it names, including
/// those that were up to date.
fn artifacts(build: &mut Command) -> Result<Vec<PathBuf>, Error> {
    build.arg("--message-format=json-render-diagnostics");
    Ok(artifacts_in(&command::stdout(build)?))
}

fn artifacts_in(messages: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in messages.lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if message["reason"] != "compiler-artifact" {
            continue;
        }
        let is = |kind: &str| {
            let kinds = message["target"]["kind"].as_array();
            kinds.is_some_and(|kinds| kinds.iter().any(|k| k == kind))
        };
        if is("bin") {
            files.extend(message["executable"].as_str().map(PathBuf::from));
        } else if is("cdylib") {
            let names = message["filenames"].as_array().into_iter().flatten();
            files.extend(names.filter_map(Value::as_str).map(PathBuf::from));
        }
    }
    files
}

/// Fills a folder, and writes only the files that differ.
struct Layout<'a> {
    root: &'a Path,
    changed: usize,
}

impl<'a> Layout<'a> {
    fn new(root: &'a Path) -> Self {
        Self { root, changed: 0 }
    }

    /// Makes `file` (relative to the root) a copy of `from`.
    ///
    /// The copy is renamed into place. So a process that has the old file open keeps it whole, and
    /// no process sees half a file.
    fn put(&mut self, file: &Path, from: &Path) -> Result<(), Error> {
        let to = self.root.join(file);
        if same(from, &to)? {
            return Ok(());
        }
        let folder = to.parent().expect("a file in a folder");
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let mut name = OsString::from(".");
        name.push(to.file_name().expect("a file name"));
        name.push(format!(".{}", std::process::id()));
        let new = folder.join(name);
        let done = fs::copy(from, &new)
            .and_then(|_| fs::rename(&new, &to))
            .map_err(Error::io(&to));
        if done.is_err() {
            let _ = fs::remove_file(&new);
        }
        self.changed += 1;
        done
    }

    /// Removes files that an earlier build put into `folder` and this build did not.
    fn keep_only(&mut self, folder: &Path, names: &[OsString]) -> Result<(), Error> {
        let folder = self.root.join(folder);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(Error::io(&folder))?,
        };
        for entry in entries {
            let entry = entry.map_err(Error::io(&folder))?;
            let name = entry.file_name();
            // A name that starts with a dot is an unfinished copy by another build.
            if names.contains(&name) || name.to_string_lossy().starts_with('.') {
                continue;
            }
            fs::remove_file(entry.path()).map_err(Error::io(entry.path()))?;
            self.changed += 1;
        }
        Ok(())
    }
}

/// Whether both files have the same bytes and permissions; a missing `to` differs.
fn same(from: &Path, to: &Path) -> Result<bool, Error> {
    let Ok(old) = fs::symlink_metadata(to) else {
        return Ok(false);
    };
    let new = fs::metadata(from).map_err(Error::io(from))?;
    if !old.is_file() || old.len() != new.len() || old.permissions() != new.permissions() {
        return Ok(false);
    }
    let new = fs::read(from).map_err(Error::io(from))?;
    let old = fs::read(to).map_err(Error::io(to))?;
    Ok(old == new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_executables_and_plugins_from_the_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"kind":["lib"]},"executable":null,"filenames":["/t/liba.rlib"]}
not JSON
{"reason":"compiler-artifact","target":{"kind":["custom-build"]},"executable":null,"filenames":["/t/build-script"]}
{"reason":"compiler-artifact","target":{"kind":["cdylib"]},"executable":null,"filenames":["/t/libp.so"]}
{"reason":"compiler-artifact","target":{"kind":["bin"]},"executable":"/t/x y","filenames":["/t/x y"]}
{"reason":"build-finished","success":true}"#;
        let expected = ["/t/libp.so", "/t/x y"].map(PathBuf::from);
        assert_eq!(artifacts_in(messages), expected);
    }

    #[test]
    fn writes_only_what_differs_and_removes_what_is_gone() {
        let temp = tempfile::tempdir().unwrap();
        let from = temp.path().join("from");
        let home = temp.path().join("home");
        let file = Path::new("guests/x");
        fs::write(&from, "one").unwrap();

        let mut layout = Layout::new(&home);
        layout.put(file, &from).unwrap();
        assert_eq!(layout.changed, 1);
        layout.put(file, &from).unwrap();
        assert_eq!(layout.changed, 1);
        fs::write(&from, "two").unwrap();
        layout.put(file, &from).unwrap();
        assert_eq!(layout.changed, 2);
        assert_eq!(fs::read_to_string(home.join(file)).unwrap(), "two");

        layout.put(Path::new("guests/old"), &from).unwrap();
        fs::write(home.join("guests/.x.1"), "on its way").unwrap();
        layout
            .keep_only(Path::new("guests"), &["x".into()])
            .unwrap();
        assert!(!home.join("guests/old").exists());
        assert!(home.join(file).exists());
        assert!(home.join("guests/.x.1").exists());
        layout.keep_only(Path::new("nowhere"), &[]).unwrap();
    }

    #[test]
    fn given_guests_are_there_for_each_target() {
        let temp = tempfile::tempdir().unwrap();
        for target in TARGETS {
            let message = given_guests(temp.path()).unwrap_err().to_string();
            assert!(
                message.contains(&format!("guests/{}", target.name)),
                "{message}"
            );
            let folder = temp.path().join("guests").join(target.name);
            fs::create_dir_all(&folder).unwrap();
        }
        given_guests(temp.path()).unwrap();
    }

    #[test]
    fn a_copy_that_fails_names_the_file() {
        let temp = tempfile::tempdir().unwrap();
        let missing = temp.path().join("missing");
        let error = Layout::new(temp.path())
            .put(Path::new("x"), &missing)
            .unwrap_err();
        assert!(error.to_string().contains("x"), "{error}");
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
    }
}
