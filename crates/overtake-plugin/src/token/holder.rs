//! The number of the vCPU that holds the token, readable without a lock.

use super::sync::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// The number that stands for no vCPU.
const NOBODY: u32 = u32::MAX;

/// The vCPU that holds the token. It is written only under the lock of the token's slots.
///
/// # Why a Relaxed load is enough for a thread that asks whether it is the holder
///
/// A thread compares the number with its own. Two answers could be wrong:
///
/// - *It loads its own number although it has lost the token.* If it gave up the token itself, it
///   stored [`NOBODY`] before its load, and coherence forbids an older value. If the token was
///   taken from it while it slept (`Slots::take_from_sleeper`), the taker stored [`NOBODY`], then
///   issued a fence, and then the kernel still reported that the thread sleeps. So the thread was
///   woken after that store, and the kernel's barriers on the way order its load after the store.
///   Only a thread that gives it the token stores its number.
/// - *It loads another number although it is the holder.* It then asks again under the lock.
///
/// The holder then accesses data that earlier holders wrote. Their writes became visible to it when
/// it was given the token: by the lock, or by the Acquire load in [`Holder::was_given_to`].
#[derive(Debug)]
pub struct Holder(AtomicU32);

impl Holder {
    /// Creates the value that stands for no holder.
    pub const fn nobody() -> Self {
        Self(AtomicU32::new(NOBODY))
    }

    /// Whether the token was given to the thread of this vCPU, which waited for it. If so, all that
    /// earlier holders did happens-before this thread continues.
    pub(super) fn was_given_to(&self, vcpu: u32) -> bool {
        // Acquire: pairs with the Release store in `set`.
        self.0.load(Acquire) == vcpu
    }

    /// Whether the calling thread, which runs this vCPU, holds the token.
    ///
    /// For a moment, the answer may wrongly be false; [`Token::holds`] is always right.
    ///
    /// [`Token::holds`]: super::Token::holds
    #[inline]
    pub fn is(&self, vcpu: u32) -> bool {
        // Relaxed: pairs with the stores in `set`; the type's documentation explains why it is
        // enough.
        self.0.load(Relaxed) == vcpu
    }

    /// Stores the vCPU of the new holder.
    pub(super) fn set(&self, vcpu: u32) {
        // Release: pairs with the Acquire load in `was_given_to`.
        self.0.store(vcpu, Release);
    }

    /// Stores that nobody holds the token.
    pub(super) fn clear(&self) {
        self.set(NOBODY);
    }
}
