//! The functions that QEMU calls: all `extern "C"` functions except the entry point and those that
//! register callbacks (`instrument`).
//!
//! Each one returns at once, waits for the token (`token`), or ends the process with a report. None
//! unwinds into QEMU: the panic hook that `install` sets ends the process.

use crate::blocks;
use crate::engine::{Engine, MemoryAccess, Next};
use crate::fast;
use crate::finish;
use crate::last_words;
use crate::plugin::{MAX_VCPUS, Plugin, plugin, token};
use crate::report;
use crate::spurious;
use crate::syscall;
use crate::token::Held;
use crate::translate::{Block, Decoded, Instruction};
use qemu_plugin_sys as qemu;
use std::ffi::{c_uint, c_void};

/// A vCPU is created.
///
/// QEMU 7.2 calls this on the host thread of the parent, which holds the token; QEMU 9.0 and newer
/// call it on the new vCPU's own host thread. The first vCPU has no parent.
pub unsafe extern "C" fn vcpu_created(_: qemu::qemu_plugin_id_t, vcpu: c_uint) {
    if vcpu as usize >= MAX_VCPUS {
        report::refused(format!(
            "the guest has more than {MAX_VCPUS} threads at a time"
        ));
    }
    // The first thread keeps the token and continues to guest code.
    drop(token().announce(vcpu));
}

/// Returns the token in a callback of a thread that runs guest code, and waits for it if the thread
/// is not the holder.
#[inline]
fn hold(vcpu: c_uint) -> Held<'static, Engine> {
    token().resume(vcpu).unwrap_or_else(|| acquire(vcpu, false))
}

/// `handler`: the thread is at the start of a signal handler.
#[cold]
fn acquire(vcpu: c_uint, handler: bool) -> Held<'static, Engine> {
    let Ok(mut held) = token().acquire(vcpu, handler) else {
        report::internal(&format!(
            "a callback came from vCPU {vcpu}, which was never created"
        ));
    };
    syscall::finish_deferred_call(&mut held);
    held
}

/// QEMU translates a block.
pub unsafe extern "C" fn translated(_: qemu::qemu_plugin_id_t, tb: *mut qemu::qemu_plugin_tb) {
    let plugin = plugin();
    // SAFETY: QEMU's block and its instructions are valid during this callback, and each index is
    // below the number of instructions.
    unsafe {
        let start = qemu::qemu_plugin_tb_vaddr(tb);
        let count = qemu::qemu_plugin_tb_n_insns(tb);
        let handles: Vec<_> = (0..count)
            .map(|i| qemu::qemu_plugin_tb_get_insn(tb, i))
            .collect();
        let mut code = Vec::new();
        for insn in &handles {
            let add = |bytes: &[u8]| code.extend_from_slice(bytes);
            plugin.instruction_bytes.with(*insn, add);
        }
        let block = blocks::intern(start, &code, || {
            let decode = |insn: &*mut qemu::qemu_plugin_insn| {
                let address = qemu::qemu_plugin_insn_vaddr(*insn);
                let decode = |bytes: &[u8]| decode(plugin, address, bytes);
                plugin.instruction_bytes.with(*insn, decode)
            };
            Block::new(start, &handles.iter().map(decode).collect::<Vec<_>>())
        });
        qemu::qemu_plugin_register_vcpu_tb_exec_cb(
            tb,
            Some(block_starts),
            qemu::qemu_plugin_cb_flags::QEMU_PLUGIN_CB_NO_REGS,
            std::ptr::from_ref(block).cast_mut().cast(),
        );
        for (insn, instruction) in handles.iter().zip(&block.body) {
            let data = std::ptr::from_ref(instruction).cast_mut().cast();
            if instruction.needs_callback_before() {
                qemu::qemu_plugin_register_vcpu_insn_exec_cb(
                    *insn,
                    Some(before_instruction),
                    qemu::qemu_plugin_cb_flags::QEMU_PLUGIN_CB_NO_REGS,
                    data,
                );
            }
            let accessed = match (instruction.is_plain(), instruction.is_last) {
                (true, false) => plain_access,
                (true, true) => last_plain_access,
                (false, _) => accessed,
            };
            qemu::qemu_plugin_register_vcpu_mem_cb(
                *insn,
                Some(accessed),
                qemu::qemu_plugin_cb_flags::QEMU_PLUGIN_CB_NO_REGS,
                qemu::qemu_plugin_mem_rw::QEMU_PLUGIN_MEM_RW,
                data,
            );
        }
    }
}

/// Decodes an instruction, under the assumptions of the options.
fn decode(plugin: &Plugin, address: u64, bytes: &[u8]) -> Decoded {
    let halves = plugin.options.halves;
    let mut decoded = Decoded::new(plugin.arch, address, bytes, halves);
    for assumption in &plugin.options.assumptions {
        assumption.apply(&mut decoded);
    }
    decoded
}

/// QEMU has discarded all translated code.
pub unsafe extern "C" fn flushed(_: qemu::qemu_plugin_id_t) {
    blocks::flushed();
}

/// A block is about to run. A thread that does not hold the token waits here.
unsafe extern "C" fn block_starts(vcpu: c_uint, data: *mut c_void) {
    // SAFETY: `data` is the `Block` of this code (`translated`), which lives as long as it.
    let block: &'static Block = unsafe { &*data.cast() };
    if !fast::count_block(vcpu, block) {
        block_starts_slowly(vcpu, block);
    }
}

/// The slow path of [`block_starts`].
#[cold]
fn block_starts_slowly(vcpu: c_uint, block: &'static Block) {
    let mut held = token()
        .resume(vcpu)
        .unwrap_or_else(|| acquire(vcpu, fast::may_be_handler(block)));
    let next = held.block(block);
    if last_words::may_be_wanted() {
        finish::out_of_time(&mut held);
    }
    if blocks::may_be_freed() {
        // SAFETY: the engine is told of the running block, so the fast path knows no other. The
        // engine's threads are where these blocks are.
        unsafe { blocks::free(held.blocks()) };
    }
    continue_or_stop(held, next);
}

/// An instruction is about to run.
unsafe extern "C" fn before_instruction(vcpu: c_uint, data: *mut c_void) {
    // SAFETY: `data` is in the `Block` of this code (`translated`).
    let instruction = unsafe { &*data.cast::<Instruction>() };
    let mut held = hold(vcpu);
    let next = held.before(instruction);
    continue_or_stop(held, next);
}

/// Whether the engine need not know of this access by an instruction without ordering.
#[inline]
fn skips(info: qemu::qemu_plugin_meminfo_t, addr: u64) -> bool {
    // SAFETY: `info` comes from QEMU.
    let load = || unsafe { !qemu::qemu_plugin_mem_is_store(info) };
    fast::may_skip(addr) || fast::may_skip_load(addr) && load()
}

/// An instruction without ordering has made an access.
unsafe extern "C" fn plain_access(
    vcpu: c_uint,
    info: qemu::qemu_plugin_meminfo_t,
    addr: u64,
    data: *mut c_void,
) {
    if !skips(info, addr) {
        // SAFETY: these are the arguments that QEMU passed to this callback.
        unsafe { accessed(vcpu, info, addr, data) }
    }
}

/// The last instruction of a block, which has no ordering, has made an access. It may be a spurious
/// access, made without the token (`spurious`).
unsafe extern "C" fn last_plain_access(
    vcpu: c_uint,
    info: qemu::qemu_plugin_meminfo_t,
    addr: u64,
    data: *mut c_void,
) {
    if !(fast::holds(vcpu) && skips(info, addr)) {
        // SAFETY: these are the arguments that QEMU passed to this callback.
        unsafe { accessed(vcpu, info, addr, data) }
    }
}

/// An instruction has made an access.
#[inline(never)]
unsafe extern "C" fn accessed(
    vcpu: c_uint,
    info: qemu::qemu_plugin_meminfo_t,
    addr: u64,
    data: *mut c_void,
) {
    // SAFETY: `data` is in the `Block` of this code (`translated`).
    let instruction = unsafe { &*data.cast::<Instruction>() };
    if spurious::is_spurious(instruction, || token().holds(vcpu)) {
        return;
    }
    // SAFETY: `info` comes from QEMU.
    let access = unsafe {
        MemoryAccess {
            addr,
            size: 1 << qemu::qemu_plugin_mem_size_shift(info),
            store: qemu::qemu_plugin_mem_is_store(info),
        }
    };
    let mut held = hold(vcpu);
    let next = held.access(instruction, access);
    continue_or_stop(held, next);
}

/// Continues the guest, or does what the engine asks for instead.
#[inline]
fn continue_or_stop(held: Held<'static, Engine>, next: Next) {
    held.update_fast_path();
    if next != Next::Continue {
        stop(held, next);
    }
}

#[cold]
fn stop(mut held: Held<'static, Engine>, next: Next) {
    held.end_copy();
    match next {
        Next::Continue => {}
        Next::HandOff => {
            held.stands_in_guest_code();
            drop(held.hand_off());
        }
        Next::BrokenPromise => finish::broken_promise(&mut held),
        Next::OutOfBudget => finish::out_of_budget(&mut held, plugin().options.budget),
        Next::Unexplained => finish::unexplained(&mut held),
    }
}

/// A system call is about to be made.
pub unsafe extern "C" fn system_call(
    _: qemu::qemu_plugin_id_t,
    vcpu: c_uint,
    number: i64,
    a1: u64,
    a2: u64,
    a3: u64,
    a4: u64,
    a5: u64,
    a6: u64,
    _: u64,
    _: u64,
) {
    syscall::begin(hold(vcpu), number, [a1, a2, a3, a4, a5, a6]);
}

/// A system call is over.
pub unsafe extern "C" fn system_call_over(
    _: qemu::qemu_plugin_id_t,
    vcpu: c_uint,
    _number: i64,
    result: i64,
) {
    syscall::end(vcpu, result);
}
