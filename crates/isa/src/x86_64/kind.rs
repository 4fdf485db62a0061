//! What the opcode maps say of an instruction.

use super::operands::{Code, ModRm};
use crate::{Effect, Pairs};

/// What an instruction is, before its `lock` prefix is looked at.
pub(super) enum Kind {
    /// Not lockable.
    Other(Effect),
    /// Reads, modifies and writes memory: atomic with `lock`.
    ReadModifyWrite,
    /// Exchanges with memory: atomic with `lock` or without.
    Exchange,
}

/// No effect on order.
pub(super) const PLAIN: Option<Kind> = Some(Kind::Other(Effect::PLAIN));
/// A full fence.
pub(super) const FULL_FENCE: Option<Kind> = Some(Kind::Other(Effect::fence(Pairs::ALL)));

/// An instruction that `lock` may precede when `modrm` is memory, if it is `lockable`
/// (SDM 2A "LOCK").
pub(super) fn read_modify_write(modrm: &ModRm, lockable: bool) -> Option<Kind> {
    if lockable && modrm.is_memory() {
        Some(Kind::ReadModifyWrite)
    } else {
        PLAIN
    }
}

/// A plain instruction with ModRM and `immediate` bytes after it.
pub(super) fn with_modrm(code: &mut Code<'_>, immediate: usize) -> Option<Kind> {
    ModRm::read(code)?;
    with_immediate(code, immediate)
}

/// A plain instruction with `immediate` bytes after its opcode.
pub(super) fn with_immediate(code: &mut Code<'_>, immediate: usize) -> Option<Kind> {
    code.skip(immediate)?;
    PLAIN
}
