//! A QEMU plugin (version 1 of the interface) whose memory callbacks do nothing, to measure what
//! callbacks alone cost.
//!
//! In: QEMU's callbacks. Out: nothing. Never knows: guests, the model. The benchmark compares
//! `overtake-plugin` with it (`crates/bench/benches/single_thread.rs`).

use qemu_plugin_sys as qemu;
use std::ffi::{c_char, c_int, c_uint, c_void};

/// The version of QEMU's plugin interface that this plugin uses.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)] // QEMU's name.
pub static qemu_plugin_version: c_int = 1;

/// QEMU calls this after each access, and it does nothing.
unsafe extern "C" fn accessed(_: c_uint, _: qemu::qemu_plugin_meminfo_t, _: u64, _: *mut c_void) {}

/// QEMU calls this when it translates a block. It adds a callback to each instruction.
unsafe extern "C" fn translated(_: qemu::qemu_plugin_id_t, tb: *mut qemu::qemu_plugin_tb) {
    // SAFETY: QEMU's block is valid during this callback, and `index` is less than the number of
    // its instructions.
    unsafe {
        for index in 0..qemu::qemu_plugin_tb_n_insns(tb) {
            qemu::qemu_plugin_register_vcpu_mem_cb(
                qemu::qemu_plugin_tb_get_insn(tb, index),
                Some(accessed),
                qemu::qemu_plugin_cb_flags::QEMU_PLUGIN_CB_NO_REGS,
                qemu::qemu_plugin_mem_rw::QEMU_PLUGIN_MEM_RW,
                std::ptr::null_mut(),
            );
        }
    }
}

/// QEMU calls this when it loads the plugin.
///
/// # Safety
///
/// Only QEMU may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qemu_plugin_install(
    id: qemu::qemu_plugin_id_t,
    _: *const qemu::qemu_info_t,
    _: c_int,
    _: *mut *mut c_char,
) -> c_int {
    // SAFETY: `id` is QEMU's, and the callback has the type that the interface requires.
    unsafe { qemu::qemu_plugin_register_vcpu_tb_trans_cb(id, Some(translated)) };
    0
}
