//! An ordering that is assumed or ignored at one instruction: `assume=ADDRESS:WHAT`.
//!
//! This tries a fix, or removes a barrier, without building another binary.

use crate::translate::Decoded;
use arch::Pairs;
use isa::{Access, Acquire};

/// The assumption about the instruction at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumption {
    address: u64,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// The instruction orders nothing.
    Ignored,
    /// The instruction's write is a release.
    Release,
    /// The instruction's read is an acquire.
    Acquire(Acquire),
    /// A fence is executed before the instruction.
    Before(Pairs),
    /// A fence is executed after the instruction's access.
    After(Pairs),
}

/// The syntax, for messages.
///
/// A fence is named by the pairs that it keeps in order. `rw` are those of `lwsync` and
/// `fence.tso`: all pairs except an earlier write with a later read.
pub const FORM: &str = "assume=ADDRESS:ignored|release|acquire|acquire-pc|before-ww|before-rr|\
    before-r|before-rw|before-all|after-ww|after-rr|after-r|after-rw|after-all";

fn fence(name: &str) -> Option<Pairs> {
    Some(match name {
        "ww" => Pairs::WW,
        "rr" => Pairs::RR,
        "r" => Pairs::READ_ANY,
        "rw" => Pairs::TSO,
        "all" => Pairs::ALL,
        _ => return None,
    })
}

impl Assumption {
    /// Parses `ADDRESS:WHAT`.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, what) = text.split_once(':')?;
        let address = u64::from_str_radix(address.strip_prefix("0x")?, 16).ok()?;
        let what = match what.split_once('-') {
            None if what == "ignored" => What::Ignored,
            None if what == "release" => What::Release,
            None if what == "acquire" => What::Acquire(Acquire::Rcsc),
            Some(("acquire", "pc")) => What::Acquire(Acquire::Rcpc),
            Some(("before", name)) => What::Before(fence(name)?),
            Some(("after", name)) => What::After(fence(name)?),
            _ => return None,
        };
        Some(Self { address, what })
    }

    /// Changes the instruction, if it is at the assumption's address.
    pub fn apply(&self, decoded: &mut Decoded) {
        if decoded.address != self.address {
            return;
        }
        let effect = &mut decoded.effect;
        match self.what {
            What::Ignored => {
                effect.fence = Pairs::NONE;
                effect.acquire = Acquire::No;
                effect.release = false;
                decoded.flow.context_sync = false;
            }
            What::Release => effect.release = true,
            What::Acquire(acquire) => {
                if effect.acquire == Acquire::No || effect.access == Access::Plain {
                    effect.acquire = acquire;
                }
            }
            What::Before(fence) => decoded.before = fence,
            What::After(fence) => decoded.after = fence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isa::{Arch, Effect, Flow};

    fn decoded(arch: Arch, bytes: &[u8]) -> Decoded {
        Decoded::new(arch, 0x40, bytes, false)
    }

    #[test]
    fn forms() {
        for what in FORM.split_once(':').unwrap().1.split('|') {
            assert!(
                Assumption::parse(&format!("0x40:{what}")).is_some(),
                "{what}"
            );
        }
        for text in ["", "0x40", "40:ignored", "0xg:ignored", "0x40:with"] {
            assert_eq!(Assumption::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_assumption_changes_one_instruction() {
        // stlr w1, [x0]
        let stlr = [0x01, 0xfc, 0x9f, 0x88];
        let mut changed = decoded(Arch::AArch64, &stlr);
        Assumption::parse("0x44:ignored")
            .unwrap()
            .apply(&mut changed);
        assert!(changed.effect.release);
        Assumption::parse("0x40:ignored")
            .unwrap()
            .apply(&mut changed);
        assert!(!changed.effect.release);
        assert_eq!(changed.effect, Effect::PLAIN);
        Assumption::parse("0x40:release")
            .unwrap()
            .apply(&mut changed);
        assert!(changed.effect.release);
        // isync
        let mut isync = decoded(Arch::Ppc64le, &0x4c00_012c_u32.to_le_bytes());
        assert!(isync.flow.context_sync);
        Assumption::parse("0x40:ignored").unwrap().apply(&mut isync);
        assert!(!isync.flow.context_sync);
        assert_ne!(isync.flow, Flow::UNKNOWN);
        Assumption::parse("0x40:before-ww")
            .unwrap()
            .apply(&mut isync);
        assert_eq!(isync.before, Pairs::WW);
    }
}
