//! Writes steps as instructions and allocates registers.
//!
//! Registers are allocated in the order in which instructions need them, one for each value and one
//! for each address, as diy7 does. So states name the same registers as those of its tests.

mod aarch64;
mod ppc;
mod riscv;
mod through;
mod wide;
mod writer;
mod x86_64;

use crate::{Arch, Error, Processor, Step};
use writer::Writer;

/// Writes the code of every processor.
pub(crate) fn write_program(arch: Arch, steps: Vec<Vec<Step>>) -> Result<Vec<Processor>, Error> {
    let mut labels = 0;
    let write = |(processor, steps)| {
        write_processor(arch, steps, Writer::new(arch, processor, &mut labels))
    };
    steps.into_iter().enumerate().map(write).collect()
}

fn write_processor(
    arch: Arch,
    mut steps: Vec<Step>,
    mut writer: Writer<'_>,
) -> Result<Processor, Error> {
    writer.reserve(&steps);
    let mut rest = steps.as_mut_slice();
    while let Some((step, following)) = rest.split_first_mut() {
        rest = following;
        let mut result = None;
        match step {
            Step::Fence(fence) => writer.line(fence.instruction),
            Step::Branch { source } => {
                let register = writer.result(*source)?;
                let label = writer.label();
                match arch {
                    Arch::AArch64 => aarch64::branch(&mut writer, register, &label),
                    Arch::Ppc64le => ppc::branch(&mut writer, register, &label),
                    Arch::Riscv64 => riscv::branch(&mut writer, register, &label),
                    Arch::X86_64 => x86_64::branch(&mut writer, register, &label),
                }
            }
            Step::Copy { source, through } => {
                result = Some(through::copy(&mut writer, arch, *source, *through)?);
            }
            Step::Access(lower) if lower.halves => {
                let Some((Step::Access(upper), following)) = rest.split_first_mut() else {
                    return Err(writer.wrong("it is half of an instruction: expected the other"));
                };
                rest = following;
                wide::two(&mut writer, arch, [lower, upper])?;
                writer.end_step(lower.result);
                result = upper.result;
            }
            Step::Access(access) => {
                writer.check_place(access)?;
                match arch {
                    _ if access.size == 16 => wide::one(&mut writer, arch, access)?,
                    Arch::AArch64 => aarch64::access(&mut writer, access)?,
                    Arch::Ppc64le => ppc::access(&mut writer, access)?,
                    Arch::Riscv64 => riscv::access(&mut writer, access)?,
                    Arch::X86_64 => x86_64::access(&mut writer, access)?,
                }
                result = access.result;
            }
        }
        writer.end_step(result);
    }
    Ok(writer.finish(steps))
}
