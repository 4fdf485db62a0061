//! The number of the vCPU whose thread holds the token, to be read without a lock.

use super::sync::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// No vCPU.
const NOBODY: u32 = u32::MAX;

/// Who holds the token. It is written under the lock of the token's slots only.
///
/// # Why a Relaxed load is enough for a thread that asks whether it is the holder
///
/// A thread compares the number with its own. Two values could be wrong:
///
/// - *It reads its own number although it has lost the token.* If it gave the token up itself, it
///   wrote [`NOBODY`] before its load, and coherence forbids an older value. If the token was taken
///   from it while it slept (`Slots::take_from_sleeper`), the taker first wrote [`NOBODY`], then
///   issued a fence, and then the kernel still said that the thread sleeps. So it was woken after
///   that write, and the kernel's barriers on that way make it see the write. Nobody else writes
///   its number but who gives it the token.
/// - *It reads another number although it is the holder.* It then asks again under the lock.
///
/// What the holder does then touches what earlier holders wrote. It saw that when it was given the
/// token, by the lock or by the Acquire load in [`Holder::was_given_to`].
#[derive(Debug)]
pub struct Holder(AtomicU32);

impl Holder {
    /// Nobody.
    pub const fn nobody() -> Self {
        Self(AtomicU32::new(NOBODY))
    }

    /// Whether the token was given to the thread of this vCPU, which has waited for it. All that
    /// its earlier holders did has then happened before.
    pub(super) fn was_given_to(&self, vcpu: u32) -> bool {
        // Acquire: pairs with the Release store in `set`.
        self.0.load(Acquire) == vcpu
    }

    /// Whether the calling thread, which runs this vCPU, holds the token. False may be wrong for a
    /// moment ([`Token::holds`] is never wrong).
    ///
    /// [`Token::holds`]: super::Token::holds
    #[inline]
    pub fn is(&self, vcpu: u32) -> bool {
        // Relaxed: for the reason above.
        self.0.load(Relaxed) == vcpu
    }

    /// The thread of this vCPU holds the token.
    pub(super) fn set(&self, vcpu: u32) {
        // Release: pairs with the Acquire load in `was_given_to`.
        self.0.store(vcpu, Release);
    }

    /// Nobody holds the token.
    pub(super) fn clear(&self) {
        self.set(NOBODY);
    }
}
