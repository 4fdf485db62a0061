//! x86-64 instructions, AT&T syntax. Source: Intel SDM 2.

use super::writer::Writer;
use crate::{Access, Arch, Error, Operation, Order, Register, Value, location_name};

pub(super) fn branch(writer: &mut Writer<'_>, register: Register, label: &str) {
    writer.line(format!("cmpl $0,{}", register.x86_low()));
    writer.line(format!("jne {label}"));
    writer.line(format!("{label}:"));
}

pub(super) fn access(writer: &mut Writer<'_>, access: &mut Access) -> Result<(), Error> {
    let (data, address) = writer.sources(access)?;
    let offset = match access.offset {
        0 => String::new(),
        offset => offset.to_string(),
    };
    let location = format!("{offset}({})", location_name(access.location));
    let letter = match access.size {
        1 => 'b',
        2 => 'w',
        4 => 'l',
        _ => 'q',
    };
    let sized = Writer::is_simple(access) && data.is_none();
    if !(Writer::is_whole(access) || sized) {
        return Err(writer.no_instruction(access));
    }
    if access.order != Order::default() || address.is_some() {
        return Err(writer.no_instruction(access));
    }
    match access.operation {
        Operation::Read => {
            let register = writer.destination(access)?;
            if letter == 'q' {
                let name = register.name(Arch::X86_64);
                writer.line(format!("movq {location},%{name}"));
                return Ok(());
            }
            let target = register.x86_low();
            let extend = match letter {
                'l' => String::new(),
                narrow => format!("z{narrow}"),
            };
            writer.line(format!("mov{extend}l {location},{target}"));
        }
        Operation::Write => match (access.value, data) {
            (Value::Constant(number), None) => {
                writer.line(format!("mov{letter} ${number},{location}"));
            }
            (value, source) => {
                let register = writer.fresh()?;
                let (text, number) = (register.x86_low(), sum(value));
                let source = source.unwrap_or(register).x86_low();
                writer.line(format!("movl {source},{text}"));
                if matches!(value, Value::Constant(_)) {
                    writer.line(format!("xorl {text},{text}"));
                }
                writer.line(format!("addl ${number},{text}"));
                writer.line(format!("movl {text},{location}"));
            }
        },
        Operation::Exchange | Operation::Add if data.is_none() => {
            let target = writer.destination(access)?.x86_low();
            writer.line(format!("movl ${},{target}", sum(access.value)));
            let mnemonic = if access.operation == Operation::Add {
                "lock xaddl"
            } else {
                "xchgl"
            };
            writer.line(match access.operation {
                Operation::Add => format!("{mnemonic} {target},{location}"),
                _ => format!("{mnemonic} {location},{target}"),
            });
        }
        _ => return Err(writer.no_instruction(access)),
    }
    Ok(())
}

const fn sum(value: Value) -> u64 {
    match value {
        Value::Constant(number) | Value::Plus(number) => number,
    }
}
