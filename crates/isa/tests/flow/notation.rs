//! The notation in which the tables write a flow.

use isa::{Flow, Registers};

/// Returns the parts of `flow` that are not empty, `-` if all are, or `unknown` for
/// [`Flow::UNKNOWN`].
pub fn notation(flow: &Flow, name: fn(u8) -> String) -> String {
    if *flow == Flow::UNKNOWN {
        return "unknown".to_owned();
    }
    let mut parts = Vec::new();
    for (is_set, part) in [
        (flow.load, "load"),
        (flow.store, "store"),
        (flow.several, "several"),
        (flow.branch, "branch"),
        (flow.context_sync, "sync"),
    ] {
        if is_set {
            parts.push(part.to_owned());
        }
    }
    for (registers, part) in [
        (flow.address, "address"),
        (flow.data, "data"),
        (flow.picked, "picked"),
        (flow.loaded, "loaded"),
        (flow.computed, "computed"),
        (flow.updated, "updated"),
        (flow.status, "status"),
        (flow.second, "second"),
        (flow.second_data, "from"),
        (flow.accumulated, "accumulated"),
    ] {
        if !registers.is_empty() {
            parts.push(format!("{part}:{}", names(registers, name)));
        }
    }
    if parts.is_empty() {
        "-".to_owned()
    } else {
        parts.join(" ")
    }
}

/// Returns `x0,x1,v3` and the like, or `ALL`.
pub fn names(registers: Registers, name: fn(u8) -> String) -> String {
    if registers == Registers::ALL {
        return "ALL".to_owned();
    }
    let names: Vec<String> = registers.numbers().map(name).collect();
    names.join(",")
}
