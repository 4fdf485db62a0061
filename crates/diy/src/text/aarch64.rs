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
    let compared = match access.operation {
        Operation::CompareExchange(expected) => {
            let register = writer.destination(access)?;
            writer.line(format!("MOV W{},#{expected}", register.0));
            Some(register)
        }
        _ => None,
    };
    let mut first = Vec::new();
    if matches!(access.operation, Operation::WriteExclusive(_)) {
        first.push(writer.status(access)?);
    }
    first.extend(compared);
    if access.operation.writes() {
        first.push(value(writer, access.value, data)?);
    }
    if access.operation.reads() && compared.is_none() {
        first.push(writer.destination(access)?);
    }
    let base = writer.base(access.location)?;
    let width = if access.size == 8 { 'X' } else { 'W' };
    let operands: Vec<String> = first
        .iter()
        .map(|one| format!("{width}{}", one.0))
        .collect();
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
        (Value::Constant(number), None) => writer.line(format!("MOV W{target},#{number}")),
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
