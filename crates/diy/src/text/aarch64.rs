//! Armv8 instructions, 64-bit form. Source: Armv8 ARM C6.2.

use super::writer::Writer;
use crate::{Access, Acquire, Error, Operation, Register, Release, Value};

pub(super) fn branch(writer: &mut Writer<'_>, register: Register, label: &str) {
    writer.line(format!("CBNZ W{},{label}", register.0));
    writer.line(format!("{label}:"));
}

pub(super) fn access(writer: &mut Writer<'_>, access: &mut Access) -> Result<(), Error> {
    let (data, address) = writer.sources(access)?;
    let (mnemonic, indexed) = mnemonic(access).ok_or_else(|| writer.no_instruction(access))?;

    let index = match address {
        Some(source) => {
            let index = writer.fresh()?;
            writer.line(format!("EOR W{0},W{1},W{1}", index.0, source.0));
            Some(index)
        }
        None => None,
    };
    let plain_read = !access.operation.writes();
    // The base of a read that needs no index is its first register.
    if plain_read && index.is_none() {
        writer.base(access.location)?;
    }
    let width = if access.size == 8 { 'X' } else { 'W' };
    let name = |register: Register| format!("{width}{}", register.0);
    let mut operands = Vec::new();
    match access.operation {
        Operation::WriteExclusive(_) => operands.push(format!("W{}", writer.status(access)?.0)),
        Operation::CompareExchange(_) => operands.push(compared(writer, access)?),
        _ => {}
    }
    if access.operation.writes() {
        operands.push(name(value(writer, access.value, data)?));
    }
    match access.operation {
        // Its first operand is its result too.
        Operation::CompareExchange(_) => {}
        operation if operation.is_atomic() && access.discards => operands.push("WZR".to_owned()),
        operation if operation.reads() => operands.push(name(writer.destination(access)?)),
        _ => {}
    }
    let base = writer.base(access.location)?;
    let operands = operands.join(",");
    let offset = match access.offset {
        0 => String::new(),
        offset => format!(",#{offset}"),
    };
    match index {
        None => writer.line(format!("{mnemonic} {operands},[X{}{offset}]", base.0)),
        Some(index) if indexed => {
            writer.line(format!(
                "{mnemonic} {operands},[X{},W{},SXTW]",
                base.0, index.0
            ));
        }
        Some(index) => {
            let sum = writer.fresh()?;
            writer.line(format!("ADD X{},X{},W{},SXTW", sum.0, base.0, index.0));
            writer.line(format!("{mnemonic} {operands},[X{}{offset}]", sum.0));
        }
    }
    Ok(())
}

/// Writes the expected value of a compare-and-swap to the register for its result; returns its name.
fn compared(writer: &mut Writer<'_>, access: &mut Access) -> Result<String, Error> {
    let Operation::CompareExchange(expected) = access.operation else {
        return Err(writer.no_instruction(access));
    };
    if access.discards && expected == 0 && access.expected.is_none() {
        return Ok("WZR".to_owned());
    }
    let source = access
        .expected
        .map(|step| writer.result(step))
        .transpose()?;
    let register = writer.destination(access)?.0;
    match source {
        None => writer.line(format!("MOV W{register},#{expected}")),
        Some(source) => {
            writer.line(format!("EOR W{register},W{0},W{0}", source.0));
            writer.line(format!("ADD W{register},W{register},#{expected}"));
        }
    }
    Ok(format!("W{register}"))
}

/// The instruction, and whether it takes an index register.
fn mnemonic(access: &Access) -> Option<(String, bool)> {
    let acquire = access.order.acquire;
    let release = access.order.release;
    let (a, l) = (acquire == Acquire::Sc, release == Release::Sc);
    let letters = format!("{}{}", if a { "A" } else { "" }, if l { "L" } else { "" });
    let whole = Writer::is_whole(access);
    let sized = Writer::is_simple(access) && !a && !l && acquire == Acquire::No;
    if !(whole || sized) || release == Release::Pc {
        return None;
    }
    if acquire == Acquire::Pc {
        return (access.operation == Operation::Read && !l).then(|| ("LDAPR".to_owned(), false));
    }
    let plain = !a && !l;
    Some(match access.operation {
        Operation::Read if plain => (format!("LDR{}", suffix(access.size)), whole),
        Operation::Read if !l => ("LDAR".to_owned(), false),
        Operation::Write if plain => (format!("STR{}", suffix(access.size)), whole),
        Operation::Write if !a => ("STLR".to_owned(), false),
        Operation::Exchange => (format!("SWP{letters}"), false),
        Operation::Add => (format!("LDADD{letters}"), false),
        Operation::CompareExchange(_) => (format!("CAS{letters}"), false),
        Operation::ReadExclusive if !l => (if a { "LDAXR" } else { "LDXR" }.to_owned(), false),
        Operation::WriteExclusive(_) if !a => (if l { "STLXR" } else { "STXR" }.to_owned(), false),
        _ => return None,
    })
}

/// What a load or store of this size has at its end.
const fn suffix(size: u8) -> &'static str {
    match size {
        1 => "B",
        2 => "H",
        _ => "",
    }
}

fn value(writer: &mut Writer<'_>, value: Value, data: Option<Register>) -> Result<Register, Error> {
    let register = writer.fresh()?;
    let target = register.0;
    match (value, data) {
        (Value::Constant(number), None) => {
            writer.line(format!("MOV W{target},#{}", number & 0xffff));
            if number > 0xffff {
                writer.line(format!("MOVK W{target},#{},LSL #16", number >> 16 & 0xffff));
            }
        }
        (Value::Constant(number), Some(source)) => {
            writer.line(format!("EOR W{target},W{0},W{0}", source.0));
            writer.line(format!("ADD W{target},W{target},#{number}"));
        }
        (Value::Plus(number), source) => {
            let source = source.unwrap_or(register).0;
            writer.line(format!("ADD W{target},W{source},#{number}"));
        }
    }
    Ok(register)
}
