//! The root of the workspace, and its target folder.

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
    /// Finds the workspace by asking cargo, which knows every way to set the target folder.
    pub fn find() -> Result<Self, Error> {
        // The variable at run time comes first: one target folder may serve several checkouts.
        let xtask = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        // Cargo runs in the user's folder, against which it resolves a relative CARGO_TARGET_DIR.
        let mut metadata = command::cargo(Path::new("."));
        metadata
            .args(["metadata", "--no-deps", "--format-version=1"])
            .arg("--manifest-path")
            .arg(xtask.join("Cargo.toml"));
        let answer = command::stdout(&mut metadata)?;
        let unexpected = |expected| Error::Output {
            command: command::show(&metadata),
            expected,
        };
        let answer: Value =
            serde_json::from_str(&answer).map_err(|_| unexpected("one JSON object"))?;
        let path = |key: &str| answer[key].as_str().map(PathBuf::from);
        Ok(Self {
            root: path("workspace_root").ok_or_else(|| unexpected("workspace_root"))?,
            target_dir: path("target_directory").ok_or_else(|| unexpected("target_directory"))?,
        })
    }

    /// Returns the folder with the workspace's `Cargo.toml`.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the absolute path of the target folder.
    #[must_use]
    pub fn target_dir(&self) -> &Path {
        &self.target_dir
    }

    /// Returns the home of `overtake`, with the plugin and the guests in the layout of
    /// ARCHITECTURE.md.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.target_dir.join("overtake")
    }
}
