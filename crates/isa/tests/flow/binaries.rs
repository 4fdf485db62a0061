//! The code of real programs: a C library and Rust's standard library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::read::archive::ArchiveFile;
use object::{Object, ObjectSection, SectionKind};

/// Returns the bytes of all code sections of the ELF file or archive `path`.
pub fn code(path: &Path) -> Vec<u8> {
    let data = fs::read(path).unwrap_or_else(|error| {
        panic!("{path:?}: {error}; `cargo xtask build` says how to install what is missing")
    });
    let mut code = Vec::new();
    if let Ok(archive) = ArchiveFile::parse(&*data) {
        for member in archive.members() {
            let member = member.unwrap_or_else(|error| panic!("{path:?}: {error}"));
            let data = member.data(&*data).expect("a member's data");
            // A Rust library also has a member with its metadata.
            if let Ok(file) = object::File::parse(data) {
                append(&file, &mut code);
            }
        }
    } else {
        let file = object::File::parse(&*data).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        append(&file, &mut code);
    }
    code
}

fn append(file: &object::File, code: &mut Vec<u8>) {
    for section in file.sections() {
        if section.kind() == SectionKind::Text {
            code.extend(
                section
                    .uncompressed_data()
                    .expect("a section's data")
                    .iter(),
            );
        }
    }
}

/// Returns the paths of Rust's standard library (`.rlib`) for `triple`.
pub fn standard_library(triple: &str) -> Vec<PathBuf> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", triple])
        .output()
        .expect("rustc can be run");
    let folder = String::from_utf8(output.stdout).expect("a path in UTF-8");
    let folder = Path::new(folder.trim());
    let entries = fs::read_dir(folder).unwrap_or_else(|error| {
        panic!("{folder:?}: {error}; `rustup target add {triple}` installs it")
    });
    let mut libraries: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rlib")
        })
        .collect();
    libraries.sort();
    libraries
}
