//! What the engine says of the holder.

/// What the holder does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It runs on.
    Continue,
    /// Its time is up: the strategy chooses who runs next.
    HandOff,
    /// The budget of instructions is used up.
    OutOfBudget,
    /// The check mode found memory that the model does not explain.
    Unexplained,
}
