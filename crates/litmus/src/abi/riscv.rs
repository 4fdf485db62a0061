//! RISC-V, and its calling convention (psABI).

use super::convention::{Abi, Control, Frame, Register, numbered};

pub(crate) const ABI: Abi = Abi {
    names: &[
        "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
        "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26",
        "x27", "x28", "x29", "x30", "x31",
    ],
    register,
    argument: Register(10),
    free: &[
        31, 30, 29, 28, 17, 16, 15, 14, 13, 12, 11, 10, 7, 6, 5, 27, 26, 25, 24, 23, 22, 21, 20,
        19, 18, 9, 8,
    ],
    // The global and the thread pointer are ordinary registers in tests. A test makes no calls, so
    // it is enough to restore them.
    preserved: &[1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27],
    reserved,
    control,
    implicit: |mnemonic| match mnemonic {
        "jal" => &[1],
        _ => &[],
    },
    frame: Frame {
        store: |register, base, offset| format!("sd {register}, {offset}({base})"),
        load: |register, base, offset| format!("ld {register}, {offset}({base})"),
        copy: |to, from| format!("mv {to}, {from}"),
        zero: |register| format!("li {register}, 0"),
        end: "ret",
        // The assembler then resolves branches itself, and leaves none to the linker.
        begin: ".option norelax",
        prefix: "",
    },
};

fn register(name: &str) -> Option<(Register, u32)> {
    let number = match name {
        "zero" => 0,
        "ra" => 1,
        "gp" => 3,
        "tp" => 4,
        "fp" => 8,
        // `sp` and `x2`: see `reserved`.
        _ => {
            let alias = |prefix, count| numbered(name, prefix, count);
            if let Some(number) = alias("x", 32) {
                number
            } else if let Some(number) = alias("a", 8) {
                10 + number
            } else if let Some(number) = alias("t", 7) {
                if number < 3 { 5 + number } else { 25 + number }
            } else {
                let number = alias("s", 12)?;
                if number < 2 { 8 + number } else { 16 + number }
            }
        }
    };
    Some((Register(number), 64))
}

fn reserved(word: &str) -> Option<&'static str> {
    let preserved = || match word.strip_prefix('f') {
        Some(rest) => {
            numbered(rest, "s", 12).is_some()
                || matches!(numbered(word, "f", 32), Some(8 | 9 | 18..=27))
        }
        None => false,
    };
    if word == "sp" || word == "x2" {
        Some("a test may not use the stack pointer")
    } else if preserved() {
        Some("it must be preserved; use one of ft0 to ft11 and fa0 to fa7")
    } else {
        None
    }
}

fn control(mnemonic: &str) -> Control {
    match mnemonic {
        "ecall" | "scall" | "ebreak" | "sbreak" | "c.ebreak" | "mret" | "sret" | "uret"
        | "unimp" | "c.unimp" | "jr" | "jalr" | "c.jr" | "c.jalr" | "ret" | "call" | "tail"
        | "jump" => Control::Leaves,
        "j" | "jal" | "c.j" | "c.beqz" | "c.bnez" => Control::Branch,
        // Zbs.
        _ if ["bclr", "bext", "binv", "bset"]
            .iter()
            .any(|bit| mnemonic.starts_with(bit)) =>
        {
            Control::Next
        }
        _ if mnemonic.starts_with('b') => Control::Branch,
        _ => Control::Next,
    }
}
