//! The folder with the plugin and the guests: `target/overtake`, filled by `cargo xtask build`.

use std::path::{Path, PathBuf};

use arch::Arch;
use etcetera::base_strategy::{BaseStrategy as _, Xdg};

use crate::error::Error;
use crate::plugin_api::PluginApi;
use crate::sources;

/// A guest of overtake's own.
#[derive(Debug, Clone, Copy)]
pub struct OwnGuest {
    /// Its file name in the home's folder of a target's guests.
    pub file: &'static str,
    /// Its name in messages: `the ring's guest`.
    pub what: &'static str,
}

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
    /// A missing home is not an error yet: plain QEMU needs no plugin.
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
            Xdg::new().ok().map(|user| user.data_dir().join("overtake")),
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

    /// One of overtake's own guests, for a target.
    pub fn guest(&self, target: Arch, guest: &OwnGuest) -> Result<PathBuf, Error> {
        self.file(&Path::new("guests").join(target.name()).join(guest.file))
            .map_err(|searched| Error::GuestMissing {
                what: guest.what,
                target,
                searched,
            })
    }

    /// The absolute path of the file called `name`, or where it was searched.
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
