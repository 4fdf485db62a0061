//! Registers and flows by name.

use isa::{Arch, Flow, Registers};

/// Returns the register with this name, if there is one.
pub fn register(arch: Arch, name: &str) -> Registers {
    let numbered = |prefix: &str, below: u8, first: u8| {
        let number: u8 = name.strip_prefix(prefix)?.parse().ok()?;
        (number < below).then(|| Registers::one(first + number))
    };
    let found = match arch {
        Arch::Riscv64 if name == "x0" => None,
        Arch::Riscv64 => numbered("x", 32, 0).or_else(|| numbered("f", 32, 64)),
        _ => numbered("r", 32, 0)
            .or_else(|| numbered("cr", 8, 32))
            .or_else(|| numbered("f", 32, 64))
            .or_else(|| numbered("vs", 64, 64))
            .or_else(|| numbered("v", 32, 96)),
    };
    found.unwrap_or(Registers::NONE)
}

fn name(arch: Arch, number: u8) -> String {
    match (arch, number) {
        (Arch::Riscv64, 1..=31) => format!("x{number}"),
        (Arch::Riscv64, 32) => "frm".to_owned(),
        (Arch::Riscv64, 33) => "fflags".to_owned(),
        (Arch::Riscv64, 64..=95) => format!("f{}", number - 64),
        (Arch::Ppc64le, 0..=31) => format!("r{number}"),
        (Arch::Ppc64le, 32..=39) => format!("cr{}", number - 32),
        (Arch::Ppc64le, 40) => "lr".to_owned(),
        (Arch::Ppc64le, 41) => "ctr".to_owned(),
        (Arch::Ppc64le, 42) => "ca".to_owned(),
        (Arch::Ppc64le, 43) => "spr".to_owned(),
        (Arch::Ppc64le, 44) => "so".to_owned(),
        (Arch::Ppc64le, 45) => "fpscr".to_owned(),
        (Arch::Ppc64le, 46) => "fpstatus".to_owned(),
        (Arch::Ppc64le, 47) => "vscr".to_owned(),
        (Arch::Ppc64le, 48) => "sat".to_owned(),
        (Arch::Ppc64le, 64..=127) => format!("vs{}", number - 64),
        _ => format!("?{number}"),
    }
}

/// Returns the flow in the notation of the tables.
pub fn notation(arch: Arch, flow: &Flow) -> String {
    if *flow == Flow::UNKNOWN {
        return "unknown".to_owned();
    }
    let mut parts = Vec::new();
    for (is_set, name) in [
        (flow.load, "load"),
        (flow.store, "store"),
        (flow.several, "several"),
        (flow.branch, "branch"),
        (flow.context_sync, "sync"),
    ] {
        if is_set {
            parts.push(name.to_owned());
        }
    }
    for (registers, what) in [
        (flow.address, "address"),
        (flow.data, "data"),
        (flow.loaded, "loaded"),
        (flow.computed, "computed"),
        (flow.updated, "updated"),
        (flow.status, "status"),
        (flow.second, "second"),
        (flow.second_data, "from"),
        (flow.accumulated, "accumulated"),
    ] {
        if registers == Registers::ALL {
            parts.push(format!("{what}=any"));
        } else if !registers.is_empty() {
            let names: Vec<_> = registers.numbers().map(|n| name(arch, n)).collect();
            parts.push(format!("{what}={}", names.join(",")));
        }
    }
    if parts.is_empty() {
        parts.push("none".to_owned());
    }
    parts.join(" ")
}
