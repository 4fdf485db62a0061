//! What a system call does: to the schedule, to pending stores, to the pages in play.
//!
//! Every system call is a full barrier.

use crate::engine::Engine;
use crate::finish;
use crate::guest_memory;
use crate::plugin::plugin;
use crate::syscall_class::Class;
use crate::token::Token;
use overtake_report::End;
use std::cell::Cell;

/// CPUs that a guest sees, on any host: enough for thread pools to be pools.
const CPUS: u32 = 4;

// The same on all four architectures (asm-generic, and x86 and powerpc agree on these).
const CLONE_VM: u64 = 0x100;
const CLONE_VFORK: u64 = 0x4000;
const MAP_FIXED: u64 = 0x10;
const FUTEX_COMMAND: u64 = 0x7f;

/// A system call in progress.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    class: Class,
    args: [u64; 6],
}

/// What the schedule has to do with a call.
enum Schedule {
    Keeps,
    Leaves { writes: bool },
    Ends,
}

/// `futex` operations that sleep: FUTEX_WAIT, LOCK_PI, WAIT_BITSET, WAIT_REQUEUE_PI, LOCK_PI2.
fn futex_sleeps(operation: u64) -> bool {
    matches!(operation & FUTEX_COMMAND, 0 | 6 | 9 | 11 | 13)
}

/// Whether `clone` makes a thread; else a process (QEMU makes `vfork` a `fork`).
fn makes_thread(class: Class, args: &[u64; 6]) -> bool {
    class == Class::Clone && args[0] & CLONE_VM != 0 && args[0] & CLONE_VFORK == 0
}

/// Whether a call makes a process.
fn makes_process(class: Class, args: &[u64; 6]) -> bool {
    class == Class::Fork || class == Class::Clone && !makes_thread(class, args)
}

thread_local! {
    /// The process in which this thread called `fork`, or 0.
    static FORKING: Cell<u32> = const { Cell::new(0) };
}

/// The holder is about to make a system call.
///
/// # Safety
///
/// The caller's thread holds the token.
pub unsafe fn begin(number: i64, args: [u64; 6]) {
    let plugin = plugin();
    let class = plugin.classes.of(number);
    let token = plugin.token();
    // SAFETY: the caller holds the token.
    let engine = unsafe { plugin.engine() };
    let id = engine.current;
    engine.full_barrier();
    engine.call = Some(Call { class, args });
    let schedule = match class {
        Class::ExitGroup => {
            // SAFETY: the caller holds the token.
            unsafe { finish::exited(args[0] as i32 & 0xff) }
        }
        Class::Exit if engine.alone() => {
            // SAFETY: the caller holds the token.
            unsafe { finish::exited(args[0] as i32 & 0xff) }
        }
        Class::Exit => Schedule::Ends,
        Class::Sleeps => Schedule::Leaves { writes: true },
        Class::Futex if futex_sleeps(args[1]) => Schedule::Leaves { writes: false },
        Class::Kill | Class::Exec => {
            // The guest may not come back from this.
            // SAFETY: the caller holds the token.
            unsafe { finish::report_now(End::Running) };
            Schedule::Keeps
        }
        _ => {
            before_kept(engine, class, &args);
            Schedule::Keeps
        }
    };
    let forks = makes_process(class, &args);
    if forks {
        FORKING.set(std::process::id());
    }
    let only_thread = engine.alone();
    match schedule {
        // Nobody else could use the token.
        Schedule::Leaves { .. } if only_thread => {}
        Schedule::Leaves { writes } => {
            if writes {
                engine.resynchronise_later(id);
            }
            token.leave(id, writes);
        }
        Schedule::Ends => token.end(id),
        Schedule::Keeps if makes_thread(class, &args) => token.enter_clone(id),
        Schedule::Keeps if only_thread => {}
        Schedule::Keeps => {
            token.enter_call(id);
            if forks {
                token.expect_exclusive(id);
            }
        }
    }
}

/// Before a call that keeps the token: pages that it unmaps, remaps or protects leave the model.
fn before_kept(engine: &mut Engine, class: Class, args: &[u64; 6]) {
    match class {
        Class::Unmaps | Class::Remaps => engine.forget(args[0], args[0].saturating_add(args[1])),
        Class::Maps if args[3] & MAP_FIXED != 0 => {
            engine.forget(args[0], args[0].saturating_add(args[1]));
        }
        Class::Break if args[0] != 0 && args[0] < engine.program_break => {
            engine.forget(args[0], engine.program_break);
        }
        Class::UnmapsUnknown => engine.forget(0, u64::MAX),
        Class::Barrier => engine.full_barrier_everywhere(),
        _ => {}
    }
}

/// A system call of the thread of this vCPU is over.
///
/// # Safety
///
/// It runs on that thread.
pub unsafe fn end(vcpu: u32, result: i64) {
    let plugin = plugin();
    let forking = FORKING.take();
    if forking != 0 && forking != std::process::id() {
        finish::in_forked_child();
        plugin.restart(vcpu);
        return;
    }
    let token = plugin.token();
    if !plugin.holds(vcpu) {
        token.call_is_over(vcpu);
        return;
    }
    // SAFETY: this thread holds the token, unless it is taken from it at this very moment; that
    // needs three looks that find it asleep within the call, which is over.
    let engine = unsafe { plugin.engine() };
    if token.call_is_over(vcpu).is_none() {
        return;
    }
    let Some(Call { class, args }) = engine.call.take() else {
        return;
    };
    if makes_thread(class, &args) {
        after_clone(engine, token, result);
    } else if result >= 0 {
        after(engine, class, &args, result as u64);
    } else if !matches!(
        class,
        Class::Quiet | Class::Futex | Class::Yield | Class::Kill
    ) {
        engine.resynchronise();
    }
}

fn after(engine: &mut Engine, class: Class, args: &[u64; 6], result: u64) {
    match class {
        Class::Quiet | Class::Futex | Class::Kill | Class::Unmaps => {}
        Class::Yield => engine.end_quantum(),
        Class::Maps => engine.forget(result, result.saturating_add(args[1])),
        Class::Remaps => engine.forget(result, result.saturating_add(args[2])),
        Class::Break => engine.program_break = result,
        Class::GetRandom => {
            let mut bytes = vec![0; result as usize];
            engine.fill_random(&mut bytes);
            write_result(args[0], &bytes);
            engine.resynchronise();
        }
        Class::GetAffinity => {
            // The result is the size of the mask in bytes.
            let mut mask = vec![0; result as usize];
            if let Some(first) = mask.first_mut() {
                *first = (1 << CPUS) - 1;
            }
            write_result(args[2], &mask);
            engine.resynchronise();
        }
        Class::SigAction => {
            if args[1] != 0 {
                let mut handler = [0; 8];
                // SAFETY: the kernel has just read the structure there; the handler is its first
                // member on all four architectures.
                unsafe { guest_memory::read(args[1], &mut handler) };
                plugin().set_handler(args[0], u64::from_le_bytes(handler));
            }
            engine.resynchronise();
        }
        _ => engine.resynchronise(),
    }
}

fn write_result(addr: u64, bytes: &[u8]) {
    // SAFETY: the kernel has just written as many bytes there.
    unsafe { guest_memory::write(addr, bytes) }
}

/// A thread was created, or could not be.
fn after_clone(engine: &mut Engine, token: &Token, result: i64) {
    engine.resynchronise();
    if result < 0 {
        if let Some(newest) = token.remove_newest() {
            engine.thread_ended(newest);
        }
        return;
    }
    token.await_newest();
    if engine.stats().threads == 2 {
        // QEMU throws its translations away, which were made for one thread.
        token.expect_exclusive(engine.current);
    }
}
