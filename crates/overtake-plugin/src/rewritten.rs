//! Arguments in guest memory that the kernel shall see otherwise than the guest has written them, and
//! time-outs of sockets.
//!
//! Version 1 of the plugin interface cannot change the registers that hold a call's arguments, but
//! memory that they point to. The kernel (and QEMU, which converts what it passes on) reads such
//! arguments when the call begins. Until then no other guest thread runs: the next holder is chosen
//! once the caller sleeps in the kernel. So the plugin puts the original back at the next choice,
//! or when the call is over, and no guest thread observes what was there between.

use crate::guest_memory;
use crate::syscall::socket_timeout::{self, Value};

/// The parts of guest memory that the plugin has changed for a moment: each address, and what was
/// there. The same for sockets.
#[derive(Debug, Default)]
pub struct Rewritten {
    memory: Vec<(u64, Vec<u8>)>,
    sockets: Vec<(i32, Value)>,
}

impl Rewritten {
    /// Changes guest memory, constants too, until [`Rewritten::restore`]. Returns false if it cannot be
    /// written.
    pub fn rewrite(&mut self, addr: u64, original: Vec<u8>, bytes: &[u8]) -> bool {
        let written = write(addr, bytes);
        if written {
            self.memory.push((addr, original));
        }
        written
    }

    /// The same for the time-out of a socket.
    pub fn rewrite_socket(&mut self, socket: i32, original: Value, value: Value) -> bool {
        let set = socket_timeout::set(socket, value);
        if set {
            self.sockets.push((socket, original));
        }
        set
    }

    /// Undoes all changes.
    pub fn restore(&mut self) {
        for (addr, original) in self.memory.drain(..).rev() {
            write(addr, &original);
        }
        for (socket, original) in self.sockets.drain(..).rev() {
            socket_timeout::set(socket, original);
        }
    }
}

fn write(addr: u64, bytes: &[u8]) -> bool {
    guest_memory::write_if_mapped(addr, bytes) || guest_memory::write_constant(addr, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io_thread::{self, Keep};

    #[test]
    fn what_was_there_comes_back() {
        let mut word = 7_u64;
        let addr = guest_memory::guest_address(&raw mut word as u64);
        let mut rewritten = Rewritten::default();
        let bytes = |number: u64| number.to_le_bytes();
        assert!(rewritten.rewrite(addr, bytes(7).to_vec(), &bytes(8)));
        assert!(rewritten.rewrite(addr, bytes(8).to_vec(), &bytes(9)));
        assert_eq!(std::hint::black_box(word), 9);
        assert!(!rewritten.rewrite(guest_memory::guest_address(8), Vec::new(), &bytes(1)));
        rewritten.restore();
        assert_eq!(std::hint::black_box(word), 7);
    }

    #[test]
    fn constants_too() {
        static CONSTANT: u64 = 7;
        // SAFETY: it is a constant. Volatile: the kernel writes it.
        let constant = || unsafe { (&raw const CONSTANT).read_volatile() };
        let addr = guest_memory::guest_address(&raw const CONSTANT as u64);
        let mut rewritten = Rewritten::default();
        let bytes = |number: u64| number.to_le_bytes();
        // Another test may have started it.
        let _ = io_thread::start(Keep::Nothing, || ());
        assert!(!guest_memory::write_if_mapped(addr, &bytes(8)));
        assert!(rewritten.rewrite(addr, bytes(7).to_vec(), &bytes(8)));
        assert_eq!(constant(), 8);
        rewritten.restore();
        assert_eq!(constant(), 7);
    }
}
