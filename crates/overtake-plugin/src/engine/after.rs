//! What the running thread does after an access.

/// The running thread's next action after an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// It continues.
    Continues,
    /// It has used up the accesses of its quantum.
    QuantumOver,
    /// It waits for another thread in a loop.
    Spins,
}
