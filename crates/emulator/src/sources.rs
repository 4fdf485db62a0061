//! The sources that this program was built from, in which its plugin and guests can be built.

use std::path::{Path, PathBuf};

/// The workspace, as it was called when this program was built.
pub fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package)
}

/// The target folder that was named when this program was built. A relative one is ignored:
/// the folder that it is relative to is not known at run time.
fn named_target_folder() -> Option<&'static str> {
    option_env!("CARGO_TARGET_DIR").filter(|folder| Path::new(folder).is_absolute())
}

/// Where `cargo xtask build` puts the home, if it is told what this program's build was told.
pub fn home() -> PathBuf {
    let target = named_target_folder().map_or_else(|| workspace().join("target"), PathBuf::from);
    target.join("overtake")
}

/// What to do when a file is missing in the home: the last part of an error message.
pub fn remedy() -> String {
    let here = std::env::current_dir().unwrap_or_default();
    remedy_in(&here, workspace(), named_target_folder())
}

fn remedy_in(here: &Path, workspace: &Path, target: Option<&str>) -> String {
    let is_workspace = |folder: &Path| folder.join("crates/xtask/Cargo.toml").is_file();
    if here.ancestors().any(is_workspace) {
        return "run `cargo xtask build`, or give its folder with --home or OVERTAKE_HOME".into();
    }
    if !is_workspace(workspace) {
        return format!(
            "`{}`, which this program was built from, no longer exists, so clone it again, run \
             `ci/bootstrap && cargo xtask setup && cargo xtask build` in it, and give its \
             `target/overtake` with --home or OVERTAKE_HOME",
            workspace.display()
        );
    }
    let workspace = workspace.to_string_lossy();
    let build = match target {
        Some(target) => format!(
            "CARGO_TARGET_DIR={} cargo xtask build",
            shell_words::quote(target)
        ),
        None => "cargo xtask build".to_owned(),
    };
    format!(
        "run `cd {} && ci/bootstrap && cargo xtask setup && {build}`, or give its folder with --home \
         or OVERTAKE_HOME",
        shell_words::quote(&workspace)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_fits_the_working_directory() {
        let (gone, elsewhere) = (Path::new("/no/such/sources"), Path::new("/"));
        let remedy = |here: &Path, target| remedy_in(here, workspace(), target);
        assert!(remedy(&workspace().join("ci"), None).starts_with("run `cargo xtask build`,"));
        // In another clone than the one that is gone.
        assert!(remedy_in(workspace(), gone, None).starts_with("run `cargo xtask build`,"));
        let commands = format!(
            "run `cd {} && ci/bootstrap && cargo xtask setup && cargo xtask build`,",
            shell_words::quote(&workspace().to_string_lossy())
        );
        let found = remedy(elsewhere, None);
        assert!(found.starts_with(&commands), "{found}");
        let found = remedy(elsewhere, Some("/a b"));
        assert!(
            found.contains("&& CARGO_TARGET_DIR='/a b' cargo xtask build`,"),
            "{found}"
        );
        let found = remedy_in(elsewhere, gone, None);
        assert!(found.starts_with("`/no/such/sources`, which"), "{found}");
        assert!(
            found.contains(" in it, and give its `target/overtake` with --home"),
            "{found}"
        );
    }
}
