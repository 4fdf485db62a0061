//! binutils' disassembler.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use isa::Arch;

/// One instruction as `objdump` prints it, without aliases.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The bytes in the order of memory.
    pub bytes: Vec<u8>,
    pub mnemonic: String,
    /// The operands. The target of a branch is `.`.
    pub operands: Vec<String>,
}

impl Line {
    /// Returns mnemonic and operands.
    pub fn text(&self) -> String {
        format!("{} {}", self.mnemonic, self.operands.join(","))
            .trim_end()
            .to_owned()
    }
}

fn prefix(arch: Arch) -> &'static str {
    match arch {
        Arch::Ppc64le => "powerpc64le",
        Arch::Riscv64 => "riscv64",
        _ => unreachable!("not tested here"),
    }
}

/// Returns the distinct instructions of the C library and its mathematical part.
pub fn libraries(arch: Arch) -> BTreeSet<Line> {
    let directory = format!("/usr/{}-linux-gnu/lib", prefix(arch));
    ["libc.so.6", "libm.so.6"]
        .into_iter()
        .flat_map(|name| {
            let file = Path::new(&directory).join(name);
            run(arch, &["-d"], &file)
        })
        .collect()
}

/// Disassembles each of `instructions`.
pub fn disassemble(arch: Arch, name: &str, instructions: &[Vec<u8>]) -> Vec<Line> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("flow-{arch}-{name}"));
    if arch == Arch::Ppc64le {
        write(&file, &instructions.concat());
        let options = ["-D", "-b", "binary", "-m", "powerpc:common64", "-EL"];
        return run(arch, &options, &file);
    }
    // Without an object file's attributes, objdump does not know the extensions.
    let source = file.with_extension("s");
    let lines: String = instructions
        .iter()
        .map(|bytes| {
            let digits: String = bytes.iter().rev().map(|b| format!("{b:02x}")).collect();
            format!(".insn 0x{digits}\n")
        })
        .collect();
    write(&source, lines.as_bytes());
    let mut assembler = Command::new("riscv64-linux-gnu-as");
    assembler
        .arg("-march=rv64gc_zba_zbb_zbc_zbs_zfh_zicbom_zicboz")
        .arg("-o")
        .args([&file, &source]);
    finish(assembler);
    run(arch, &["-d"], &file)
}

fn write(file: &Path, contents: &[u8]) {
    fs::write(file, contents).unwrap_or_else(|error| panic!("{file:?}: {error}"));
}

/// Runs the tool, which must succeed, and returns what it prints.
fn finish(mut tool: Command) -> String {
    const HELP: &str = "`cargo xtask setup` installs the cross compilers";
    let output = tool
        .output()
        .unwrap_or_else(|error| panic!("{tool:?}: {error}; {HELP}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool:?}: {errors}; {HELP}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn run(arch: Arch, options: &[&str], file: &Path) -> Vec<Line> {
    let names = match arch {
        Arch::Ppc64le => "raw,power9",
        _ => "no-aliases,numeric",
    };
    let mut objdump = Command::new(format!("{}-linux-gnu-objdump", prefix(arch)));
    objdump.args(options).args(["-M", names]).arg(file);
    finish(objdump)
        .lines()
        .filter_map(|line| parse(arch, line))
        .collect()
}

/// Parses a line such as `   2445c:\t10 00 01 e8 \tld      r0,16(r1)`.
///
/// On RISC-V, the bytes are one number, and one more tab precedes the operands.
fn parse(arch: Arch, line: &str) -> Option<Line> {
    let (_, rest) = line.split_once(":\t")?;
    let (bytes, text) = rest.split_once('\t')?;
    let mut bytes: Vec<u8> = bytes
        .replace(' ', "")
        .as_bytes()
        .chunks(2)
        .map(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        })
        .collect::<Option<_>>()?;
    if arch == Arch::Riscv64 {
        bytes.reverse();
    }
    let text = text.split(" #").next().unwrap_or_default().trim();
    let (mnemonic, operands) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if mnemonic.is_empty() || mnemonic.starts_with('.') || mnemonic == "unimp" {
        return None;
    }
    let operands = operands.trim();
    Some(Line {
        bytes,
        mnemonic: mnemonic.to_owned(),
        operands: if operands.is_empty() {
            Vec::new()
        } else {
            operands
                .split(',')
                .map(|operand| without_target(mnemonic, operand.trim()))
                .collect()
        },
    })
}

/// Returns the operand, or `.` for a target such as `2442c <abort+0x84>`, which could be taken for
/// a register.
fn without_target(mnemonic: &str, operand: &str) -> String {
    let is_power_branch = mnemonic.starts_with('b') && operand.starts_with("0x");
    if operand.contains(" <") || is_power_branch {
        ".".to_owned()
    } else {
        operand.to_owned()
    }
}
