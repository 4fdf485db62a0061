//! RISC-V instructions. Source: RISC-V unprivileged manual, chapters 2 and 14 ("A").
//!
//! `lw.aq` and `sw.rl` are how litmus tests write annotated plain accesses; no base ISA has them.

use super::writer::Writer;
use crate::{Access, Acquire, Error, Operation, Order, Register, Release, Value};

pub(super) fn branch(writer: &mut Writer<'_>, register: Register, label: &str) {
    writer.line(format!("bne x{},x0,{label}", register.0));
    writer.line(format!("{label}:"));
}

pub(super) fn access(writer: &mut Writer<'_>, access: &mut Access) -> Result<(), Error> {
    let (data, address) = writer.sources(access)?;
    let mnemonic = mnemonic(access).ok_or_else(|| writer.no_instruction(access))?;
    let index = match address {
        Some(source) => {
            let index = writer.fresh()?;
            writer.line(format!("xor x{0},x{1},x{1}", index.0, source.0));
            Some(index)
        }
        None => None,
    };
    let mut first = Vec::new();
    if access.operation.is_atomic() && access.discards {
        first.push(Register(0));
    } else if access.operation.reads() {
        first.push(writer.destination(access)?);
    }
    if access.operation.writes() {
        let value = value(writer, access.value, data)?;
        if matches!(access.operation, Operation::WriteExclusive(_)) {
            first.push(writer.status(access)?);
        }
        first.push(value);
    }
    let mut base = writer.base(access.location)?;
    if let Some(index) = index {
        let sum = writer.fresh()?;
        writer.line(format!("add x{},x{},x{}", sum.0, base.0, index.0));
        base = sum;
    }
    let operands: Vec<String> = first.iter().map(|one| format!("x{}", one.0)).collect();
    let operands = operands.join(",");
    let offset = if access.operation.is_atomic() {
        String::new()
    } else {
        access.offset.to_string()
    };
    writer.line(format!("{mnemonic} {operands},{offset}(x{})", base.0));
    Ok(())
}

fn mnemonic(access: &Access) -> Option<String> {
    let simple = Writer::is_simple(access);
    let plain = simple && access.order == Order::default();
    if !Writer::is_whole(access) && !plain {
        return None;
    }
    let acquire = match access.order.acquire {
        Acquire::No => "",
        Acquire::Pc if simple => ".aq",
        Acquire::Sc if !simple => ".aq",
        Acquire::Pc | Acquire::Sc => return None,
    };
    let release = match access.order.release {
        Release::No => "",
        Release::Pc if simple => ".rl",
        Release::Sc if !simple => ".rl",
        Release::Pc | Release::Sc => return None,
    };
    let mnemonic = match access.operation {
        Operation::Read => sized(access.size, ["lbu", "lhu", "lw", "ld"]),
        Operation::Write => sized(access.size, ["sb", "sh", "sw", "sd"]),
        Operation::Exchange => "amoswap.w",
        Operation::Add => "amoadd.w",
        Operation::ReadExclusive => "lr.w",
        Operation::WriteExclusive(_) => "sc.w",
        Operation::CompareExchange(_) => return None,
    };
    Some(format!("{mnemonic}{acquire}{release}"))
}

/// The one for this size, of those for 1, 2, 4 and 8 bytes.
const fn sized(size: u8, all: [&'static str; 4]) -> &'static str {
    match size {
        1 => all[0],
        2 => all[1],
        8 => all[3],
        _ => all[2],
    }
}

fn value(writer: &mut Writer<'_>, value: Value, data: Option<Register>) -> Result<Register, Error> {
    let register = writer.fresh()?;
    let target = register.0;
    match (value, data) {
        // What fits no immediate is left to the assembler.
        (Value::Constant(number), None) if number > 2047 => {
            writer.line(format!("li x{target},{number}"));
        }
        (Value::Constant(number), None) => writer.line(format!("ori x{target},x0,{number}")),
        (Value::Constant(number), Some(source)) => {
            writer.line(format!("xor x{target},x{0},x{0}", source.0));
            writer.line(format!("ori x{target},x{target},{number}"));
        }
        (Value::Plus(number), source) => {
            let source = source.unwrap_or(register).0;
            writer.line(format!("addi x{target},x{source},{number}"));
        }
    }
    Ok(register)
}
