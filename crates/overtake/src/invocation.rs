//! How this command was called, so that users can paste the commands that it prints.

use std::path::{Path, PathBuf};

/// The name or path by which `overtake` was called, relative to the working directory if it is inside.
pub fn name() -> String {
    let called = std::env::args_os()
        .next()
        .map_or_else(|| "overtake".into(), PathBuf::from);
    let folder = std::env::current_dir().unwrap_or_default();
    shell_words::quote(&shortened(&called, &folder).to_string_lossy()).into_owned()
}

fn shortened<'a>(called: &'a Path, folder: &Path) -> &'a Path {
    match called.strip_prefix(folder) {
        // A bare name would be looked for on PATH.
        Ok(within) if within.components().count() > 1 => within,
        _ => called,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let name = |called: &str| shortened(Path::new(called), Path::new("/w")).to_owned();
        assert_eq!(
            name("/w/target/release/overtake"),
            Path::new("target/release/overtake")
        );
        assert_eq!(name("/w/overtake"), Path::new("/w/overtake"));
        assert_eq!(name("/usr/bin/overtake"), Path::new("/usr/bin/overtake"));
        assert_eq!(name("overtake"), Path::new("overtake"));
    }
}
