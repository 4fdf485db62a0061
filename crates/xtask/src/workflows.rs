//! `cargo xtask workflows`: what GitHub runs, written by the crate `workflows`.

use crate::command;
use crate::error::Error;
use crate::workspace::Workspace;

/// Writes `.github/workflows`. A crate of its own does it, since xtask is what a bare machine
/// compiles first, and must not wait for a writer of YAML.
pub fn run(workspace: &Workspace) -> Result<(), Error> {
    let mut write = command::cargo(workspace.root());
    command::run(write.args(["run", "--quiet", "--package", "workflows"]))
}
