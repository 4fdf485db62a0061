//! A program to run, and the machine that it was built for.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use arch::Arch;
use object::LittleEndian;
use object::elf::{self, FileHeader64};
use object::read::elf::FileHeader;

use crate::error::Error;
use crate::target::Target as _;

/// A program for one of the targets.
#[derive(Debug, Clone)]
pub struct Guest {
    /// The file.
    pub path: PathBuf,
    /// The machine it was built for.
    pub target: Arch,
}

impl Guest {
    /// Reads the program's header; an error if it cannot be emulated.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let header = header(path).map_err(|source| Error::ProgramUnreadable {
            path: path.to_owned(),
            source,
        })?;
        let target = target(&header).map_err(|what| Error::NotAGuest {
            path: path.to_owned(),
            what,
            allowed: Arch::ALL.map(Arch::name).join(", "),
        })?;
        Ok(Guest {
            path: path.to_owned(),
            target,
        })
    }

    /// An error if another target was requested.
    pub fn require(&self, asked: Option<Arch>) -> Result<(), Error> {
        match asked {
            Some(asked) if asked != self.target => Err(Error::OtherTarget {
                path: self.path.clone(),
                found: self.target,
                asked,
            }),
            _ => Ok(()),
        }
    }
}

/// The first bytes of the file: an ELF header, if it is one.
fn header(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    file.take(size_of::<FileHeader64<LittleEndian>>() as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The target that the header names, or what the file is instead.
fn target(bytes: &[u8]) -> Result<Arch, String> {
    if bytes.starts_with(b"#!") {
        return Err("is a script, not an ELF program".to_owned());
    }
    if !bytes.starts_with(&elf::ELFMAG) {
        return Err("is not an ELF program".to_owned());
    }
    // Both fail for 32-bit and for big-endian files, whose magic number is the same.
    let header = FileHeader64::<LittleEndian>::parse(bytes)
        .map_err(|_| "is not a 64-bit ELF program".to_owned())?;
    header
        .endian()
        .map_err(|_| "is a big-endian program".to_owned())?;
    let endian = LittleEndian;
    let machine = header.e_machine(endian);
    let target = Arch::of_elf_machine(machine)
        .ok_or_else(|| format!("is built for an unsupported machine (ELF number {machine})"))?;
    match header.e_type(endian) {
        elf::ET_EXEC | elf::ET_DYN => Ok(target),
        elf::ET_REL => Err("is an object file, not yet linked".to_owned()),
        other => Err(format!("is an ELF file of type {other}, not a program")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Arch, target};

    /// A 64-bit ELF header with the given byte order, type and machine.
    fn elf(order: u8, kind: u16, machine: u16) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, order, 1]);
        bytes[16..18].copy_from_slice(&kind.to_le_bytes());
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes
    }

    #[test]
    fn machines_are_told_apart() {
        for (machine, expected) in [
            (183, Arch::AArch64),
            (21, Arch::Ppc64le),
            (243, Arch::Riscv64),
            (62, Arch::X86_64),
        ] {
            assert_eq!(target(&elf(1, 2, machine)), Ok(expected));
            assert_eq!(target(&elf(1, 3, machine)), Ok(expected));
        }
    }

    #[test]
    fn others_are_refused() {
        for (bytes, what) in [
            (b"#!/bin/sh\n".to_vec(), "script"),
            (b"MZ".to_vec(), "not an ELF program"),
            (b"\x7fELF".to_vec(), "64-bit"),
            (
                [b"\x7fELF\x01\x01\x01".as_slice(), &[0; 57]].concat(),
                "64-bit",
            ),
            (elf(2, 2, 21), "big-endian"),
            (elf(1, 2, 43), "ELF number 43"),
            (elf(1, 1, 183), "object file"),
            (elf(1, 4, 183), "type 4"),
        ] {
            let message = target(&bytes).unwrap_err();
            assert!(message.contains(what), "{message}");
        }
    }
}
