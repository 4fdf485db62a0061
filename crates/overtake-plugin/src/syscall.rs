//! What a system call does: to the schedule, to pending stores, to the pages in play.
//!
//! Every system call is a full barrier.

use crate::affinity;
use crate::engine::{Engine, Inheritance};
use crate::finish;
use crate::forkserver;
use crate::guest_memory;
use crate::instrument;
use crate::plugin::plugin;
use crate::self_maps;
use crate::spurious;
use crate::syscall_class::Class;
use overtake_mark as mark;
use overtake_report::End;
use overtake_report::trace::Object;
use std::cell::Cell;

/// CPUs that a guest sees, on any host: enough for thread pools to be pools.
const CPUS: u32 = 4;

// The same on all four architectures (asm-generic, and x86 and powerpc agree on these).
const CLONE_VM: u64 = 0x100;
const CLONE_VFORK: u64 = 0x4000;
const MAP_FIXED: u64 = 0x10;
const MAP_STACK: u64 = 0x2_0000;
const FUTEX_COMMAND: u64 = 0x7f;

const MAP_SHARED: u64 = 1;

/// The largest number that stands for no handler.
const SIG_IGN: u64 = 1;
/// Signals for which libraries have handlers that hardly ever run: SIGBUS and SIGSEGV (Rust's), and the one
/// by which glibc changes the user of all threads.
const OF_THE_LIBRARIES: [u64; 3] = [7, 11, 33];

/// A system call in progress.
#[derive(Debug, Clone, Copy)]
struct Call {
    class: Class,
    args: [u64; 6],
    /// The thread gave up the token for it.
    left: bool,
}

thread_local! {
    /// The system call that this thread is in.
    static CALL: Cell<Option<Call>> = const { Cell::new(None) };
    /// A call, with its result, in which the token was taken from this thread: what follows from
    /// it is done when it has the token again.
    static LATE: Cell<Option<(Call, i64)>> = const { Cell::new(None) };
    /// The process in which this thread called `fork`, and what the child takes over.
    static FORKING: Cell<Option<(u32, Inheritance)>> = const { Cell::new(None) };
}

/// What the schedule has to do with a call.
enum Schedule {
    Keeps,
    Leaves { writes: bool },
    Ends,
}

/// `futex` operations that write to memory: WAKE_OP, LOCK_PI, UNLOCK_PI, TRYLOCK_PI,
/// WAIT_REQUEUE_PI, CMP_REQUEUE_PI, LOCK_PI2.
fn futex_writes(operation: u64) -> bool {
    matches!(operation & FUTEX_COMMAND, 5..=8 | 11..=13)
}

/// `futex` operations that sleep: FUTEX_WAIT, LOCK_PI, WAIT_BITSET, WAIT_REQUEUE_PI, LOCK_PI2.
fn futex_sleeps(operation: u64) -> bool {
    matches!(operation & FUTEX_COMMAND, 0 | 6 | 9 | 11 | 13)
}

/// Whether `clone` makes a thread; else a process (QEMU makes `vfork` a `fork`).
fn makes_thread(class: Class, args: &[u64; 6]) -> bool {
    class == Class::Clone && args[0] & CLONE_VM != 0 && args[0] & CLONE_VFORK == 0
}

/// Whether a call maps memory that others write too.
fn shares_memory(class: Class, args: &[u64; 6]) -> bool {
    class == Class::Attaches || class == Class::Maps && args[3] & MAP_SHARED != 0
}

/// Whether a call makes a process.
fn makes_process(class: Class, args: &[u64; 6]) -> bool {
    class == Class::Fork || class == Class::Clone && !makes_thread(class, args)
}

/// The holder is about to make a system call.
///
/// # Safety
///
/// The caller's thread holds the token.
pub unsafe fn begin(vcpu: u32, number: i64, args: [u64; 6]) {
    let plugin = plugin();
    let class = plugin.classes.of(number);
    // SAFETY: the caller holds the token.
    let engine = unsafe { plugin.engine() };
    let id = engine.current;
    if (makes_thread(class, &args) || shares_memory(class, &args)) && instrument::begin() {
        engine.is_watched();
    }
    if makes_thread(class, &args) && engine.nothing_was_chosen() {
        forkserver::at_first_thread(engine, vcpu);
        engine.sow(plugin.seed());
    }
    let token = plugin.token();
    engine.call_begins();
    if number == mark::CALL {
        marked(engine, args);
    }
    before(engine, class, &args);
    let schedule = match class {
        Class::ExitGroup => finish::exited(engine, args[0] as i32 & 0xff),
        Class::Exit if engine.alone() => finish::exited(engine, args[0] as i32 & 0xff),
        Class::Exit => Schedule::Ends,
        Class::Sleeps => Schedule::Leaves { writes: true },
        Class::Futex if futex_sleeps(args[1]) => Schedule::Leaves {
            writes: futex_writes(args[1]),
        },
        _ => Schedule::Keeps,
    };
    let forks = makes_process(class, &args);
    if forks {
        engine.fork_begins();
        FORKING.set(Some((std::process::id(), engine.bequeath())));
    }
    let only_thread = engine.alone();
    let left = !only_thread && matches!(schedule, Schedule::Leaves { .. });
    CALL.set(Some(Call { class, args, left }));
    match schedule {
        // Nobody else could use the token.
        Schedule::Leaves { .. } if only_thread => {}
        Schedule::Leaves { writes } => token.leave(id, writes),
        Schedule::Ends => token.end(id),
        Schedule::Keeps if makes_thread(class, &args) => token.enter_clone(id),
        Schedule::Keeps if only_thread => {}
        Schedule::Keeps => {
            token.enter_call(id, wakes(class));
            if forks {
                token.expect_exclusive(id);
            }
        }
    }
}

/// The guest tells something. What it tells wrongly is left out: to the kernel it is a call like
/// any other that does not exist.
#[cold]
fn marked(engine: &mut Engine, [what, text, length, addr, size, _]: [u64; 6]) {
    let length = usize::try_from(length).map_or(mark::LONGEST, |it| it.min(mark::LONGEST));
    let Some(text) = guest_memory::read_if_mapped(text, length) else {
        return;
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    match what {
        mark::FAILED => finish::marked(engine, text),
        mark::NAME => engine.run.object(Object {
            addr,
            size,
            name: text,
        }),
        _ => {}
    }
}

/// Before a call runs: pages that it unmaps, remaps or protects leave the model, and what the
/// kernel will read is what all threads have stored.
fn before(engine: &mut Engine, class: Class, args: &[u64; 6]) {
    match class {
        Class::Futex => {
            engine.kernel_reads(args[0]);
            if futex_writes(args[1]) {
                engine.full_barrier_everywhere();
            }
        }
        // The kernel clears a word of a thread that has ended.
        Class::Exit => engine.full_barrier_everywhere(),
        Class::Yield | Class::ExitGroup | Class::Clone | Class::Fork => {}
        Class::GetRandom | Class::GetAffinity => {}
        Class::SigAction if OF_THE_LIBRARIES.contains(&args[0]) => {}
        Class::SigAction => {
            // The handler is the structure's first member on all four architectures.
            let handler = guest_memory::read_if_mapped(args[1], 8);
            let handler =
                handler.and_then(|bytes| Some(u64::from_le_bytes(bytes.try_into().ok()?)));
            if handler.is_some_and(|handler| handler > SIG_IGN) {
                spurious::may_come();
            }
        }
        Class::Unmaps => engine.forget(args[0], args[0].saturating_add(args[1])),
        Class::Remaps => {
            engine.remaps_strong = engine.is_strong(args[0]);
            engine.forget(args[0], args[0].saturating_add(args[1]));
        }
        Class::Maps if args[3] & MAP_FIXED != 0 => {
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
                affinity::leave();
            }
            // The guest may not come back from this.
            finish::report_now(engine, End::Running);
            engine.drain_everyone();
            spurious::may_come();
        }
        // The kernel may read any thread's memory: stores that are private so far are visible to
        // it at once, and so must be what their threads stored before. And it may write this
        // thread's memory while another's view is there, in which nothing may be older.
        Class::Barrier | Class::Short | Class::Quiet | Class::Opens { .. } | Class::Sleeps => {
            engine.full_barrier_everywhere();
        }
    }
}

/// Whether a call that keeps the token may wake another thread.
fn wakes(class: Class) -> bool {
    !matches!(
        class,
        Class::Yield
            | Class::Maps
            | Class::Unmaps
            | Class::Remaps
            | Class::Break
            | Class::Barrier
            | Class::GetRandom
            | Class::GetAffinity
            | Class::SigAction
    )
}

/// Results that say that a signal came: the kernel will write a frame for its handler. (QEMU's
/// own number for a call that is to be made again is not among the kernel's.)
fn interrupted(result: i64) -> bool {
    const EINTR: i64 = 4;
    const QEMU_ERESTARTSYS: i64 = 512;
    matches!(-result, EINTR | QEMU_ERESTARTSYS)
}

/// A system call of the thread of this vCPU is over.
///
/// # Safety
///
/// It runs on that thread.
pub unsafe fn end(vcpu: u32, result: i64) {
    let plugin = plugin();
    if let Some((parent, inheritance)) = FORKING.take()
        && parent != std::process::id()
    {
        CALL.take();
        finish::in_forked_child();
        plugin.restart(vcpu, inheritance);
        return;
    }
    let token = plugin.token();
    let holds = token.call_is_over(vcpu, interrupted(result)).is_some();
    let Some(call) = CALL.take() else { return };
    if holds {
        // SAFETY: this thread holds the token, and is awake, so that nobody takes it.
        unsafe { finish_call(&call, result) };
    } else if !call.left {
        LATE.set(Some((call, result)));
    }
}

/// Does what follows from a call in which the token was taken from this thread.
///
/// # Safety
///
/// The calling thread holds the token.
pub unsafe fn catch_up() {
    if let Some((call, result)) = LATE.take() {
        // SAFETY: passed on.
        unsafe { finish_call(&call, result) };
    }
}

/// # Safety
///
/// The calling thread holds the token.
unsafe fn finish_call(call: &Call, result: i64) {
    // SAFETY: passed on; the reference is gone before anything waits.
    let engine = unsafe { plugin().engine() };
    engine.call_is_over();
    let Call { class, args, .. } = call;
    if makes_thread(*class, args) {
        after_clone(engine, args[1], result);
    } else if result >= 0 {
        after(engine, *class, args, result as u64);
    } else if !matches!(
        class,
        Class::Quiet | Class::Opens { .. } | Class::Yield | Class::Kill
    ) {
        engine.resynchronise();
    }
    engine.look_closely();
}

fn after(engine: &mut Engine, class: Class, args: &[u64; 6], result: u64) {
    match class {
        Class::Futex if futex_writes(args[1]) => engine.resynchronise(),
        Class::Quiet | Class::Futex | Class::Kill | Class::Unmaps => {}
        Class::Yield => engine.end_quantum(),
        Class::Opens { path } => self_maps::opened(args[path], result),
        Class::Maps if args[3] & MAP_SHARED != 0 => {
            engine.set_strong(result, result.saturating_add(args[1]));
        }
        Class::Maps => {
            let for_stack = args[3] & MAP_STACK != 0;
            engine.mapped(result, result.saturating_add(args[1]), for_stack);
        }
        Class::Remaps if engine.remaps_strong => {
            engine.set_strong(result, result.saturating_add(args[2]));
        }
        Class::Remaps => engine.mapped(result, result.saturating_add(args[2]), false),
        Class::Attaches => {
            let end = guest_memory::mapping_end(result).unwrap_or(u64::MAX);
            engine.set_strong(result, end);
        }
        Class::Break => engine.set_program_break(result),
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
                engine.add_handler(u64::from_le_bytes(handler));
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
fn after_clone(engine: &mut Engine, stack: u64, result: i64) {
    let token = plugin().token();
    if result < 0 {
        token.stillborn();
        engine.resynchronise();
        return;
    }
    if !token.await_birth() {
        finish::internal("QEMU created a thread, but no vCPU for it was seen");
    }
    let thread = engine.add_thread();
    engine.stack_of(thread, stack);
    token.adopt(thread);
    engine.resynchronise();
    token.await_newest();
    if engine.stats().threads == 2 {
        affinity::begin();
        // QEMU throws its translations away, which were made for one thread.
        token.expect_exclusive(engine.current);
    }
}
