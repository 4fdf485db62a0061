//! The bytes of an instruction, which QEMU gives in two ways.

use qemu_plugin_sys as qemu;
use std::ffi::{c_int, c_void};

/// Instructions are at most 15 bytes long (x86).
const MAX_LENGTH: usize = 16;

/// The function `qemu_plugin_insn_data` from version 3 of the plugin interface on (QEMU 9.1), which
/// copies. (It changed although QEMU goes on to take plugins of version 2, which are compiled for
/// the old one.)
type Copies = unsafe extern "C" fn(*const qemu::qemu_plugin_insn, *mut c_void, usize) -> usize;

/// How QEMU gives the bytes of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstructionBytes {
    /// By a pointer to them.
    Lent,
    /// It copies them.
    Copied,
}

impl InstructionBytes {
    /// How a QEMU does it that has the plugin interface up to this version.
    pub fn of(interface: c_int) -> Self {
        if interface < 3 {
            Self::Lent
        } else {
            Self::Copied
        }
    }

    /// Shows the bytes of an instruction to `look`.
    ///
    /// # Safety
    ///
    /// The instruction is one of the block that QEMU is translating, and `self` is how this QEMU
    /// does it.
    pub unsafe fn with<T>(
        self,
        instruction: *const qemu::qemu_plugin_insn,
        look: impl FnOnce(&[u8]) -> T,
    ) -> T {
        // SAFETY: by the caller's promise; the length is that of the bytes.
        unsafe {
            let length = qemu::qemu_plugin_insn_size(instruction);
            match self {
                Self::Lent => {
                    let data = qemu::qemu_plugin_insn_data(instruction).cast::<u8>();
                    look(std::slice::from_raw_parts(data, length))
                }
                Self::Copied => {
                    let function = qemu::qemu_plugin_insn_data as *const ();
                    let copy = std::mem::transmute::<*const (), Copies>(function);
                    let mut bytes = [0; MAX_LENGTH];
                    let length = length.min(MAX_LENGTH);
                    let copied = copy(instruction, bytes.as_mut_ptr().cast(), length);
                    look(&bytes[..copied.min(length)])
                }
            }
        }
    }
}
