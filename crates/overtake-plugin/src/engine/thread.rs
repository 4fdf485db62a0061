//! The engine's state of a guest thread.

use super::flow::Position;
use crate::fast::OwnPages;
use crate::spin::Spin;
use crate::syscall_writes::Writes;
use weakmem::Progress;

/// The engine's state of a guest thread.
#[derive(Debug, Default)]
pub(super) struct Thread {
    /// Whether the thread has ended. Its pages are then free for the next thread that touches them.
    pub ended: bool,
    /// The hash over its instructions.
    pub hash: u64,
    /// Its position in its code.
    pub position: Position,
    /// The number of instructions in which it keeps its promises.
    pub keeps_within: u64,
    /// Its progress when it last stopped.
    pub progress: Progress,
    /// The number of its system calls.
    pub calls: u64,
    /// The loads that show whether it spins.
    pub spin: Spin,
    /// The name of the system call that it is in.
    pub call: Option<&'static str>,
    /// Whether it has asked for its process's number, and made no other call since.
    pub has_number: bool,
    /// Where the kernel may write during its current call, or has written during its last one.
    pub writes: Writes,
    /// The word that the kernel clears when the thread ends.
    pub cleared: Writes,
    /// Its own pages; `None` if it has ended.
    pub own_pages: Option<OwnPages>,
}
