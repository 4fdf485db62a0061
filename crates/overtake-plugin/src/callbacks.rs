//! The functions that QEMU calls. Nothing else in this crate is `extern "C"` but the entry point.
//!
//! Each returns at once, waits for the token (see `token`), or ends the process with a report;
//! none unwinds into QEMU (`install` sets a panic hook that ends the process).

use crate::engine::{Engine, MemoryAccess, Next};
use crate::fast;
use crate::finish;
use crate::plugin::{MAX_VCPUS, plugin, token};
use crate::report;
use crate::spurious;
use crate::syscall;
use crate::token::Held;
use crate::translate::{Block, Decoded, Instruction};
use qemu_plugin_sys as qemu;
use std::ffi::{c_uint, c_void};

/// A vCPU is created: on its parent's host thread, which holds the token, in QEMU 7.2; on its own
/// one, from 9.0 on. The first one is nobody's child.
pub unsafe extern "C" fn vcpu_created(_: qemu::qemu_plugin_id_t, vcpu: c_uint) {
    if vcpu as usize >= MAX_VCPUS {
        report::internal(&format!(
            "the guest has more than {MAX_VCPUS} threads at a time"
        ));
    }
    // The first one goes on to guest code with the token.
    drop(token().announce(vcpu));
}

/// The token, in a callback of a thread that runs guest code. A thread that is not the holder waits
/// for it.
#[inline]
fn hold(vcpu: c_uint) -> Held<'static, Engine> {
    token().resume(vcpu).unwrap_or_else(|| acquire(vcpu))
}

#[cold]
fn acquire(vcpu: c_uint) -> Held<'static, Engine> {
    let Ok(mut held) = token().acquire(vcpu) else {
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
    // SAFETY: QEMU's block is valid during this callback, and so are its instructions, asked for
    // within their number.
    unsafe {
        let start = qemu::qemu_plugin_tb_vaddr(tb);
        let count = qemu::qemu_plugin_tb_n_insns(tb);
        let handles: Vec<_> = (0..count)
            .map(|i| qemu::qemu_plugin_tb_get_insn(tb, i))
            .collect();
        let decoded: Vec<_> = handles
            .iter()
            .map(|insn| {
                let address = qemu::qemu_plugin_insn_vaddr(*insn);
                let mut decoded = plugin.instruction_bytes.with(*insn, |bytes| Decoded {
                    address,
                    effect: isa::decode(plugin.arch, bytes),
                    flow: isa::flow(plugin.arch, bytes),
                    before: arch::Pairs::NONE,
                    after: arch::Pairs::NONE,
                });
                for assumption in &plugin.options.assumptions {
                    assumption.apply(&mut decoded);
                }
                decoded
            })
            .collect();
        // Never freed: translated code refers to it until QEMU throws that away, which it tells
        // no plugin in time.
        let block: &'static Block = Box::leak(Box::new(Block::new(start, &decoded)));
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

/// A block is about to run: where a thread waits for the token.
unsafe extern "C" fn block_starts(vcpu: c_uint, data: *mut c_void) {
    // SAFETY: `data` is a leaked `Block` (`translated`).
    let block: &'static Block = unsafe { &*data.cast() };
    if !fast::count_block(vcpu, block) {
        block_starts_slowly(vcpu, block);
    }
}

/// The same, if more is to be done than to count it.
#[cold]
fn block_starts_slowly(vcpu: c_uint, block: &'static Block) {
    let mut held = hold(vcpu);
    let next = held.block(block);
    continue_or_stop(held, next);
}

/// An instruction is about to run.
unsafe extern "C" fn before_instruction(vcpu: c_uint, data: *mut c_void) {
    // SAFETY: `data` is in a leaked `Block` (`translated`).
    let instruction = unsafe { &*data.cast::<Instruction>() };
    let mut held = hold(vcpu);
    let next = held.before(instruction);
    continue_or_stop(held, next);
}

/// An access was done, by an instruction that orders nothing.
unsafe extern "C" fn plain_access(
    vcpu: c_uint,
    info: qemu::qemu_plugin_meminfo_t,
    addr: u64,
    data: *mut c_void,
) {
    if !fast::may_skip(addr) {
        // SAFETY: passed on.
        unsafe { accessed(vcpu, info, addr, data) }
    }
}

/// The same, by the last instruction of a block: by QEMU itself, perhaps, without the token (`spurious`).
unsafe extern "C" fn last_plain_access(
    vcpu: c_uint,
    info: qemu::qemu_plugin_meminfo_t,
    addr: u64,
    data: *mut c_void,
) {
    if !(fast::holds(vcpu) && fast::may_skip(addr)) {
        // SAFETY: passed on.
        unsafe { accessed(vcpu, info, addr, data) }
    }
}

/// An access was done.
#[inline(never)]
unsafe extern "C" fn accessed(
    vcpu: c_uint,
    info: qemu::qemu_plugin_meminfo_t,
    addr: u64,
    data: *mut c_void,
) {
    // SAFETY: `data` is in a leaked `Block` (`translated`).
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

/// What the engine said of the holder.
#[inline]
fn continue_or_stop(held: Held<'static, Engine>, next: Next) {
    held.update_fast_path();
    if next != Next::Continue {
        stop(held, next);
    }
}

#[cold]
fn stop(mut held: Held<'static, Engine>, next: Next) {
    match next {
        Next::Continue => {}
        Next::HandOff => drop(held.hand_off()),
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
