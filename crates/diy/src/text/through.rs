//! Registers that depend on another one through something that is no general register.
//!
//! What such a register holds is of no matter: those who use it clear it with an exclusive or.

use super::writer::Writer;
use crate::{Arch, Error, Register, Through};

/// Writes a [`crate::Step::Copy`]; returns its register.
pub(super) fn copy(
    writer: &mut Writer<'_>,
    arch: Arch,
    source: usize,
    through: Through,
) -> Result<Register, Error> {
    let from = writer.result(source)?.0;
    let target = writer.fresh()?;
    let to = target.0;
    let mut lines: Vec<String> = Vec::new();
    match (arch, through) {
        (Arch::AArch64, Through::Select) => {
            let zero = writer.fresh()?.0;
            lines.push(format!("CMP W{from},#1"));
            lines.push(format!("CSEL W{to},W{zero},WZR,EQ"));
        }
        (Arch::AArch64, Through::ConditionalCompare) => {
            let zero = writer.fresh()?.0;
            lines.push(format!("CMP W{zero},#0"));
            lines.push(format!("CCMP W{from},#1,#0,EQ"));
            lines.push(format!("CSEL W{to},W{zero},WZR,EQ"));
        }
        (Arch::AArch64, Through::Flags) => {
            lines.push(format!("CMP W{from},#2"));
            lines.push(format!("MRS X{to},NZCV"));
        }
        (Arch::AArch64, Through::Carry) => {
            lines.push(format!("CMP W{from},#2"));
            lines.push(format!("ADC W{to},WZR,WZR"));
        }
        (Arch::AArch64, Through::RoundingMode) => {
            lines.push(format!("LSL X{to},X{from},#22"));
            lines.push(format!("MSR FPCR,X{to}"));
            lines.push("FRINTI D1,D0".to_owned());
            lines.push(format!("FMOV X{to},D1"));
        }
        (Arch::Ppc64le, Through::Flags) => {
            lines.push(format!("cmpwi r{from},2"));
            lines.push(format!("mfcr r{to}"));
        }
        (Arch::Ppc64le, Through::Carry) => {
            lines.push(format!("addic r{to},r{from},1"));
            lines.push(format!("li r{to},0"));
            lines.push(format!("addze r{to},r{to}"));
        }
        (Arch::Riscv64, Through::RoundingMode) => {
            lines.push(format!("fsrm x{from}"));
            lines.push("fcvt.s.w f0,x0,dyn".to_owned());
            lines.push(format!("fmv.x.w x{to},f0"));
        }
        (Arch::Riscv64, Through::Status) => {
            lines.push(format!("fsflags x{from}"));
            lines.push(format!("frflags x{to}"));
        }
        _ => {
            return Err(writer.wrong(&format!(
                "{} has no dependency through {through:?}: expected one that it has",
                arch.herd_name()
            )));
        }
    }
    for line in lines {
        writer.line(line);
    }
    Ok(target)
}
