//! Writes `.github/workflows`; see this crate's library. `cargo xtask workflows` runs it.

#![forbid(unsafe_code)]

use std::fs;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folder = workflows::folder();
    let written = fs::create_dir_all(&folder).and_then(|()| {
        workflows::files()
            .into_iter()
            .try_for_each(|(name, text)| fs::write(folder.join(name), text))
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write to {}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}
