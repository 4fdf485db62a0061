//! From steps to instructions and registers.
//!
//! Registers are taken in the order in which the instructions need them, one for each value and
//! one for each address, as diy7 does; so states name the same registers as those of its tests.

mod aarch64;
mod ppc;
mod riscv;
mod writer;
mod x86_64;

use self::writer::Writer;
use crate::{Arch, Error, Processor, Step};

/// Gives every processor its registers and instructions.
pub(crate) fn write_program(arch: Arch, steps: Vec<Vec<Step>>) -> Result<Vec<Processor>, Error> {
    let mut labels = 0;
    let write = |(processor, steps)| write(Writer::new(arch, processor, &mut labels), steps);
    steps.into_iter().enumerate().map(write).collect()
}

/// Gives one processor its registers and instructions.
fn write(mut writer: Writer<'_>, mut steps: Vec<Step>) -> Result<Processor, Error> {
    for step in &steps {
        if let Step::Access(access) = step {
            let taken = [access.result, access.status];
            writer
                .free
                .retain(|register| !taken.contains(&Some(*register)));
        }
    }
    for step in &mut steps {
        let mut result = None;
        if let Step::Access(access) = step {
            writer.check_place(access)?;
        }
        match step {
            Step::Fence(fence) => writer.line(fence.instruction),
            Step::Branch { source } => {
                let register = writer.result(*source)?;
                let label = format!("LC{:02}", *writer.labels);
                *writer.labels += 1;
                match writer.arch {
                    Arch::AArch64 => aarch64::branch(&mut writer, register, &label),
                    Arch::Ppc64le => ppc::branch(&mut writer, register, &label),
                    Arch::Riscv64 => riscv::branch(&mut writer, register, &label),
                    Arch::X86_64 => x86_64::branch(&mut writer, register, &label),
                }
            }
            Step::Access(access) => {
                match writer.arch {
                    Arch::AArch64 => aarch64::access(&mut writer, access)?,
                    Arch::Ppc64le => ppc::access(&mut writer, access)?,
                    Arch::Riscv64 => riscv::access(&mut writer, access)?,
                    Arch::X86_64 => x86_64::access(&mut writer, access)?,
                }
                result = access.result;
            }
        }
        writer.results.push(result);
        writer.step += 1;
    }
    Ok(Processor {
        steps,
        addresses: writer.addresses,
        code: writer.code,
    })
}
