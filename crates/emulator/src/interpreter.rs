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
    if found(&interpreter, qemu).is_some() {
        return Ok(());
    }
    Err(Error::InterpreterMissing {
        path: guest.path.clone(),
        interpreter,
        sysroot: qemu.sysroot(),
        target: guest.target,
    })
}

/// The file of the program's dynamic loader, as QEMU finds it.
pub(crate) fn file_of(program: &Path, qemu: &Qemu) -> Option<PathBuf> {
    found(&named_by(program)?, qemu)
}

fn found(interpreter: &Path, qemu: &Qemu) -> Option<PathBuf> {
    let given = qemu.sysroot();
    let within = |root: PathBuf| {
        let relative = interpreter.strip_prefix("/").unwrap_or(interpreter);
        Some(root.join(relative)).filter(|path| path.exists())
    };
    let own = || Some(interpreter.to_owned()).filter(|path| path.exists());
    // The sysroot that was built into QEMU counts only if no other one is given.
    let built_in = || match given {
        Some(_) => None,
        None => qemu.own_sysroot().and_then(within),
    };
    given
        .clone()
        .and_then(within)
        .or_else(own)
        .or_else(built_in)
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
