//! The effects of system calls on memory: on pending stores, on pages, and on returned data.

use super::clocks;
use super::rules::{futex_reads, futex_writes, maps_over, maps_shared, maps_stack, maps_zeros};
use crate::affinities::Cpus;
use crate::affinity;
use crate::cpu_files;
use crate::engine::Engine;
use crate::finish;
use crate::guest_memory;
use crate::plugin::{Plugin, plugin};
use crate::self_maps;
use crate::signals;
use crate::syscall_class::Class;
use overtake_report::End;

/// The largest value that is not a handler's address.
const SIG_IGN: u64 = 1;
/// Signals for which libraries install handlers that hardly ever run: SIGBUS and SIGSEGV (Rust),
/// and the one by which glibc changes the user ID of all threads.
const LIBRARY_SIGNALS: [u64; 3] = [7, 11, 33];

/// Applies the effects before a call runs: pages that it unmaps, remaps or protects leave the
/// model, and all stores that the kernel may read commit.
pub fn before(engine: &mut Engine, class: Class, args: &[u64; 6]) {
    match class {
        Class::Futex => {
            if futex_reads(args[1]) {
                engine.kernel_reads((args[0], 4));
            }
            if futex_writes(args[1]) {
                engine.call_may_write();
                engine.full_barrier_everywhere();
            }
        }
        // The kernel clears a word in the memory of a thread that ends.
        Class::Exit => {
            engine.kernel_zeroes();
            engine.full_barrier_everywhere();
        }
        // It writes the thread's number where arguments point to.
        Class::Clone => engine.kernel_writes_near(args),
        Class::Yield | Class::ExitGroup | Class::Fork => {}
        Class::GetRandom | Class::GetAffinity | Class::GetCpu | Class::ReadsClock(_) => {}
        Class::SetAffinity => set_affinity(engine, args),
        Class::SigAction if LIBRARY_SIGNALS.contains(&args[0]) => {}
        Class::SigAction => {
            // The handler is the structure's first member on all four architectures.
            let handler = guest_memory::read_if_mapped(args[1], 8);
            let handler =
                handler.and_then(|bytes| Some(u64::from_le_bytes(bytes.try_into().ok()?)));
            if handler.is_some_and(|handler| handler > SIG_IGN) {
                signals::expect();
            }
        }
        Class::Unmaps => engine.forget(args[0], args[0].saturating_add(args[1])),
        Class::Protects => engine.protected(args[0], args[0].saturating_add(args[1])),
        Class::Remaps => {
            engine.remaps_unmodelled = engine.is_unmodelled(args[0]);
            engine.forget(args[0], args[0].saturating_add(args[1]));
        }
        Class::Maps if maps_over(args) => {
            engine.forget(args[0], args[0].saturating_add(args[1]));
        }
        Class::Maps => {}
        Class::Break if args[0] != 0 && args[0] < engine.program_break => {
            engine.forget(args[0], engine.program_break);
        }
        Class::Break => {}
        Class::UnmapsUnknown | Class::Attaches => engine.forget(0, u64::MAX),
        Class::Kill | Class::Exec => {
            if class == Class::Exec {
                affinity::unpin();
            }
            // The guest may not return from this call.
            finish::report_now(engine, End::Running);
            engine.drain_everyone();
            signals::expect();
            signals::sends();
        }
        // The kernel may read any thread's memory. It sees stores to own pages at once, so the
        // earlier stores of their threads must commit. It may also write this thread's memory while
        // another thread's view is in memory, so no view may hold a stale value.
        Class::Barrier
        | Class::Short
        | Class::Quiet
        | Class::SetsTidAddress
        | Class::Opens { .. } => {
            engine.full_barrier_everywhere();
        }
        Class::Sleeps => {
            engine.call_may_write();
            engine.full_barrier_everywhere();
        }
    }
}

/// Applies the effects of a call that has succeeded: what it mapped, wrote or returned.
pub fn after(engine: &mut Engine, class: Class, args: &[u64; 6], result: u64) {
    match class {
        Class::Futex if futex_writes(args[1]) => engine.take_over_writes(),
        Class::Quiet
        | Class::SetsTidAddress
        | Class::Futex
        | Class::Kill
        | Class::Unmaps
        | Class::Protects => {}
        Class::Yield => engine.yields(),
        Class::Opens { path } => {
            self_maps::opened(args[path], result);
            let Plugin { arch, options, .. } = plugin();
            cpu_files::opened(*arch, options.cpus, args[path], result);
        }
        Class::Maps if maps_shared(args) => {
            engine.set_unmodelled(result, result.saturating_add(args[1]));
        }
        Class::Maps => {
            let end = result.saturating_add(args[1]);
            engine.mapped(result, end, maps_stack(args), maps_zeros(args));
        }
        Class::Remaps if engine.remaps_unmodelled => {
            engine.set_unmodelled(result, result.saturating_add(args[2]));
        }
        Class::Remaps => engine.mapped(result, result.saturating_add(args[2]), false, false),
        Class::Attaches => {
            let end = guest_memory::mapping_end(result).unwrap_or(u64::MAX);
            engine.set_unmodelled(result, end);
        }
        Class::Break => engine.set_program_break(result),
        Class::GetRandom | Class::GetAffinity | Class::GetCpu | Class::ReadsClock(_) => {
            replace(engine, class, args, result);
            engine.take_over_writes();
        }
        Class::SigAction => {
            if args[1] != 0 {
                let mut handler = [0; 8];
                // SAFETY: the kernel has just read the structure there. The handler is its first
                // member on all four architectures.
                unsafe { guest_memory::read(args[1], &mut handler) };
                engine.add_handler(u64::from_le_bytes(handler));
            }
            engine.take_over_writes();
        }
        _ => engine.take_over_writes(),
    }
}

/// Replaces what a call has written that would differ between runs or hosts.
pub fn replace(engine: &mut Engine, class: Class, args: &[u64; 6], result: u64) {
    match class {
        Class::GetRandom => {
            let mut bytes = vec![0; result as usize];
            engine.fill_random(&mut bytes);
            write_result(args[0], &bytes);
        }
        Class::GetAffinity => {
            // The result is the size of the mask in bytes.
            let mut mask = vec![0; result as usize];
            let cpus = engine.affinities.of(args[0] as i32).to_le_bytes();
            let length = cpus.len().min(mask.len());
            mask[..length].copy_from_slice(&cpus[..length]);
            write_result(args[2], &mask);
        }
        Class::ReadsClock(call) if !plugin().options.host_time => {
            clocks::replace(engine, call, args);
        }
        Class::GetCpu => {
            let cpu = engine.affinities.cpu(engine.current);
            for (addr, number) in [(args[0], cpu), (args[1], 0)] {
                if addr != 0 {
                    write_result(addr, &number.to_le_bytes());
                }
            }
        }
        _ => {}
    }
}

/// Notes on which CPUs a thread shall run, and lets the kernel see all CPUs instead: the guest's
/// may not exist on this host.
fn set_affinity(engine: &mut Engine, args: &[u64; 6]) {
    const BYTES: usize = size_of::<Cpus>();
    // The kernel reads no more of a set than it has CPUs, and a guest may pass less than that.
    let [thread, length, addr, ..] = *args;
    let length = usize::try_from(length).map_or(BYTES, |it| it.min(BYTES));
    let Some(set) = guest_memory::read_if_mapped(addr, length) else {
        return;
    };
    let mut cpus = [0; BYTES];
    cpus[..length].copy_from_slice(&set);
    if engine
        .affinities
        .set(thread as i32, Cpus::from_le_bytes(cpus))
    {
        engine.rewritten.rewrite(addr, set, &vec![0xff; length]);
    }
}

fn write_result(addr: u64, bytes: &[u8]) {
    // SAFETY: the kernel has just written as many bytes there.
    unsafe { guest_memory::write(addr, bytes) }
}
