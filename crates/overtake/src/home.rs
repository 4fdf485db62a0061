//! The folder with the plugin and the guests: `target/overtake`, filled by `cargo xtask build`.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::qemu::PluginApi;
use crate::sources;
use crate::target::Target;

/// The scenario's file name in the home's folder of a target's guests.
pub const SCENARIO: &str = "aio-ring-race";

/// The file name, in the same folder, of the guest that runs litmus tests.
pub const LITMUS: &str = "litmus";

/// Where the plugin and the guests are.
#[derive(Debug, Clone)]
pub struct Home {
    /// The folder, or the folders where it would have been found, most likely first.
    places: Result<PathBuf, Vec<PathBuf>>,
}

impl Home {
    /// The home that the user named, or else the first one found:
    ///
    /// 1. `overtake/` in a folder above this program's (`target/debug/overtake` finds
    ///    `target/overtake/`),
    /// 2. `target/overtake/` in the working directory or a folder above it,
    /// 3. `overtake/` in the user's data folder (`$XDG_DATA_HOME` or `~/.local/share`),
    /// 4. where this program's sources put it: `cargo install` leaves only the program.
    ///
    /// Nothing is wrong yet when there is none: plain QEMU needs no plugin.
    pub fn find(named: Option<&Path>) -> Self {
        // An empty variable names none.
        if let Some(named) = named.filter(|named| !named.as_os_str().is_empty()) {
            return Home {
                places: Ok(named.to_owned()),
            };
        }
        let program = std::env::current_exe().unwrap_or_default();
        let directory = std::env::current_dir().unwrap_or_default();
        let near_program = program.ancestors().skip(2).map(|dir| dir.join("overtake"));
        let near_directory = directory.ancestors().map(|dir| dir.join("target/overtake"));
        let elsewhere = [
            data_folder().map(|dir| dir.join("overtake")),
            Some(sources::home()),
        ];
        let elsewhere = elsewhere.into_iter().flatten();
        let found = near_program
            .clone()
            .chain(near_directory.clone())
            .chain(elsewhere.clone())
            .find(|place| {
                let has = |api: PluginApi| place.join(api.file_name()).is_file();
                PluginApi::ALL.into_iter().any(has) || place.join("guests").is_dir()
            });
        Home {
            places: found.ok_or_else(|| {
                let mut places: Vec<_> =
                    near_program.take(1).chain(near_directory.take(1)).collect();
                for place in elsewhere {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                places
            }),
        }
    }

    /// The folder itself, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.places.as_deref().ok()
    }

    /// The plugin for one version of QEMU's plugin interface.
    pub fn plugin(&self, api: PluginApi) -> Result<PathBuf, Error> {
        self.file(Path::new(api.file_name()))
            .map_err(|searched| Error::PluginMissing { searched })
    }

    /// The scenario's guest for a target.
    pub fn scenario(&self, target: Target) -> Result<PathBuf, Error> {
        self.file(&Path::new("guests").join(target.name()).join(SCENARIO))
            .map_err(|searched| Error::ScenarioMissing { target, searched })
    }

    /// The guest that runs litmus tests, for a target.
    pub fn litmus(&self, target: Target) -> Result<PathBuf, Error> {
        self.file(&Path::new("guests").join(target.name()).join(LITMUS))
            .map_err(|searched| Error::LitmusGuestMissing { target, searched })
    }

    /// The file called `name`, made absolute, or where it was looked for.
    fn file(&self, name: &Path) -> Result<PathBuf, Vec<PathBuf>> {
        let home = self.places.as_ref().map_err(Clone::clone)?;
        let path = home.join(name);
        if path.is_file() {
            Ok(std::path::absolute(&path).unwrap_or(path))
        } else {
            Err(vec![home.clone()])
        }
    }
}

/// Where programs put a user's data (XDG Base Directory Specification: a relative path is to be
/// ignored).
fn data_folder() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    named
        .filter(|folder| folder.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
}
