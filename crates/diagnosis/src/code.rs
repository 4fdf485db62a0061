//! Finds what is at an address of a program: the instruction, the function, the source line.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use addr2line::Loader;
use arch::Arch;
use capstone::Capstone;
use emulator::disassembler::disassembler;
use emulator::sources;
use object::{Object, ObjectSegment, ObjectSymbol, SymbolKind};
use overtake_report::trace::Module;
use witness::{Line, Place};

/// The code and debug information of a program and of its loaded libraries.
pub struct Code {
    /// The program itself, which may run from memory.
    program: PathBuf,
    modules: Vec<Module>,
    files: HashMap<String, Option<Loaded>>,
    disassembler: Capstone,
}

struct Loaded {
    bytes: Vec<u8>,
    loader: Option<Loader>,
}

impl Code {
    /// Of a program with what was mapped.
    pub fn new(target: Arch, program: &Path, modules: &[Module]) -> Code {
        Code {
            program: program.to_owned(),
            modules: modules.to_vec(),
            files: HashMap::new(),
            disassembler: disassembler(target),
        }
    }

    /// The place in the code at a guest address.
    pub fn place(&mut self, pc: u64) -> Place {
        let mut place = Place {
            pc,
            instruction: "?".to_owned(),
            function: None,
            line: None,
        };
        let Some((path, address)) = self.locate(pc) else {
            return place;
        };
        let Some(Some(loaded)) = self.files.get(&path) else {
            return place;
        };
        if let Some(text) = self.instruction(&loaded.bytes, address, pc) {
            place.instruction = text;
        }
        if let Some(loader) = &loaded.loader {
            (place.function, place.line) = source(loader, address);
        }
        place
    }

    /// The name of the static variable that holds a guest address, and how far into it it is.
    pub fn variable(&mut self, addr: u64) -> Option<String> {
        let (path, address) = self.locate(addr)?;
        let loaded = self.files.get(&path)?.as_ref()?;
        let file = object::File::parse(&*loaded.bytes).ok()?;
        let holds = |symbol: &object::Symbol<'_, '_>| {
            symbol.kind() == SymbolKind::Data
                && (symbol.address()..symbol.address() + symbol.size().max(1)).contains(&address)
        };
        let symbol = file.symbols().find(holds)?;
        let name = rustc_demangle::demangle(symbol.name().ok()?);
        let offset = address - symbol.address();
        Some(match offset {
            0 => format!("{name:#}"),
            _ => format!("{name:#}+{offset}"),
        })
    }

    /// The file that is mapped at an address, loaded, and the file's own address for it.
    fn locate(&mut self, addr: u64) -> Option<(String, u64)> {
        let inside = |module: &&Module| (module.start..module.end).contains(&addr);
        let module = self.modules.iter().find(inside)?;
        let offset = addr - module.start + module.offset;
        let path = module.path.clone();
        if !self.files.contains_key(&path) {
            // overtake's own guests ran from a temporary path that no longer exists.
            let name = self
                .program
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            let real = if path.contains("/overtake-") && path.ends_with(&*name) {
                self.program.clone()
            } else {
                PathBuf::from(path.trim_end_matches(" (deleted)"))
            };
            let loaded = fs::read(&real).ok().map(|bytes| Loaded {
                bytes,
                loader: Loader::new(&real).ok(),
            });
            self.files.insert(path.clone(), loaded);
        }
        let loaded = self.files.get(&path)?.as_ref()?;
        let file = object::File::parse(&*loaded.bytes).ok()?;
        let address = file.segments().find_map(|segment| {
            let (start, size) = segment.file_range();
            (start..start + size)
                .contains(&offset)
                .then(|| segment.address() + (offset - start))
        })?;
        Some((path, address))
    }

    fn instruction(&self, bytes: &[u8], address: u64, pc: u64) -> Option<String> {
        let file = object::File::parse(bytes).ok()?;
        let code = file.segments().find_map(|segment| {
            let data = segment.data().ok()?;
            let start = usize::try_from(address.checked_sub(segment.address())?).ok()?;
            data.get(start..(start + 16).min(data.len()))
        })?;
        let found = self.disassembler.disasm_count(code, pc, 1).ok()?;
        let instruction = found.iter().next()?;
        let mnemonic = instruction.mnemonic()?;
        let operands = instruction.op_str().unwrap_or_default();
        Some(format!("{mnemonic} {operands}").trim_end().to_owned())
    }
}

/// Whether a source file is the toolchain's and not the program's.
pub fn is_of_the_toolchain(file: &str) -> bool {
    let library = [
        "/rustlib/src/rust/library/",
        "library/core/src/",
        "library/std/src/",
    ];
    file.starts_with("/rustc/") || library.iter().any(|it| file.contains(it))
}

/// The function and line at an address, of the innermost inlined function outside of the toolchain: a bug is
/// in the code that calls `AtomicU32::store`, not in `store`.
fn source(loader: &Loader, address: u64) -> (Option<String>, Option<Line>) {
    let mut best = (None, None);
    let Ok(mut frames) = loader.find_frames(address) else {
        return (symbol(loader, address), None);
    };
    while let Ok(Some(frame)) = frames.next() {
        let name = frame
            .function
            .and_then(|name| Some(name.demangle().ok()?.into_owned()));
        let Some((file, number)) = frame
            .location
            .and_then(|location| Some((location.file?.to_owned(), location.line?)))
        else {
            continue;
        };
        let own = !is_of_the_toolchain(&file);
        if own || best.1.is_none() {
            best = (name, Some(line(&file, number)));
        }
        if own {
            break;
        }
    }
    let function = best.0.or_else(|| symbol(loader, address));
    (function.map(|name| short(&name)), best.1)
}

fn symbol(loader: &Loader, address: u64) -> Option<String> {
    let name = loader.find_symbol(address)?;
    Some(format!("{:#}", rustc_demangle::demangle(name)))
}

/// Without a hash at its end.
fn short(name: &str) -> String {
    match name.rsplit_once("::h") {
        Some((before, hash))
            if hash.len() == 16 && hash.bytes().all(|it| it.is_ascii_hexdigit()) =>
        {
            before.to_owned()
        }
        _ => name.to_owned(),
    }
}

/// A line of a source file, with its text if the file is there.
fn line(file: &str, number: u32) -> Line {
    // What `cargo xtask build` calls the workspace.
    let short = file.strip_prefix("/overtake/").unwrap_or(file);
    let candidates = [PathBuf::from(short), sources::workspace().join(short)];
    let text = candidates.iter().find_map(|path| {
        let text = fs::read_to_string(path).ok()?;
        let line = text.lines().nth(number.checked_sub(1)? as usize)?;
        Some(line.trim().to_owned())
    });
    let here = std::env::current_dir().unwrap_or_default();
    let file = Path::new(short)
        .strip_prefix(&here)
        .map_or_else(|_| short.to_owned(), |inside| inside.display().to_string());
    Line {
        file,
        line: number,
        text,
    }
}
