//! A state of a test in the midst of a run.

use crate::processor::Processor;
use weakmem::Machine;

#[derive(Clone)]
pub(crate) struct State {
    pub machine: Machine,
    pub processors: Vec<Processor>,
}
