//! Whether a program is linked statically with glibc.
//!
//! Before `main` such a program keeps a copy of its folder's path at the start of its heap (`_dl_get_origin`,
//! called by `_dl_non_dynamic_init`). So the length of that path decides all addresses of the heap, and the run.

use std::fs;
use std::path::Path;

use memchr::memmem;

use crate::interpreter::named_by;

/// A message of glibc's dynamic loader (`_dl_init_paths` in elf/dl-load.c). `_dl_non_dynamic_init` calls that
/// function, so each program that is linked statically has it. Other C libraries have no such message.
const MESSAGE: &str = "cannot create search path array";

/// The length of the path of the program's folder, if the run depends on it.
pub fn length_that_counts(program: &Path) -> Option<usize> {
    if named_by(program).is_some() {
        return None;
    }
    let bytes = fs::read(program).ok()?;
    memmem::find(&bytes, MESSAGE.as_bytes())?;
    // QEMU tells the program this path.
    let path = program.canonicalize().ok()?;
    Some(path.parent()?.as_os_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dynamic_program_does_not_depend_on_its_folder() {
        let this = std::env::current_exe().expect("the test's program");
        assert_eq!(length_that_counts(&this), None);
        assert_eq!(length_that_counts(Path::new("/dev/null")), None);
    }

    #[test]
    fn a_program_with_the_message_does() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), format!("\x7fELF{MESSAGE}\0")).unwrap();
        let folder = file.path().canonicalize().unwrap();
        let folder = folder.parent().unwrap().as_os_str().len();
        assert_eq!(length_that_counts(file.path()), Some(folder));
        fs::write(file.path(), "\x7fELF").unwrap();
        assert_eq!(length_that_counts(file.path()), None);
    }
}
