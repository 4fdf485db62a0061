//! One processor of a test: its steps and the code written from them.

use crate::{Register, Step};

/// One processor of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processor {
    /// Its steps.
    pub steps: Vec<Step>,
    /// The registers that initially hold addresses, and the locations.
    pub addresses: Vec<(Register, usize)>,
    /// The instructions.
    pub code: Vec<String>,
}
