//! What an opcode map returns for an instruction.

use super::operands::{Code, ModRm};
use crate::{Effect, Pairs};

/// The kind of an instruction, without regard to its `lock` prefix.
pub(super) enum Kind {
    /// An instruction that `lock` may not precede.
    Other(Effect),
    /// A read-modify-write of memory, which is atomic with `lock`.
    ReadModifyWrite,
    /// An exchange with memory, which is atomic with and without `lock`.
    Exchange,
}

/// An instruction with no effect on order.
pub(super) const PLAIN: Option<Kind> = Some(Kind::Other(Effect::PLAIN));
/// An instruction that is a full fence.
pub(super) const FULL_FENCE: Option<Kind> = Some(Kind::Other(Effect::fence(Pairs::ALL)));

/// An instruction that `lock` may precede if it is `lockable` and `modrm` is memory (SDM 2A
/// "LOCK").
pub(super) fn read_modify_write(modrm: &ModRm, lockable: bool) -> Option<Kind> {
    if lockable && modrm.is_memory() {
        Some(Kind::ReadModifyWrite)
    } else {
        PLAIN
    }
}

/// A plain instruction with a ModRM byte and `immediate` bytes after it.
pub(super) fn with_modrm(code: &mut Code<'_>, immediate: usize) -> Option<Kind> {
    ModRm::read(code)?;
    with_immediate(code, immediate)
}

/// A plain instruction with `immediate` bytes after its opcode.
pub(super) fn with_immediate(code: &mut Code<'_>, immediate: usize) -> Option<Kind> {
    code.skip(immediate)?;
    PLAIN
}
