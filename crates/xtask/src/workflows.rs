//! `cargo xtask workflows`: writes the GitHub workflows with the crate `workflows`.

use crate::command;
use crate::error::Error;
use crate::workspace::Workspace;

/// Writes `.github/workflows`.
///
/// A separate crate does it, so that a bare machine, which compiles xtask first, does not have to
/// compile a YAML writer.
pub fn run(workspace: &Workspace) -> Result<(), Error> {
    let mut write = command::cargo(workspace.root());
    command::run(write.args(["run", "--quiet", "--package", "workflows"]))
}
