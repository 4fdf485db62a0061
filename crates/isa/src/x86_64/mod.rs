//! Decoder for x86-64.
//!
//! Sections are those of the Intel 64 and IA-32 Architectures Software Developer's Manual ("SDM"):
//! volume 2 for encodings (appendix A has the opcode maps), volume 3A section 9.2 for the order
//! of memory. "APM" is AMD's manual.
//!
//! An ordinary access is plain here. That x86 keeps loads and stores in order is its memory
//! model's business, not the instruction's. Bytes that are shorter or longer than the instruction
//! that they begin with are unknown.
//!
//! Each opcode map has a file: [`one_byte`], [`two_byte`] (0F, 0F 38 and 0F 3A), [`vex`].
//! [`kind`] has the results that they share, [`operands`] reads what surrounds the opcode.

mod kind;
mod one_byte;
mod operands;
mod single;
mod two_byte;
mod vex;

use self::kind::Kind;
use self::operands::{Code, Prefixes};
use crate::{Access, Effect, Pairs};

pub(crate) use single::single;

/// SDM 3A 9.1.2.2, 9.2.3.9: "Locked instructions have a total order", and "loads and stores are
/// not reordered with locked instructions".
const LOCKED: Effect = Effect::access(Access::Atomic).with_fence(Pairs::ALL);

pub(crate) fn decode(bytes: &[u8]) -> Effect {
    instruction(bytes).unwrap_or(Effect::UNKNOWN)
}

/// Returns the effect, or `None` if the instruction is unknown. The maps return `None` likewise.
fn instruction(bytes: &[u8]) -> Option<Effect> {
    const LONGEST: usize = 15;
    if bytes.len() > LONGEST {
        return None;
    }
    let mut code = Code::new(bytes);
    let prefixes = Prefixes::read(&mut code)?;
    let kind = match code.byte()? {
        0x0f => two_byte::decode(&prefixes, &mut code)?,
        opcode @ (0xc4 | 0xc5) => vex::decode(opcode, &prefixes, &mut code)?,
        opcode => one_byte::decode(opcode, &prefixes, &mut code)?,
    };
    if !code.is_empty() {
        return None;
    }
    match (kind, prefixes.lock) {
        (Kind::Exchange, _) | (Kind::ReadModifyWrite, true) => Some(LOCKED),
        (Kind::ReadModifyWrite, false) => Some(Effect::PLAIN),
        (Kind::Other(effect), false) => Some(effect),
        // SDM 2A "LOCK": with any other instruction, the prefix raises #UD.
        (Kind::Other(_), true) => None,
    }
}
