//! x86-64, and the System V ABI for it.

use super::convention::{Abi, Control, Frame, Register, numbered};

const RAX: u8 = 0;
const RBX: u8 = 1;
const RCX: u8 = 2;
const RDX: u8 = 3;
const RSI: u8 = 4;
const RDI: u8 = 5;

pub(crate) const ABI: Abi = Abi {
    names: &[
        "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r9", "r10", "r11", "r12", "r13",
        "r14", "r15",
    ],
    register,
    argument: Register(RDI),
    // r11, r10, r9, r8, r15, r14, r13, r12, rbp: none that an instruction uses implicitly.
    free: &[10, 9, 8, 7, 14, 13, 12, 11, 6],
    preserved: &[RBX, 6, 11, 12, 13, 14],
    reserved: |word| match word {
        "rsp" | "esp" | "sp" | "spl" => Some("a test may not use the stack pointer"),
        "fs" | "gs" => Some("a test may not use the thread pointer"),
        "ah" | "bh" | "ch" | "dh" => Some("use the low byte of a register"),
        _ => None,
    },
    control,
    implicit,
    frame: Frame {
        store: |register, base, offset| format!("movq {register}, {offset}({base})"),
        load: |register, base, offset| format!("movq {offset}({base}), {register}"),
        copy: |to, from| format!("movq {from}, {to}"),
        zero: |register| format!("movq $0, {register}"),
        end: "ret",
        begin: "",
        prefix: "%",
    },
};

fn register(name: &str) -> Option<(Register, u32)> {
    /// The registers with names of their own: 64, 32, 16 and 8 bits.
    const NAMED: [[&str; 4]; 7] = [
        ["rax", "eax", "ax", "al"],
        ["rbx", "ebx", "bx", "bl"],
        ["rcx", "ecx", "cx", "cl"],
        ["rdx", "edx", "dx", "dl"],
        ["rsi", "esi", "si", "sil"],
        ["rdi", "edi", "di", "dil"],
        ["rbp", "ebp", "bp", "bpl"],
    ];
    for (number, names) in (0..).zip(NAMED) {
        for (written, bits) in names.into_iter().zip([64, 32, 16, 8]) {
            if name == written {
                return Some((Register(number), bits));
            }
        }
    }
    let (full, bits) = match name.as_bytes().last()? {
        b'd' => (&name[..name.len() - 1], 32),
        b'w' => (&name[..name.len() - 1], 16),
        b'b' | b'l' => (&name[..name.len() - 1], 8),
        _ => (name, 64),
    };
    let number = numbered(full, "r", 16).filter(|number| *number >= 8)?;
    Some((Register(number - 1), bits))
}

fn control(mnemonic: &str) -> Control {
    match mnemonic {
        _ if mnemonic.starts_with("popcnt") => Control::Next,
        _ if [
            "call", "lcall", "ljmp", "ret", "lret", "iret", "push", "pop", "enter", "leave",
        ]
        .iter()
        .any(|start| mnemonic.starts_with(start)) =>
        {
            Control::Leaves
        }
        "syscall" | "sysenter" | "sysret" | "sysexit" | "int" | "int1" | "int3" | "into"
        | "icebp" | "hlt" | "ud0" | "ud1" | "ud2" | "xabort" | "wrfsbase" | "wrgsbase" => {
            Control::Leaves
        }
        _ if mnemonic.starts_with('j') || mnemonic.starts_with("loop") || mnemonic == "xbegin" => {
            Control::Branch
        }
        _ => Control::Next,
    }
}

fn implicit(mnemonic: &str) -> &'static [u8] {
    match mnemonic {
        "cpuid" | "cmpxchg8b" | "cmpxchg16b" => &[RAX, RBX, RCX, RDX],
        "xlat" | "xlatb" => &[RAX, RBX],
        "cbtw" | "cwtl" | "cltq" | "cbw" | "cwde" | "cdqe" | "lahf" | "sahf" => &[RAX],
        "cwtd" | "cltd" | "cqto" | "cwd" | "cdq" | "cqo" => &[RAX, RDX],
        "rdtsc" | "rdtscp" | "xgetbv" | "rdpmc" => &[RAX, RCX, RDX],
        _ if mnemonic.starts_with("cmpxchg") => &[RAX],
        _ if ["mul", "imul", "div", "idiv"]
            .iter()
            .any(|start| mnemonic.starts_with(start)) =>
        {
            &[RAX, RDX]
        }
        _ if [
            "movs", "stos", "lods", "scas", "cmps", "rep", "loop", "jrcxz", "jecxz",
        ]
        .iter()
        .any(|start| mnemonic.starts_with(start)) =>
        {
            &[RAX, RCX, RSI, RDI]
        }
        _ => &[],
    }
}
