//! x86-64. References are to the Intel 64 and IA-32 Architectures Software Developer's Manual
//! ("SDM"), volume 2 for encodings (appendix A has the opcode maps), volume 3A section 9.2 for
//! the order of memory.
//!
//! An ordinary access is plain here: that loads stay in order, and stores, is x86's memory model
//! and not a matter of the instruction. The length counts: bytes that are not exactly as long as
//! the instruction that they begin are unknown.
//!
//! One file for each opcode map: [`one_byte`], [`two_byte`] (0F, 0F 38 and 0F 3A), [`vex`];
//! [`kind`] has the answers that they share, [`operands`] reads what follows the opcode.

mod kind;
mod one_byte;
mod operands;
mod two_byte;
mod vex;

use self::kind::Kind;
use self::operands::{Code, Prefixes};
use crate::{Access, Effect, Pairs};

/// SDM 3A 9.1.2.2, 9.2.3.9: "Locked instructions have a total order", and "loads and stores are
/// not reordered with locked instructions".
const LOCKED: Effect = Effect::access(Access::Atomic).with_fence(Pairs::ALL);

pub(crate) fn decode(bytes: &[u8]) -> Effect {
    instruction(bytes).unwrap_or(Effect::UNKNOWN)
}

/// `None` is unknown, here and in the maps.
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
        // SDM 2A "LOCK": anything else raises #UD.
        (Kind::Other(_), true) => None,
    }
}
