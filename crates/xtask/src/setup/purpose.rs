//! The purpose for which a machine is set up.

/// The purpose for which a machine is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To run every task.
    Everything,
    /// To run guests that were built elsewhere, on any processor that has a QEMU.
    GivenGuests,
    /// To run the checks, which run no guest.
    Checks,
}
