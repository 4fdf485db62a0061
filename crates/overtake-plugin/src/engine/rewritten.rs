//! Arguments in guest memory that the kernel shall see otherwise than the guest has written them.
//!
//! Version 1 of the plugin interface cannot change the registers that hold a call's arguments, but
//! memory that they point to. The kernel (and QEMU, which converts what it passes on) reads such
//! arguments when the call begins. Until then no other guest thread runs: the next holder is chosen
//! once the caller sleeps in the kernel. So the plugin puts the original back at the next choice,
//! or when the call is over, and no guest thread observes what was there between.

use super::Engine;
use crate::guest_memory;

/// A part of guest memory that the plugin has changed for a moment.
#[derive(Debug)]
pub(super) struct Rewritten {
    addr: u64,
    original: Vec<u8>,
}

impl Engine {
    /// Changes guest memory until the next choice, or until [`Engine::restore`]. Returns false if
    /// the memory cannot be written, as where a constant is.
    pub fn rewrite(&mut self, addr: u64, original: Vec<u8>, bytes: &[u8]) -> bool {
        let written = guest_memory::write_if_mapped(addr, bytes);
        if written {
            self.rewritten.push(Rewritten { addr, original });
        }
        written
    }

    /// Undoes all changes.
    pub fn restore(&mut self) {
        for Rewritten { addr, original } in self.rewritten.drain(..).rev() {
            guest_memory::write_if_mapped(addr, &original);
        }
    }
}
