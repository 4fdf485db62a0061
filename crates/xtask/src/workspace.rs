//! Where the workspace and its target folder are.

use std::env;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command;
use crate::error::Error;

/// The workspace that xtask belongs to.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    target_dir: PathBuf,
}

impl Workspace {
    /// Asks cargo, which knows every way to set the target folder.
    pub fn find() -> Result<Self, Error> {
        // At run time first: one target folder may serve several checkouts.
        let xtask = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        // Run in the user's folder: a relative CARGO_TARGET_DIR starts there.
        let mut metadata = command::cargo(Path::new("."));
        metadata
            .args(["metadata", "--no-deps", "--format-version=1"])
            .arg("--manifest-path")
            .arg(xtask.join("Cargo.toml"));
        let answer = command::stdout(&mut metadata)?;
        let not_understood = |expected| Error::Answer {
            command: command::show(&metadata),
            expected,
        };
        let answer: Value =
            serde_json::from_str(&answer).map_err(|_| not_understood("one JSON object"))?;
        let path = |key: &str| answer[key].as_str().map(PathBuf::from);
        Ok(Self {
            root: path("workspace_root").ok_or_else(|| not_understood("workspace_root"))?,
            target_dir: path("target_directory")
                .ok_or_else(|| not_understood("target_directory"))?,
        })
    }

    /// The folder with the workspace's `Cargo.toml`.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The target folder, absolute.
    #[must_use]
    pub fn target_dir(&self) -> &Path {
        &self.target_dir
    }

    /// The home of `overtake`: the plugin and the guests, as ARCHITECTURE.md lays them out.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.target_dir.join("overtake")
    }
}
