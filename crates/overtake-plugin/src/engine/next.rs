//! The engine's answer to a callback.

/// The holder's next action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It continues.
    Continue,
    /// Its quantum is over: the strategy chooses the next holder.
    HandOff,
    /// The budget of instructions is used up.
    OutOfBudget,
    /// A store that became visible early was not made as it was.
    BrokenPromise,
    /// The check mode found memory that the model does not explain.
    Unexplained,
}
