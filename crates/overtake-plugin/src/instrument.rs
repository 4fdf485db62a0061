//! From when on the guest's code is watched.
//!
//! As long as a program has one thread, nothing that it does is weak. So QEMU is asked for nothing but
//! its system calls up to where another thread is about to come, or memory that others write too; up to
//! there a guest runs as under plain QEMU.
//!
//! What was translated before has no callbacks. QEMU throws it away where we begin: from the first
//! `clone` that makes a thread, or the first memory that is mapped `MAP_SHARED`, it makes other code, for
//! more than one thread.

use crate::guest_memory;
use qemu_plugin_sys as qemu;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// The functions that QEMU is to call.
#[derive(Debug, Clone, Copy)]
pub struct Callbacks {
    /// A vCPU is created.
    pub vcpu_created: qemu::qemu_plugin_vcpu_simple_cb_t,
    /// A block is translated.
    pub translated: qemu::qemu_plugin_vcpu_tb_trans_cb_t,
    /// A system call is about to be made.
    pub system_call: qemu::qemu_plugin_vcpu_syscall_cb_t,
    /// A system call is over.
    pub system_call_over: qemu::qemu_plugin_vcpu_syscall_ret_cb_t,
}

static CALLBACKS: OnceLock<Callbacks> = OnceLock::new();

/// What QEMU calls the plugin by. Relaxed: it is set before there is another thread.
static ID: AtomicU64 = AtomicU64::new(0);

/// Relaxed: it changes while there is one guest thread; the others are its children.
static INSTRUMENTING: AtomicBool = AtomicBool::new(false);

/// The plugin is being loaded. One block is looked at, to learn where guest memory is.
///
/// # Safety
///
/// Called from `qemu_plugin_install`, with QEMU's number of the plugin. Of the callbacks `translated`
/// is safe to be called by QEMU while it translates a block, the others at the events that they are for.
pub unsafe fn install(id: qemu::qemu_plugin_id_t, callbacks: Callbacks) {
    ID.store(id, Relaxed);
    let _ = CALLBACKS.set(callbacks);
    // SAFETY: the callbacks have the types that the interface asks for.
    unsafe {
        always(id);
        qemu::qemu_plugin_register_vcpu_tb_trans_cb(id, Some(first_block));
    }
}

/// What is asked of QEMU from the start.
unsafe extern "C" fn always(id: qemu::qemu_plugin_id_t) {
    let Some(callbacks) = CALLBACKS.get() else {
        return;
    };
    // SAFETY: `id` is QEMU's; the callbacks have the types that the interface asks for.
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
        // The interface has no other way to take a callback back. It is done before the next block.
        // SAFETY: `id` is QEMU's.
        unsafe { qemu::qemu_plugin_reset(id, Some(always)) };
    }
}

/// From the next block on the guest is watched. Called in the system call that makes QEMU throw its
/// translations away, before it does; returns whether it was not watched before.
pub fn begin() -> bool {
    let begins = !INSTRUMENTING.swap(true, Relaxed);
    if begins && let Some(callbacks) = CALLBACKS.get() {
        // SAFETY: as in `always`.
        unsafe {
            qemu::qemu_plugin_register_vcpu_tb_trans_cb(ID.load(Relaxed), callbacks.translated);
        }
    }
    begins
}
