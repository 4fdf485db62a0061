//! What a guest thread is to the engine.

use super::flow::Position;
use crate::fast::OwnPages;
use crate::spin::Spin;
use weakmem::Progress;

/// What a guest thread is to the engine.
#[derive(Debug, Default)]
pub(super) struct Thread {
    /// It has ended: what it owned is free for the next thread that comes.
    pub ended: bool,
    /// Hash over its instructions.
    pub hash: u64,
    /// Where it is in its code.
    pub position: Position,
    /// How far it had come when it last stopped.
    pub progress: Progress,
    /// Whether it waits for another.
    pub spin: Spin,
    /// Pages of its own. None: it has ended.
    pub own_pages: Option<OwnPages>,
}
