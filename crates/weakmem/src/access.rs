//! One load and one store, as the machine takes them.

use crate::view::View;

/// A load.
///
/// In this order, so that no two fields are copied at once from an access that was just made: the
/// processor waits where it loads in one piece what it stored in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Load {
    /// Where.
    pub addr: u64,
    /// The view of its address: what the address depends on.
    pub address: View,
    /// Bytes.
    pub len: usize,
    /// Fences of reads do not order it: [`crate::Step::no_result`].
    pub no_result: bool,
}

/// A store, or the write of an atomic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Store<'a> {
    /// Where.
    pub addr: u64,
    /// What: at most [`crate::MAX_ACCESS`] bytes.
    pub bytes: &'a [u8],
    /// It is ordered after all earlier accesses of the thread (stlr, a store with .rl).
    pub release: bool,
    /// The view of its address: what the address depends on.
    pub address: View,
    /// The view of its data: what the data depends on.
    pub data: View,
}
