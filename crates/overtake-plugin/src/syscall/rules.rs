//! The meaning of a system call, by its class and its arguments.

use crate::syscall_class::Class;
use crate::syscall_table::Row;
use crate::token::Wakes;
use isa::Arch;

// These values are the same on all four architectures (asm-generic; x86 and powerpc agree).
const CLONE_VM: u64 = 0x100;
const CLONE_VFORK: u64 = 0x4000;
const CLONE_CHILD_CLEARTID: u64 = 0x20_0000;
const MAP_FIXED: u64 = 0x10;
const MAP_ANONYMOUS: u64 = 0x20;
const MAP_STACK: u64 = 0x2_0000;
const MAP_SHARED: u64 = 1;
const FUTEX_COMMAND: u64 = 0x7f;
const FUTEX_PRIVATE: u64 = 0x80;

/// The effect of a call on the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// The thread keeps the token.
    Keeps,
    /// The thread gives up the token while it sleeps.
    Leaves {
        /// Whether the kernel may write memory for the thread meanwhile.
        writes: bool,
    },
    /// The thread ends.
    Ends,
    /// The process ends.
    EndsProcess,
}

/// Returns the effect of a call on the schedule. `only`: the calling thread is the only one.
pub fn schedule(class: Class, args: &[u64; 6], only: bool) -> Schedule {
    match class {
        Class::ExitGroup => Schedule::EndsProcess,
        Class::Exit if only => Schedule::EndsProcess,
        Class::Exit => Schedule::Ends,
        Class::Sleeps => Schedule::Leaves { writes: true },
        Class::Futex if futex_sleeps(args[1]) => Schedule::Leaves {
            writes: futex_writes(args[1]),
        },
        _ => Schedule::Keeps,
    }
}

/// Whether a `futex` operation writes memory: WAKE_OP, LOCK_PI, UNLOCK_PI, TRYLOCK_PI,
/// WAIT_REQUEUE_PI, CMP_REQUEUE_PI, LOCK_PI2.
pub fn futex_writes(operation: u64) -> bool {
    matches!(operation & FUTEX_COMMAND, 5..=8 | 11..=13)
}

/// Whether a `futex` operation reads the word of its first argument: all but WAKE, REQUEUE and
/// WAKE_BITSET, which only look for threads that wait there (kernel/futex/waitwake.c, requeue.c).
pub fn futex_reads(operation: u64) -> bool {
    !matches!(operation & FUTEX_COMMAND, 1 | 3 | 10)
}

/// Whether a `futex` operation sleeps: FUTEX_WAIT, LOCK_PI, WAIT_BITSET, WAIT_REQUEUE_PI, LOCK_PI2.
pub fn futex_sleeps(operation: u64) -> bool {
    matches!(operation & FUTEX_COMMAND, 0 | 6 | 9 | 11 | 13)
}

/// Whether the call creates a thread. Other calls of `clone` create a process: QEMU turns `vfork`
/// into `fork`.
pub fn makes_thread(class: Class, args: &[u64; 6]) -> bool {
    class == Class::Clone && args[0] & CLONE_VM != 0 && args[0] & CLONE_VFORK == 0
}

/// Returns the word that the kernel clears when the new thread ends. (Where QEMU does not know a flag of
/// the call, there is no new thread.)
pub fn cleared_at_end(arch: Arch, args: &[u64; 6]) -> Option<u64> {
    // All but x86 have `tls` before it: CONFIG_CLONE_BACKWARDS in kernel/fork.c, TARGET_CLONE_BACKWARDS
    // in QEMU.
    let word = args[if arch == Arch::X86_64 { 3 } else { 4 }];
    (args[0] & CLONE_CHILD_CLEARTID != 0).then_some(word)
}

/// Whether a call maps memory that other processes may write.
pub fn shares_memory(class: Class, args: &[u64; 6]) -> bool {
    class == Class::Attaches || class == Class::Maps && args[3] & MAP_SHARED != 0
}

/// Whether a call creates a process.
pub fn makes_process(class: Class, args: &[u64; 6]) -> bool {
    class == Class::Fork || class == Class::Clone && !makes_thread(class, args)
}

/// Whether `mmap` maps memory that other processes may write.
pub fn maps_shared(args: &[u64; 6]) -> bool {
    args[3] & MAP_SHARED != 0
}

/// Whether `mmap` maps zeros: no file.
pub fn maps_zeros(args: &[u64; 6]) -> bool {
    args[3] & MAP_ANONYMOUS != 0
}

/// Whether `mmap` may replace an older mapping.
pub fn maps_over(args: &[u64; 6]) -> bool {
    args[3] & MAP_FIXED != 0
}

/// Whether `mmap` maps memory for a stack.
pub fn maps_stack(args: &[u64; 6]) -> bool {
    args[3] & MAP_STACK != 0
}

/// Whether a call with this result may have written memory that its arguments point to. A call that
/// the kernel does not have writes none. (QEMU has no `clone3`, which C libraries try first.)
pub fn may_write(class: Class, result: i64) -> bool {
    const ENOSYS: i64 = 38;
    let written = matches!(
        class,
        Class::Short
            | Class::Sleeps
            | Class::SigAction
            | Class::GetRandom
            | Class::GetAffinity
            | Class::GetCpu
            | Class::ReadsClock(_)
    );
    written && result != -ENOSYS
}

/// Returns the threads that a call that keeps the token may wake. `row`: what is known of it.
///
/// A wrong answer costs no more than that the next choice of a thread depends on the clock.
pub fn wakes(class: Class, args: &[u64; 6], row: Option<&Row>) -> Wakes {
    match (row, class) {
        (Some(row), _) if !row.wakes() => Wakes::Nobody,
        // A call that does not say that its word is private reaches other addresses too.
        (Some(_), Class::Futex) if args[1] & FUTEX_PRIVATE != 0 => Wakes::Waiters(args[0]),
        (None, Class::Futex) => Wakes::Moved,
        (Some(_), _) => Wakes::Anybody,
        (
            None,
            Class::Yield
            | Class::Maps
            | Class::Unmaps
            | Class::Protects
            | Class::Remaps
            | Class::Break
            | Class::Barrier
            | Class::GetRandom
            | Class::GetAffinity
            | Class::SetAffinity
            | Class::GetCpu
            | Class::ReadsClock(_)
            | Class::SigAction,
        ) => Wakes::Nobody,
        (None, _) => Wakes::Anybody,
    }
}

/// Returns the word that only a wake of this word, a time-out or a signal ends the wait for:
/// FUTEX_WAIT and FUTEX_WAIT_BITSET of a private word.
pub fn waits_for(class: Class, args: &[u64; 6]) -> Option<u64> {
    let waits = matches!(args[1] & FUTEX_COMMAND, 0 | 9);
    (class == Class::Futex && waits && args[1] & FUTEX_PRIVATE != 0).then_some(args[0])
}

/// Whether the result shows that a signal ended the call, so that the kernel will write a frame for
/// its handler. QEMU has its own number, unknown to the kernel, for a call that will be restarted.
pub fn interrupted(result: i64) -> bool {
    const EINTR: i64 = 4;
    const QEMU_ERESTARTSYS: i64 = 512;
    matches!(-result, EINTR | QEMU_ERESTARTSYS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall_table::{rows, select};

    const NONE: [u64; 6] = [0; 6];

    /// Returns the arguments of an operation, numbered as in `linux/futex.h`, with
    /// FUTEX_PRIVATE_FLAG.
    fn futex(operation: u64) -> [u64; 6] {
        [0, operation | 0x80, 0, 0, 0, 0]
    }

    #[test]
    fn a_futex_wait_gives_up_the_token_and_a_wake_keeps_it() {
        let [wait, wake, lock_pi, wait_bitset] = [0, 1, 6, 9].map(futex);
        let of = |args| schedule(Class::Futex, &args, false);
        assert_eq!(of(wait), Schedule::Leaves { writes: false });
        assert_eq!(of(wait_bitset), Schedule::Leaves { writes: false });
        assert_eq!(of(lock_pi), Schedule::Leaves { writes: true });
        assert_eq!(of(wake), Schedule::Keeps);
        assert!(futex_reads(wait[1]) && !futex_reads(wake[1]));
    }

    #[test]
    fn the_last_thread_ends_the_process() {
        assert_eq!(schedule(Class::Exit, &NONE, false), Schedule::Ends);
        assert_eq!(schedule(Class::Exit, &NONE, true), Schedule::EndsProcess);
        let exit_group = schedule(Class::ExitGroup, &NONE, false);
        assert_eq!(exit_group, Schedule::EndsProcess);
    }

    #[test]
    fn an_unknown_call_keeps_the_token() {
        for class in [Class::Short, Class::Quiet, Class::Yield, Class::Kill] {
            assert_eq!(schedule(class, &NONE, false), Schedule::Keeps);
        }
        let sleeps = schedule(Class::Sleeps, &NONE, false);
        assert_eq!(sleeps, Schedule::Leaves { writes: true });
    }

    /// The flags are those of glibc's `pthread_create`, `posix_spawn` and `fork`.
    #[test]
    fn a_clone_makes_a_thread_or_a_process() {
        let flags = |flags| [flags, 0, 0, 0, 0, 0];
        let (thread, spawn, fork) = (flags(0x3d_0f00), flags(0x4111), flags(0x120_0011));
        assert!(makes_thread(Class::Clone, &thread) && !makes_process(Class::Clone, &thread));
        for args in [spawn, fork] {
            assert!(makes_process(Class::Clone, &args) && !makes_thread(Class::Clone, &args));
        }
        assert!(makes_process(Class::Fork, &NONE) && !makes_thread(Class::Fork, &NONE));
        assert!(!makes_process(Class::Short, &NONE));
    }

    #[test]
    fn memory_is_shared_by_flag_or_by_call() {
        let (shared, private) = ([0, 0, 0, 0x1, 0, 0], [0, 0, 0, 0x22, 0, 0]);
        assert!(shares_memory(Class::Maps, &shared) && !shares_memory(Class::Maps, &private));
        assert!(shares_memory(Class::Attaches, &private));
        assert!(!shares_memory(Class::Remaps, &shared));
    }

    #[test]
    fn a_signal_shows_in_the_result() {
        assert!(interrupted(-4) && interrupted(-512));
        assert!(!interrupted(-11) && !interrupted(4) && !interrupted(0));
    }

    #[test]
    fn a_call_that_does_not_exist_writes_nothing() {
        assert!(may_write(Class::Short, 0) && may_write(Class::Short, -14));
        assert!(!may_write(Class::Short, -38) && !may_write(Class::Quiet, 1));
    }

    #[test]
    fn a_call_that_affects_only_its_caller_wakes_no_thread() {
        let unknown = |class| wakes(class, &NONE, None);
        assert_eq!([Class::Maps, Class::Yield].map(unknown), [Wakes::Nobody; 2]);
        assert_eq!(
            [Class::Short, Class::Quiet].map(unknown),
            [Wakes::Anybody; 2]
        );
        for name in [
            "rt_sigprocmask",
            "set_robust_list",
            "set_tid_address",
            "sigaltstack",
            "gettid",
            "prctl",
        ] {
            let args = [16, 0, 0, 0, 0, 0];
            let row = select(&rows(name), &args);
            assert!(row.is_some(), "{name}");
            assert_eq!(wakes(Class::Quiet, &args, row), Wakes::Nobody, "{name}");
        }
    }

    #[test]
    fn a_futex_wake_wakes_those_that_wait_for_its_word() {
        let word = |operation| [0x1000, operation, 1, 0, 0, 0];
        let of = |operation| {
            let args = word(operation);
            wakes(Class::Futex, &args, select(&rows("futex"), &args))
        };
        assert_eq!([0x81, 0x8a].map(of), [Wakes::Waiters(0x1000); 2]);
        assert_eq!(of(1), Wakes::Anybody, "not private");
        let [requeue, cmp_requeue, wake_op, unlock_pi] = [0x83, 0x84, 0x85, 0x87].map(of);
        assert_eq!(
            [requeue, cmp_requeue, wake_op, unlock_pi],
            [Wakes::Moved; 4]
        );
        let waits = |operation| waits_for(Class::Futex, &word(operation));
        assert_eq!([0x80, 0x89].map(waits), [Some(0x1000); 2]);
        assert_eq!([0, 0x86, 0x8b, 0x8d].map(waits), [None; 4]);
        assert_eq!(waits_for(Class::Sleeps, &word(0x80)), None);
    }
}
