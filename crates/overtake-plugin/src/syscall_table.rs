//! The system calls of which it is known what they read, write and order: one row for each group.
//!
//! Such a call is no barrier beyond what its row says. The kernel runs it on the CPU of its thread,
//! so its accesses to the guest's memory are accesses of that thread: plain loads of what the
//! arguments point to, and plain stores of the results. All other calls are full barriers of all
//! threads (`syscall`): calls that communicate (files, pipes, sockets, signals), that change
//! mappings, that end or make threads, and whatever is not listed.
//!
//! Sizes are those of the 64-bit structures, which the four architectures agree on. A part that is
//! written must not be stated longer than it is: what is stated is stored, as the thread observes
//! it. Files are those of Linux.

use arch::{Arch, Pairs};

/// What the kernel's code orders on behalf of the calling thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orders {
    /// It reads fields of the thread or process, without a lock.
    Nothing,
    /// It reads the clock, which a sequence counter protects: an `smp_rmb` (`read_seqcount_retry`
    /// in include/linux/seqlock.h).
    Clock,
    /// It takes and frees a spin lock or a semaphore, and may read a sequence counter.
    Lock,
    /// A full fence (`futex_hb_waiters_pending` in kernel/futex/futex.h). If it wakes a thread, it is
    /// ordered after all that this thread did before it slept: both took the lock of the bucket.
    Wake,
    /// A full barrier before the thread sleeps or yields: `smp_mb__after_spinlock` in `__schedule`
    /// (kernel/sched/core.c), the store to the thread's state in `set_current_state`.
    Schedule,
}

/// The length of a part of memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// This many bytes.
    Bytes(u64),
    /// As many as the result says.
    Result,
}
use Length::{Bytes, Result};

/// Memory that a call accesses: the argument that holds the address, and the length.
type Part = (usize, Length);

/// A group of system calls.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    names: &'static [&'static str],
    /// If present, the row is only for calls in which this argument has one of these values.
    only: Option<(usize, &'static [u64])>,
    reads: &'static [Part],
    writes: &'static [Part],
    /// What it orders.
    pub orders: Orders,
    /// The kernel source that says so.
    #[allow(dead_code, reason = "for the reader")]
    source: &'static str,
}

/// Memory from this guest address on, of this length in bytes.
pub type Range = (u64, u64);

impl Row {
    const NONE: Self = Self {
        names: &[],
        only: None,
        reads: &[],
        writes: &[],
        orders: Orders::Nothing,
        source: "",
    };

    /// A call that no kernel has (`overtake_mark`): the kernel returns ENOSYS at once.
    pub const ABSENT: &'static Self = &Self::NONE;

    /// Returns the memory that the call reads. Null pointers are none.
    pub fn reads(&self, args: &[u64; 6]) -> Vec<Range> {
        ranges(self.reads, args, 0)
    }

    /// Returns the memory that the call has written, if it has returned `result`.
    pub fn writes(&self, args: &[u64; 6], result: u64) -> Vec<Range> {
        ranges(self.writes, args, result)
    }

    /// Whether the call may wake other threads.
    pub fn wakes(&self) -> bool {
        self.orders == Orders::Wake
    }

    fn is_for(&self, args: &[u64; 6]) -> bool {
        self.only
            .is_none_or(|(index, values)| values.contains(&args[index]))
    }
}

fn ranges(parts: &[Part], args: &[u64; 6], result: u64) -> Vec<Range> {
    let of = |&(pointer, length): &Part| {
        let length = match length {
            Bytes(length) => length,
            Result => result,
        };
        (args[pointer] != 0 && length != 0).then_some((args[pointer], length))
    };
    parts.iter().filter_map(of).collect()
}

/// FUTEX_WAKE and FUTEX_WAKE_BITSET, with and without FUTEX_PRIVATE_FLAG.
const FUTEX_WAKES: &[u64] = &[1, 10, 0x81, 0x8a];
const PR_SET_NAME: u64 = 15;
const PR_GET_NAME: u64 = 16;
/// CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, the two coarse ones, CLOCK_BOOTTIME and
/// CLOCK_TAI. Clocks of threads and processes take locks.
const CLOCKS: &[u64] = &[0, 1, 4, 5, 6, 7, 11];
/// `struct timespec` and `struct timeval`.
const TIME: Length = Bytes(16);
/// A set of 64 signals.
const SIGNALS: Length = Bytes(8);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row { names: &["getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getpgrp", "getpgid",
                   "getsid"],
          source: "kernel/sys.c: rcu_read_lock at most", ..Row::NONE },
    Row { names: &["set_tid_address", "set_robust_list"],
          source: "kernel/fork.c, kernel/futex/syscalls.c: keep the pointer", ..Row::NONE },
    Row { names: &["sched_get_priority_max", "sched_get_priority_min", "sched_getscheduler"],
          source: "kernel/sched/syscalls.c: rcu_read_lock at most", ..Row::NONE },
    Row { names: &["getcpu"], writes: &[(0, Bytes(4)), (1, Bytes(4))],
          source: "kernel/sys.c: two put_user", ..Row::NONE },
    Row { names: &["getresuid", "getresgid"], writes: &[(0, Bytes(4)), (1, Bytes(4)), (2, Bytes(4))],
          source: "kernel/sys.c: three put_user", ..Row::NONE },
    Row { names: &["clock_getres"], writes: &[(1, TIME)],
          source: "kernel/time/posix-timers.c: put_timespec64 of a constant", ..Row::NONE },
    Row { names: &["time"], writes: &[(0, Bytes(8))],
          source: "kernel/time/time.c: put_user of a word", ..Row::NONE },
    Row { names: &["sigaltstack"], reads: &[(0, Bytes(24))], writes: &[(1, Bytes(24))],
          source: "kernel/signal.c: copies to and from current", ..Row::NONE },
    Row { names: &["clock_gettime"], only: Some((0, CLOCKS)), writes: &[(1, TIME)], orders: Orders::Clock,
          source: "kernel/time/timekeeping.c: tk_core.seq", ..Row::NONE },
    Row { names: &["gettimeofday"], writes: &[(0, TIME), (1, Bytes(8))], orders: Orders::Clock,
          source: "kernel/time/time.c: ktime_get_real_ts64, two put_user, copy_to_user of the zone", ..Row::NONE },
    Row { names: &["getrusage"], writes: &[(1, Bytes(144))], orders: Orders::Lock,
          source: "kernel/sys.c: siglock, sig->stats_lock", ..Row::NONE },
    Row { names: &["times"], writes: &[(0, Bytes(32))], orders: Orders::Lock,
          source: "kernel/sys.c: siglock", ..Row::NONE },
    Row { names: &["uname"], writes: &[(0, Bytes(6 * 65))], orders: Orders::Lock,
          source: "kernel/sys.c: down_read(&uts_sem)", ..Row::NONE },
    Row { names: &["prctl"], only: Some((0, &[PR_GET_NAME])), writes: &[(1, Bytes(16))], orders: Orders::Lock,
          source: "kernel/sys.c: get_task_comm", ..Row::NONE },
    Row { names: &["prctl"], only: Some((0, &[PR_SET_NAME])), reads: &[(1, Bytes(16))], orders: Orders::Lock,
          source: "kernel/sys.c: strncpy_from_user, set_task_comm", ..Row::NONE },
    Row { names: &["getrlimit"], writes: &[(1, Bytes(16))], orders: Orders::Lock,
          source: "kernel/sys.c: task_lock", ..Row::NONE },
    Row { names: &["prlimit64"], reads: &[(2, Bytes(16))], writes: &[(3, Bytes(16))], orders: Orders::Lock,
          source: "kernel/sys.c: task_lock", ..Row::NONE },
    Row { names: &["rt_sigprocmask"], reads: &[(1, SIGNALS)], writes: &[(2, SIGNALS)], orders: Orders::Lock,
          source: "kernel/signal.c: siglock", ..Row::NONE },
    Row { names: &["rt_sigpending"], writes: &[(0, SIGNALS)], orders: Orders::Lock,
          source: "kernel/signal.c: siglock", ..Row::NONE },
    Row { names: &["sched_getaffinity"], writes: &[(2, Result)], orders: Orders::Lock,
          source: "kernel/sched/syscalls.c: pi_lock", ..Row::NONE },
    Row { names: &["getrandom"], writes: &[(0, Result)], orders: Orders::Lock,
          source: "drivers/char/random.c: base_crng.lock", ..Row::NONE },
    Row { names: &["futex"], only: Some((1, FUTEX_WAKES)), orders: Orders::Wake,
          source: "kernel/futex/waitwake.c: futex_wake, which does not read the word", ..Row::NONE },
    Row { names: &["sched_yield"], orders: Orders::Schedule,
          source: "kernel/sched/syscalls.c: do_sched_yield, schedule", ..Row::NONE },
    // What is written here is written only if a signal ends the sleep.
    Row { names: &["nanosleep"], reads: &[(0, TIME)], writes: &[(1, TIME)], orders: Orders::Schedule,
          source: "kernel/time/hrtimer.c: do_nanosleep", ..Row::NONE },
    Row { names: &["clock_nanosleep"], reads: &[(2, TIME)], writes: &[(3, TIME)], orders: Orders::Schedule,
          source: "kernel/time/posix-timers.c, hrtimer.c: do_nanosleep", ..Row::NONE },
];

/// Returns the rows of the system call of this name.
pub fn rows(name: &str) -> Vec<&'static Row> {
    let of = |row: &&Row| row.names.contains(&name);
    TABLE.iter().filter(of).collect()
}

/// Returns the row among these that is for a call with these arguments.
pub fn select(rows: &[&'static Row], args: &[u64; 6]) -> Option<&'static Row> {
    rows.iter().find(|row| row.is_for(args)).copied()
}

/// Whether entering and leaving the kernel synchronises the context, as `isb` and `isync` do: Arm
/// ARM D1.3 "Context synchronization event" (SCTLR_EL1.EIS and EOS, which Linux sets); Power ISA
/// Book III 1.5 (`sc`, `rfid`). On RISC-V a trap orders nothing. On x86 it does not matter.
pub const fn synchronises_context(arch: Arch) -> bool {
    matches!(arch, Arch::AArch64 | Arch::Ppc64le)
}

/// Returns the pairs of accesses of the thread that stay in order across the call.
///
/// `Clock` is `smp_rmb`: `dmb ishld`, `lwsync`, `fence r,r` (arch/*/include/asm/barrier.h). `Lock`:
/// on AArch64 acquire and release instructions order nothing before with something after, so it is
/// the sequence counter's `smp_rmb`; on Power `isync` and `lwsync`; on RISC-V `fence r,rw` and
/// `fence rw,w`; on x86 a locked instruction.
pub fn pairs(arch: Arch, orders: Orders) -> Pairs {
    match (orders, arch) {
        (Orders::Wake | Orders::Schedule, _) => Pairs::ALL,
        (Orders::Nothing, _) | (Orders::Clock, Arch::X86_64) => Pairs::NONE,
        (Orders::Clock | Orders::Lock, Arch::AArch64) => Pairs::READ_ANY,
        (Orders::Clock, Arch::Riscv64) => Pairs::RR,
        (Orders::Lock, Arch::Riscv64) | (_, Arch::Ppc64le) => Pairs::TSO,
        (Orders::Lock, Arch::X86_64) => Pairs::ALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [u64; 6] = [0; 6];

    #[test]
    fn a_row_says_which_memory_a_call_accesses() {
        let args = [0, 0x1000, 0x2000, 0x3000, 0, 0];
        let of = |name| select(&rows(name), &args).expect("it is listed");
        assert_eq!(of("gettid"), of("getpid"));
        assert_eq!(of("clock_gettime").writes(&args, 0), [(0x1000, 16)]);
        assert_eq!(of("clock_nanosleep").reads(&args), [(0x2000, 16)]);
        assert_eq!(of("sched_getaffinity").writes(&args, 128), [(0x2000, 128)]);
        assert!(of("clock_gettime").writes(&NONE, 0).is_empty(), "null");
        assert!(of("uname").writes(&args, 0).is_empty(), "null");
    }

    #[test]
    fn a_row_may_be_for_some_arguments_only() {
        let prctl = |option| select(&rows("prctl"), &[option, 0x1000, 0, 0, 0, 0]);
        assert!(prctl(PR_GET_NAME).is_some_and(|row| row.reads(&[16, 1, 0, 0, 0, 0]).is_empty()));
        assert!(prctl(PR_SET_NAME).is_some_and(|row| !row.reads(&[15, 1, 0, 0, 0, 0]).is_empty()));
        assert_eq!(prctl(22), None, "PR_SET_SECCOMP");
        let clock = |clock| select(&rows("clock_gettime"), &[clock, 0, 0, 0, 0, 0]);
        assert!(clock(1).is_some() && clock(2).is_none());
        let futex = |operation| select(&rows("futex"), &[0x1000, operation, 0, 0, 0, 0]);
        assert!(futex(0x81).is_some() && futex(0x80).is_none() && futex(0x85).is_none());
    }

    #[test]
    fn calls_that_communicate_or_map_are_not_listed() {
        for name in [
            "read",
            "write",
            "mmap",
            "munmap",
            "madvise",
            "kill",
            "tgkill",
            "clone",
            "execve",
            "exit",
            "membarrier",
            "poll",
            "eventfd2",
            "rt_sigreturn",
            "rt_sigaction",
        ] {
            assert!(rows(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn each_name_is_a_call_of_some_architecture() {
        let known = |name: &str| {
            (0..1024).any(|number| {
                let x86 = syscalls::x86_64::Sysno::new(number).map(|call| call.name());
                let power = syscalls::powerpc64::Sysno::new(number).map(|call| call.name());
                x86 == Some(name) || power == Some(name)
            })
        };
        let unknown = TABLE
            .iter()
            .flat_map(|row| row.names)
            .filter(|name| !known(name));
        assert_eq!(unknown.collect::<Vec<_>>(), [&""; 0]);
        assert!(TABLE.iter().all(|row| !row.source.is_empty()));
    }
}
