//! The errors of this crate.

use core::error::Error;
use core::fmt;

use crate::layout::{ALIGNMENT, HEADER_LENGTH, INCOMPAT_FEATURES, MAGIC, MIN_SLOTS};

/// The ring has no free slot; the event was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ring is full: try again when an event has been read")
    }
}

impl Error for Full {}

/// The memory cannot hold, or does not hold, a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutError {
    /// The memory is not aligned.
    Misaligned {
        /// Its address.
        address: usize,
    },
    /// The memory is too short.
    TooShort {
        /// How many bytes the ring takes.
        needed: usize,
        /// How many bytes there are.
        given: usize,
    },
    /// A ring needs more slots.
    TooFewSlots {
        /// How many slots were asked for or are in the header.
        slots: u32,
    },
    /// The header's magic number is wrong.
    BadMagic {
        /// The value found.
        found: u32,
    },
    /// The header has another length.
    BadHeaderLength {
        /// The value found.
        found: u32,
    },
    /// The header names features without which the ring cannot be read.
    IncompatibleFeatures {
        /// The value found.
        found: u32,
    },
    /// The header's head or tail is not the index of a slot.
    IndexOutOfRange {
        /// The header's head.
        head: u32,
        /// The header's tail.
        tail: u32,
        /// How many slots there are.
        slots: u32,
    },
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Misaligned { address } => write!(
                f,
                "the memory at {address:#x} is not aligned: give memory aligned to {ALIGNMENT} \
                 bytes, a page for instance"
            ),
            Self::TooShort { needed, given } => write!(
                f,
                "the memory is too short for the ring: give {needed} bytes instead of {given}"
            ),
            Self::TooFewSlots { slots } => write!(
                f,
                "a ring of {slots} slots holds no event: one slot always stays free, so ask for \
                 {MIN_SLOTS} or more"
            ),
            Self::BadMagic { found } => write!(
                f,
                "no ring here: the magic number is {found:#x} instead of {MAGIC:#x}; attach to \
                 memory that `io_setup` or `Ring::new` has laid out"
            ),
            Self::BadHeaderLength { found } => write!(
                f,
                "a ring of another version: its header has {found} bytes instead of \
                 {HEADER_LENGTH}; read it by system call"
            ),
            Self::IncompatibleFeatures { found } => write!(
                f,
                "a ring of another version: its incompatible features are {found:#x} instead of \
                 {INCOMPAT_FEATURES:#x}; read it by system call"
            ),
            Self::IndexOutOfRange { head, tail, slots } => write!(
                f,
                "the ring is corrupt: head {head} and tail {tail} must be less than its {slots} \
                 slots; lay it out anew"
            ),
        }
    }
}

impl Error for LayoutError {}
