//! Accesses of 16 bytes by one instruction, whether the CPU makes one access of it or two.
//!
//! Sources: Armv8 ARM C6.2 LDP, STP; Power ISA Book I 3.3.4 `lq`, `stq`; Intel SDM 2 MOVDQA.

use super::writer::Writer;
use crate::{Access, Arch, Error, Operation, Order, Register, Value, location_name};

/// What both forms are to the instruction.
struct Wide {
    reads: bool,
    location: usize,
    address: Option<Register>,
    /// What is written to the lower and the upper half: each a number below 0x8000, or such a number in
    /// both of its words.
    values: [u64; 2],
}

/// Writes one access of 16 bytes.
pub(super) fn one(writer: &mut Writer<'_>, arch: Arch, access: &mut Access) -> Result<(), Error> {
    let (data, address) = writer.sources(access)?;
    let Value::Constant(lower) = access.value else {
        return Err(writer.no_instruction(access));
    };
    let wide = Wide {
        reads: access.operation == Operation::Read,
        location: access.location,
        address,
        values: [lower, access.upper_value],
    };
    let is_plain = Writer::is_simple(access) && access.order == Order::default();
    if !is_plain || data.is_some() || !wide.values.iter().all(|value| is_short(*value)) {
        return Err(writer.no_instruction(access));
    }
    let registers = instruction(writer, arch, &wide, access)?;
    if wide.reads {
        access.result = Some(registers[0]);
        access.upper_result = Some(registers[1]);
    }
    Ok(())
}

/// Writes two accesses of 8 bytes, of which each is a half.
pub(super) fn two(
    writer: &mut Writer<'_>,
    arch: Arch,
    [lower, upper]: [&mut Access; 2],
) -> Result<(), Error> {
    let (data, address) = writer.sources(lower)?;
    let (Value::Constant(low), Value::Constant(high)) = (lower.value, upper.value) else {
        return Err(writer.no_instruction(lower));
    };
    let expected = Access {
        offset: 8,
        value: upper.value,
        result: upper.result,
        halves: false,
        ..*lower
    };
    let is_plain = Writer::is_simple(lower) && lower.order == Order::default();
    let is_lower = (lower.size, lower.offset) == (8, 0);
    if !is_plain || !is_lower || *upper != expected || data.is_some() || arch == Arch::Ppc64le {
        return Err(writer.wrong("it makes no access of 16 bytes with the next step"));
    }
    let wide = Wide {
        reads: lower.operation == Operation::Read,
        location: lower.location,
        address,
        values: [low, high],
    };
    if !wide.values.iter().all(|value| is_short(*value)) {
        return Err(writer.no_instruction(lower));
    }
    let registers = instruction(writer, arch, &wide, lower)?;
    if wide.reads {
        lower.result = Some(registers[0]);
        upper.result = Some(registers[1]);
    }
    Ok(())
}

/// Whether the value is a number below 0x8000, or such a number in both of its words.
const fn is_short(value: u64) -> bool {
    let (high, low) = (value >> 32, value & 0xffff_ffff);
    low < 0x8000 && (high == 0 || high == low)
}

/// Writes the instruction. Returns the registers for the lower and the upper half.
fn instruction(
    writer: &mut Writer<'_>,
    arch: Arch,
    wide: &Wide,
    access: &Access,
) -> Result<[Register; 2], Error> {
    match arch {
        Arch::AArch64 => aarch64(writer, wide),
        Arch::Ppc64le => ppc(writer, wide),
        Arch::X86_64 if wide.address.is_none() => x86_64(writer, wide),
        Arch::X86_64 | Arch::Riscv64 => Err(writer.no_instruction(access)),
    }
}

fn aarch64(writer: &mut Writer<'_>, wide: &Wide) -> Result<[Register; 2], Error> {
    let registers = [writer.fresh()?, writer.fresh()?];
    if !wide.reads {
        for (register, value) in registers.iter().zip(wide.values) {
            writer.line(format!("MOV X{},#{}", register.0, value & 0xffff));
            if value > 0xffff {
                writer.line(format!("MOVK X{},#{},LSL #32", register.0, value >> 32));
            }
        }
    }
    let mut base = writer.base(wide.location)?.0;
    if let Some(source) = wide.address {
        let index = writer.fresh()?.0;
        writer.line(format!("EOR W{index},W{0},W{0}", source.0));
        let sum = writer.fresh()?.0;
        writer.line(format!("ADD X{sum},X{base},W{index},SXTW"));
        base = sum;
    }
    let mnemonic = if wide.reads { "LDP" } else { "STP" };
    let [lower, upper] = registers.map(|register| register.0);
    writer.line(format!("{mnemonic} X{lower},X{upper},[X{base}]"));
    Ok(registers)
}

/// In little-endian mode the first register of the pair has the upper half.
fn ppc(writer: &mut Writer<'_>, wide: &Wide) -> Result<[Register; 2], Error> {
    let [upper, lower] = writer.fresh_pair()?;
    if !wide.reads {
        for (register, value) in [lower, upper].iter().zip(wide.values) {
            writer.line(format!("li r{},{}", register.0, value & 0xffff));
            if value > 0xffff {
                writer.line(format!("rldimi r{0},r{0},32,0", register.0));
            }
        }
    }
    let mut base = writer.base(wide.location)?.0;
    if let Some(source) = wide.address {
        let index = writer.fresh()?.0;
        writer.line(format!("xor r{index},r{0},r{0}", source.0));
        let sum = writer.fresh()?.0;
        writer.line(format!("add r{sum},r{index},r{base}"));
        base = sum;
    }
    let mnemonic = if wide.reads { "lq" } else { "stq" };
    writer.line(format!("{mnemonic} r{},0(r{base})", upper.0));
    Ok([lower, upper])
}

fn x86_64(writer: &mut Writer<'_>, wide: &Wide) -> Result<[Register; 2], Error> {
    let registers = [writer.fresh()?, writer.fresh()?];
    let location = location_name(wide.location);
    let names = registers.map(|register| format!("%{}", register.name(Arch::X86_64)));
    if wide.reads {
        writer.line(format!("movdqa ({location}),%xmm0"));
        writer.line(format!("movq %xmm0,{}", names[0]));
        writer.line("punpckhqdq %xmm0,%xmm0");
        writer.line(format!("movq %xmm0,{}", names[1]));
    } else {
        for (name, value) in names.iter().zip(wide.values) {
            let mnemonic = if value > 0xffff { "movabsq" } else { "movq" };
            writer.line(format!("{mnemonic} ${value},{name}"));
        }
        writer.line(format!("movq {},%xmm0", names[0]));
        writer.line(format!("movq {},%xmm1", names[1]));
        writer.line("punpcklqdq %xmm1,%xmm0");
        writer.line(format!("movdqa %xmm0,({location})"));
    }
    Ok(registers)
}
