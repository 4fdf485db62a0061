//! Assembles a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use arch::Arch;
use emulator::error::Error as EmulatorError;
use emulator::target::Target as _;
use litmus::{Assembly, Position, Test, entry};
use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget};
use which::which_global;

use crate::error::Error;

/// Machine code without relocations.
#[derive(Debug)]
pub struct Code {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The offset of each processor's function.
    pub entries: Vec<usize>,
}

/// What is wrong with a test: where, if that is known, and a message.
pub type Wrong = (Option<Position>, String);

/// The assembler's options: every instruction that an emulated CPU may have.
const fn options(target: Arch) -> &'static [&'static str] {
    match target {
        Arch::AArch64 => &["-march=armv8.5-a+rng+memtag+sve"],
        Arch::Ppc64le => &["-a64", "-mlittle", "-mpower9", "-mregnames"],
        Arch::Riscv64 => &[
            "-march=rv64gc_zicsr_zifencei_zba_zbb_zbs_zihintpause",
            "-mabi=lp64d",
        ],
        Arch::X86_64 => &["--64"],
    }
}

/// The assembler for a target: Debian's cross assembler, or on x86 the host's own.
fn assembler(target: Arch) -> String {
    let name = target.assembler();
    let own = target == Arch::X86_64 && cfg!(target_arch = "x86_64");
    let is_there = |name: &str| which_global(name).is_ok();
    if own && !is_there(&name) && is_there("as") {
        return "as".to_owned();
    }
    name
}

/// The path of the assembler; an error if there is none.
pub fn require(target: Arch) -> Result<PathBuf, Error> {
    let assembler = assembler(target);
    which_global(&assembler).map_err(|_| Error::AssemblerMissing {
        assembler,
        package: target.assembler_package(),
        source: std::io::ErrorKind::NotFound.into(),
    })
}

/// Assembles a test; `folder` is for the files.
pub fn assemble(test: &Test, folder: &Path) -> Result<Result<Code, Wrong>, Error> {
    let target = test.arch;
    let assembly = match test.assembly() {
        Ok(assembly) => assembly,
        Err(error) => return Ok(Err((Some(error.position), error.message))),
    };
    fs::write(folder.join("test.s"), &assembly.text).map_err(EmulatorError::temporary)?;
    let name = assembler(target);
    let output = Command::new(&name)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .args(options(target))
        .args(["-o", "test.o", "test.s"])
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::AssemblerMissing {
            assembler: name,
            package: target.assembler_package(),
            source,
        })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Ok(Err(complaint(&assembly, &said)));
    }
    let read = |name: &str| fs::read(folder.join(name)).map_err(EmulatorError::temporary);
    let object = read("test.o")?;
    match outside(test, &object) {
        Err(wrong) => return Ok(Err(wrong)),
        Ok(false) => return Ok(code(test, &object)),
        Ok(true) => {}
    }
    // RISC-V's assembler leaves every branch to the linker, even those that it could resolve itself.
    let name = target.linker();
    let output = Command::new(&name)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .args([
            "--no-relax",
            "-Ttext=0",
            "--entry=0",
            "-o",
            "test.elf",
            "test.o",
        ])
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::AssemblerMissing {
            assembler: name,
            package: target.assembler_package(),
            source,
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or("it says nothing");
        return Ok(Err((None, format!("the linker failed: {last}"))));
    }
    Ok(code(test, &read("test.elf")?))
}

/// The first error of the assembler.
fn complaint(assembly: &Assembly, said: &str) -> Wrong {
    for line in said.lines() {
        let Some((number, message)) = line
            .strip_prefix("test.s:")
            .and_then(|rest| rest.split_once(": "))
        else {
            continue;
        };
        let Some(message) = message.strip_prefix("Error: ") else {
            continue;
        };
        let from = number
            .parse::<usize>()
            .ok()
            .and_then(|number| *assembly.lines.get(number.checked_sub(1)?)?)
            .map(Position::from);
        return (from, format!("the assembler refuses this: {message}"));
    }
    let last = said.lines().last().unwrap_or("it says nothing");
    (None, format!("the assembler failed: {last}"))
}

fn damaged(error: &dyn std::fmt::Display) -> Wrong {
    (
        None,
        format!("the assembler's output cannot be read: {error}"),
    )
}

/// Whether the code has relocations to itself, which need the linker; other relocations are an error.
fn outside(test: &Test, object: &[u8]) -> Result<bool, Wrong> {
    let file = object::File::parse(object).map_err(|error| damaged(&error))?;
    let text = file
        .section_by_name(".text")
        .ok_or_else(|| damaged(&"it has no code"))?;
    let mut inside = false;
    for (_, relocation) in text.relocations() {
        let symbol = match relocation.target() {
            RelocationTarget::Symbol(index) => file.symbol_by_index(index).ok(),
            _ => None,
        };
        if symbol
            .as_ref()
            .is_some_and(|symbol| symbol.section_index() == Some(text.index()))
        {
            inside = true;
            continue;
        }
        let name = symbol.and_then(|symbol| symbol.name().ok().map(str::to_owned));
        return Err(match name.filter(|name| !name.is_empty()) {
            Some(name) => (
                test.line_of_word(&name).map(Position::from),
                format!("`{name}` is no register, number, label or operand here"),
            ),
            None => (
                None,
                "an instruction refers to an address outside of the test".to_owned(),
            ),
        });
    }
    Ok(inside)
}

/// Extracts the code from an object file or a linked file.
fn code(test: &Test, object: &[u8]) -> Result<Code, Wrong> {
    let file = object::File::parse(object).map_err(|error| damaged(&error))?;
    let text = file
        .section_by_name(".text")
        .ok_or_else(|| damaged(&"it has no code"))?;
    let bytes = text.data().map_err(|error| damaged(&error))?.to_vec();
    let mut entries = Vec::new();
    for processor in 0..test.processors.len() {
        let name = entry(processor);
        let symbol = file
            .symbols()
            .find(|symbol| symbol.name() == Ok(&name))
            .ok_or_else(|| damaged(&format!("it has no symbol {name}")))?;
        let offset = symbol.address().wrapping_sub(text.address());
        entries.push(usize::try_from(offset).map_err(|error| damaged(&error))?);
    }
    Ok(Code { bytes, entries })
}
