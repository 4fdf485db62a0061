//! Power instructions. Source: Power ISA Book I 3.3, Book II 4.6.

use super::writer::Writer;
use crate::{Access, Error, Operation, Order, Register, Value};

pub(super) fn branch(writer: &mut Writer<'_>, register: Register, label: &str) {
    writer.line(format!("cmpw r{0},r{0}", register.0));
    writer.line(format!("beq  {label}"));
    writer.line(format!("{label}:"));
}

pub(super) fn access(writer: &mut Writer<'_>, access: &mut Access) -> Result<(), Error> {
    let (data, address) = writer.sources(access)?;
    let narrow = Writer::is_simple(access);
    if !(narrow || Writer::is_whole(access))
        || access.order != Order::default()
        || access.operation.is_atomic()
    {
        return Err(writer.no_instruction(access));
    }
    let index = match address {
        Some(source) => {
            let index = writer.fresh()?;
            writer.line(format!("xor r{0},r{1},r{1}", index.0, source.0));
            Some(index)
        }
        None => None,
    };
    let operand = if access.operation.reads() {
        writer.destination(access)?
    } else {
        value(writer, access.value, data)?
    };
    let base = writer.base(access.location)?;
    let (operand, base) = (operand.0, base.0);
    let index = index.map_or(0, |register| register.0);
    match access.operation {
        Operation::Read | Operation::Write => {
            let (load, store) = match access.size {
                1 => ("lbz", "stb"),
                2 => ("lhz", "sth"),
                8 => ("ld", "std"),
                _ => ("lwz", "stw"),
            };
            let mnemonic = if access.operation.reads() {
                load
            } else {
                store
            };
            let offset = access.offset;
            match (index, offset) {
                (0, _) => writer.line(format!("{mnemonic} r{operand},{offset}(r{base})")),
                (_, 0) => writer.line(format!("{mnemonic}x r{operand},r{index},r{base}")),
                _ => {
                    let sum = writer.fresh()?.0;
                    writer.line(format!("add r{sum},r{index},r{base}"));
                    writer.line(format!("{mnemonic} r{operand},{offset}(r{sum})"));
                }
            }
        }
        Operation::ReadExclusive => writer.line(format!("lwarx r{operand},r{index},r{base}")),
        Operation::WriteExclusive(status) => {
            let register = writer.status(access)?.0;
            let label = writer.label();
            writer.line(format!("li r{register},{}", status.failure));
            writer.line(format!("stwcx. r{operand},r{index},r{base}"));
            writer.line(format!("bne  {label}"));
            writer.line(format!("li r{register},{}", status.success));
            writer.line(format!("{label}:"));
        }
        Operation::Exchange | Operation::Add | Operation::CompareExchange(_) => {}
    }
    Ok(())
}

fn value(writer: &mut Writer<'_>, value: Value, data: Option<Register>) -> Result<Register, Error> {
    let register = writer.fresh()?;
    let target = register.0;
    match (value, data) {
        (Value::Constant(number), None) if number > 0x7fff => {
            writer.line(format!("lis r{target},{}", number >> 16 & 0x7fff));
            writer.line(format!("ori r{target},r{target},{}", number & 0xffff));
        }
        (Value::Constant(number), None) => writer.line(format!("li r{target},{number}")),
        (Value::Constant(number), Some(source)) => {
            writer.line(format!("xor r{target},r{0},r{0}", source.0));
            writer.line(format!("addi r{target},r{target},{number}"));
        }
        (Value::Plus(number), source) => {
            let source = source.unwrap_or(register).0;
            writer.line(format!("addi r{target},r{source},{number}"));
        }
    }
    Ok(register)
}
