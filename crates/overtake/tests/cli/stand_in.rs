//! Stand-ins for a program, a home and a QEMU.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{folder, header_only, hollow_plugins, script};
use arch::Arch;
use tempfile::TempDir;

/// A folder with an aarch64 program and a home with a plugin, neither of which is of any use; for
/// errors that are met before.
pub fn nearly_all() -> (TempDir, [PathBuf; 2]) {
    let folder = folder();
    let program = folder.path().join("program");
    fs::write(&program, header_only(Arch::AArch64)).unwrap();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    hollow_plugins(&home);
    (folder, [program, home])
}

/// A QEMU that tells this version, and knows no plugins but by the given line of help.
pub fn qemu(folder: &Path, version: &str, help: &str) {
    script(
        &folder.join("qemu-aarch64"),
        &format!(
            "case $1 in\n\
             --version) echo 'qemu-aarch64 version {version}' ;;\n\
             --help) echo '-cpu model    select CPU'; echo '{help}' ;;\n\
             esac"
        ),
    );
}

/// The line of help of a QEMU with plugins.
pub const PLUGIN_HELP: &str = "-plugin    QEMU_PLUGIN    [file=]<file>[,<argname>=<argvalue>]";
