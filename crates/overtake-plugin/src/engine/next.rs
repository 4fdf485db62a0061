//! What the engine says of the holder.

/// Whether the holder goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It goes on.
    Continue,
    /// Its time is up: the strategy chooses who goes on.
    HandOff,
    /// The budget of instructions is used up.
    OutOfBudget,
    /// The check mode found memory that the model does not explain.
    Unexplained,
}
