//! `cargo xtask repro`: runs the matrix on a bare machine.

use crate::build::{self, Guests};
use crate::command;
use crate::error::{Error, exit_code_of};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

/// Sets up, builds, and runs `overtake matrix ARGS`. Returns its exit code.
pub fn run(args: &[String]) -> Result<u8, Error> {
    setup::run(Purpose::Everything)?;
    let workspace = Workspace::find()?;
    build::home(&workspace, Guests::Built)?;
    let overtake = build::overtake(&workspace)?;
    let mut matrix = command::command(overtake, std::path::Path::new("."));
    matrix.arg("matrix").args(args);
    eprintln!("{}", command::show(&matrix));
    command::status(&mut matrix).map(exit_code_of)
}
