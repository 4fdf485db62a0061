//! What a machine is set up for.

/// What a machine is set up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Everything.
    Everything,
    /// To run guests that were built elsewhere: on any processor for which there is a QEMU.
    GivenGuests,
    /// For the checks that run nothing.
    Checks,
}
