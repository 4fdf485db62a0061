//! The moment from which the guest's code is instrumented.
//!
//! While a program has one thread, none of its accesses is weak. So until it is about to create
//! another thread, or to map memory that other processes may write, the plugin asks QEMU only for
//! system calls, and the guest runs as fast as under plain QEMU.
//!
//! Code that was translated before has no callbacks. QEMU discards it when instrumentation begins:
//! at the first `clone` that makes a thread, or at the first `MAP_SHARED` mapping, QEMU translates
//! again, for more than one thread.

use crate::guest_memory;
use qemu_plugin_sys as qemu;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// The functions that QEMU calls.
#[derive(Debug, Clone, Copy)]
pub struct Callbacks {
    /// A vCPU is created.
    pub vcpu_created: qemu::qemu_plugin_vcpu_simple_cb_t,
    /// A block is translated.
    pub translated: qemu::qemu_plugin_vcpu_tb_trans_cb_t,
    /// All translated blocks are discarded.
    pub flushed: qemu::qemu_plugin_simple_cb_t,
    /// A system call is about to be made.
    pub system_call: qemu::qemu_plugin_vcpu_syscall_cb_t,
    /// A system call is over.
    pub system_call_over: qemu::qemu_plugin_vcpu_syscall_ret_cb_t,
}

static CALLBACKS: OnceLock<Callbacks> = OnceLock::new();

/// QEMU's identifier of the plugin. Relaxed: stored in `install`, before another thread exists;
/// loaded in `begin`.
static ID: AtomicU64 = AtomicU64::new(0);

/// Whether the guest's code is instrumented. Relaxed: `begin` swaps it while there is one guest
/// thread; later threads are created after that.
static INSTRUMENTING: AtomicBool = AtomicBool::new(false);

/// Registers the callbacks when the plugin is loaded, and looks at one block, to find guest memory.
///
/// # Safety
///
/// Called from `qemu_plugin_install` with QEMU's identifier of the plugin. QEMU may safely call
/// `translated` while it translates a block, and the other callbacks at their events.
pub unsafe fn install(id: qemu::qemu_plugin_id_t, callbacks: Callbacks) {
    ID.store(id, Relaxed);
    let _ = CALLBACKS.set(callbacks);
    // SAFETY: the callbacks have the types that the interface requires.
    unsafe {
        register_always(id);
        qemu::qemu_plugin_register_vcpu_tb_trans_cb(id, Some(first_block));
    }
}

/// Registers the callbacks that are needed from the start.
unsafe extern "C" fn register_always(id: qemu::qemu_plugin_id_t) {
    let Some(callbacks) = CALLBACKS.get() else {
        return;
    };
    // SAFETY: `id` comes from QEMU, and the callbacks have the types that the interface requires.
    unsafe {
        qemu::qemu_plugin_register_vcpu_init_cb(id, callbacks.vcpu_created);
        qemu::qemu_plugin_register_vcpu_syscall_cb(id, callbacks.system_call);
        qemu::qemu_plugin_register_vcpu_syscall_ret_cb(id, callbacks.system_call_over);
    }
}

/// QEMU translates the first block.
unsafe extern "C" fn first_block(id: qemu::qemu_plugin_id_t, tb: *mut qemu::qemu_plugin_tb) {
    // SAFETY: QEMU's block is valid during this callback, and has an instruction.
    let (address, host) = unsafe {
        let first = qemu::qemu_plugin_tb_get_insn(tb, 0);
        let host = qemu::qemu_plugin_insn_haddr(first);
        (qemu::qemu_plugin_insn_vaddr(first), host as u64)
    };
    if host != 0 && !INSTRUMENTING.load(Relaxed) {
        guest_memory::set_base(host, address);
        // The interface has no other way to unregister a callback. QEMU does it before the next
        // block.
        // SAFETY: `id` comes from QEMU.
        unsafe { qemu::qemu_plugin_reset(id, Some(register_always)) };
    }
}

/// Instruments the guest from the next block on. Returns false if it was instrumented already.
///
/// Called in the system call that makes QEMU discard its translations, before QEMU does so.
pub fn begin() -> bool {
    let begins = !INSTRUMENTING.swap(true, Relaxed);
    if begins && let Some(callbacks) = CALLBACKS.get() {
        // SAFETY: as in `register_always`.
        unsafe {
            let id = ID.load(Relaxed);
            qemu::qemu_plugin_register_vcpu_tb_trans_cb(id, callbacks.translated);
            qemu::qemu_plugin_register_flush_cb(id, callbacks.flushed);
        }
    }
    begins
}
