//! AArch64, and the procedure call standard for it (AAPCS64).

use super::convention::{Abi, Control, Frame, Register, numbered};

pub(crate) const ABI: Abi = Abi {
    names: &[
        "X0", "X1", "X2", "X3", "X4", "X5", "X6", "X7", "X8", "X9", "X10", "X11", "X12", "X13",
        "X14", "X15", "X16", "X17", "X18", "X19", "X20", "X21", "X22", "X23", "X24", "X25", "X26",
        "X27", "X28", "X29", "X30",
    ],
    register,
    argument: Register(0),
    free: &[
        9, 10, 11, 12, 13, 14, 15, 16, 17, 0, 8, 7, 6, 5, 4, 3, 2, 1, 19, 20, 21, 22, 23, 24, 25,
        26, 27, 28,
    ],
    preserved: &[18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
    reserved,
    control,
    implicit: |_| &[],
    frame: Frame {
        store: |register, base, offset| format!("str {register}, [{base}, #{offset}]"),
        load: |register, base, offset| format!("ldr {register}, [{base}, #{offset}]"),
        copy: |to, from| format!("mov {to}, {from}"),
        zero: |register| format!("mov {register}, #0"),
        end: "ret",
        begin: "",
        prefix: "",
    },
};

fn register(name: &str) -> Option<(Register, u32)> {
    let (prefix, bits) = match name.as_bytes().first()? {
        b'x' => ("x", 64),
        b'w' => ("w", 32),
        _ => return None,
    };
    numbered(name, prefix, 31).map(|number| (Register(number), bits))
}

fn reserved(word: &str) -> Option<&'static str> {
    let vector = || {
        ["v", "q", "d", "s", "h", "b"]
            .into_iter()
            .any(|prefix| matches!(numbered(word, prefix, 32), Some(8..=15)))
    };
    if matches!(word, "sp" | "wsp") {
        Some("a test may not use the stack pointer")
    } else if word.starts_with("tpidr") {
        Some("a test may not use the thread pointer")
    } else if vector() {
        Some("use one of v0 to v7 and v16 to v31, which need not be preserved")
    } else {
        None
    }
}

fn control(mnemonic: &str) -> Control {
    match mnemonic {
        "b" | "cbz" | "cbnz" | "tbz" | "tbnz" => Control::Branch,
        "bl" | "br" | "blr" | "ret" | "eret" | "drps" | "svc" | "hvc" | "smc" | "brk" | "hlt"
        | "udf" | "dcps1" | "dcps2" | "dcps3" => Control::Leaves,
        _ if mnemonic.starts_with("b.") || mnemonic.starts_with("bc.") => Control::Branch,
        // Also without the dot.
        "beq" | "bne" | "bcs" | "bhs" | "bcc" | "blo" | "bmi" | "bpl" | "bvs" | "bvc" | "bhi"
        | "bls" | "bge" | "blt" | "bgt" | "ble" | "bal" => Control::Branch,
        _ if ["bra", "blra", "reta", "ereta"]
            .iter()
            .any(|authenticated| mnemonic.starts_with(authenticated)) =>
        {
            Control::Leaves
        }
        _ => Control::Next,
    }
}
