//! The dynamic loader that a program names, and whether QEMU will find it.

use std::fs::File;
use std::path::{Path, PathBuf};

use object::LittleEndian;
use object::elf::FileHeader64;
use object::read::ReadCache;
use object::read::elf::{FileHeader, ProgramHeader};

use crate::error::Error;
use crate::guest::Guest;
use crate::qemu::Qemu;

/// An error if the program names a dynamic loader (`PT_INTERP`) that QEMU will not find.
///
/// QEMU looks for it in the sysroot first, then where the program says.
pub fn require(guest: &Guest, qemu: &Qemu) -> Result<(), Error> {
    let Some(interpreter) = named_by(&guest.path) else {
        return Ok(());
    };
    let given = qemu.sysroot();
    let is_in = |root: &Path| {
        let relative = interpreter.strip_prefix("/").unwrap_or(&interpreter);
        root.join(relative).exists()
    };
    if given.as_deref().is_some_and(is_in) || interpreter.exists() {
        return Ok(());
    }
    // The sysroot that was built into QEMU counts only if no other one is given.
    if given.is_none() && qemu.own_sysroot().is_some_and(|root| is_in(&root)) {
        return Ok(());
    }
    Err(Error::InterpreterMissing {
        path: guest.path.clone(),
        interpreter,
        sysroot: given,
        target: guest.target,
    })
}

/// The program's dynamic loader; none if it is linked statically, or cannot be read.
pub(crate) fn named_by(path: &Path) -> Option<PathBuf> {
    let file = ReadCache::new(File::open(path).ok()?);
    let header = FileHeader64::<LittleEndian>::parse(&file).ok()?;
    let segments = header.program_headers(LittleEndian, &file).ok()?;
    let named = |segment: &_| ProgramHeader::interpreter(segment, LittleEndian, &file).ok()?;
    let name = segments.iter().find_map(named)?;
    Some(PathBuf::from(String::from_utf8_lossy(name).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::named_by;
    use std::path::Path;

    #[test]
    fn a_dynamic_program_names_its_loader() {
        let this = std::env::current_exe().expect("the test's program");
        let named = named_by(&this);
        assert_eq!(named.is_some(), cfg!(target_env = "gnu"), "{named:?}");
        if let Some(named) = named {
            assert!(named.starts_with("/lib") || named.starts_with("/lib64"));
        }
        assert_eq!(named_by(Path::new("/dev/null")), None);
    }
}
