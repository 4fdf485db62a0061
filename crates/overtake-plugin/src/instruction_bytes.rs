//! The bytes of an instruction, which QEMU passes in one of two ways.

use qemu_plugin_sys as qemu;
use std::ffi::{c_int, c_void};

/// Instructions are at most 15 bytes long (x86).
const MAX_LENGTH: usize = 16;

/// The type of `qemu_plugin_insn_data` from version 3 of the plugin interface on (QEMU 9.1), which
/// copies the bytes.
///
/// QEMU changed the function, but still loads plugins of version 2, which are compiled for the old
/// type.
type Copies = unsafe extern "C" fn(*const qemu::qemu_plugin_insn, *mut c_void, usize) -> usize;

/// The way in which QEMU passes the bytes of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstructionBytes {
    /// QEMU returns a pointer to the bytes.
    Lent,
    /// QEMU copies the bytes into a buffer.
    Copied,
}

impl InstructionBytes {
    /// Returns the way of a QEMU that supports the plugin interface up to this version.
    pub fn of(interface: c_int) -> Self {
        if interface < 3 {
            Self::Lent
        } else {
            Self::Copied
        }
    }

    /// Passes the bytes of an instruction to `use_bytes`.
    ///
    /// # Safety
    ///
    /// The instruction belongs to the block that QEMU is translating, and `self` is the way of this
    /// QEMU.
    pub unsafe fn with<T>(
        self,
        instruction: *const qemu::qemu_plugin_insn,
        use_bytes: impl FnOnce(&[u8]) -> T,
    ) -> T {
        // SAFETY: the caller promises that `self` is the way of this QEMU. `length` is the number
        // of bytes.
        unsafe {
            let length = qemu::qemu_plugin_insn_size(instruction);
            match self {
                Self::Lent => {
                    let data = qemu::qemu_plugin_insn_data(instruction).cast::<u8>();
                    use_bytes(std::slice::from_raw_parts(data, length))
                }
                Self::Copied => {
                    let function = qemu::qemu_plugin_insn_data as *const ();
                    let copy = std::mem::transmute::<*const (), Copies>(function);
                    let mut bytes = [0; MAX_LENGTH];
                    let length = length.min(MAX_LENGTH);
                    let copied = copy(instruction, bytes.as_mut_ptr().cast(), length);
                    use_bytes(&bytes[..copied.min(length)])
                }
            }
        }
    }
}
