//! The class of each system call, by its name.

use crate::syscall_sleep::{self, Sleep};
use crate::syscall_table::{self, Row};
use crate::syscall_writes::{self, Group, Writes};
use isa::Arch;

/// The effects of a system call on the schedule and on memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Returns soon, and may write to memory that its arguments point to. The default for unknown
    /// calls: a thread that sleeps in one loses the token after a while.
    Short,
    /// Returns soon and writes no memory.
    Quiet,
    /// `set_tid_address`: sets the word that the kernel clears when the thread ends.
    SetsTidAddress,
    /// May sleep until another thread acts, and may write memory.
    Sleeps,
    /// `futex`: sleeps or wakes, by its operation.
    Futex,
    /// `sched_yield`: ends the quantum.
    Yield,
    /// Unmaps, remaps or discards memory: the range in arguments 0 and 1.
    Unmaps,
    /// Changes the protection of memory: the range in arguments 0 and 1.
    Protects,
    /// `mmap`: replaces older mappings if it is given a fixed address.
    Maps,
    /// `mremap`: the old range is in arguments 0 and 1; the result is the start of the new one.
    Remaps,
    /// `brk`: moves the end of the heap.
    Break,
    /// `shmat`: maps memory that is shared between processes.
    Attaches,
    /// Unmaps a range that its arguments do not contain (`shmdt`, `ftruncate`).
    UnmapsUnknown,
    /// `membarrier`: a barrier of every thread.
    Barrier,
    /// `clone`: creates a thread or a process, by its flags.
    Clone,
    /// `fork`, `vfork`: creates a process.
    Fork,
    /// `execve`, `execveat`: replaces the program, and with it the plugin.
    Exec,
    /// Ends the calling thread.
    Exit,
    /// Ends the process.
    ExitGroup,
    /// Sends a signal, which may end the process.
    Kill,
    /// `rt_sigaction`: sets a signal handler.
    SigAction,
    /// `getrandom`: the plugin replaces the bytes with numbers from the seed.
    GetRandom,
    /// `sched_getaffinity`: the plugin returns the CPUs that the guest has set.
    GetAffinity,
    /// `sched_setaffinity`: has no effect.
    SetAffinity,
    /// `getcpu`: the plugin returns one of the thread's CPUs.
    GetCpu,
    /// Writes what a clock tells.
    ReadsClock(ReadsClock),
    /// Opens a file and writes no memory.
    Opens {
        /// The index of the argument that holds the path, from 0.
        path: usize,
    },
}

/// A system call that tells the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadsClock {
    /// `clock_gettime`.
    GetTime,
    /// `clock_getres`.
    GetResolution,
    /// `gettimeofday`.
    TimeOfDay,
    /// `time`, which also returns it.
    Time,
    /// `times`, which also returns one.
    Times,
    /// `getrusage`.
    Usage,
}

/// The class of each system call number of one architecture, and its rows of `syscall_table`.
#[derive(Debug)]
pub struct Classes(Vec<Entry>);

/// What is known of a system call.
#[derive(Debug)]
struct Entry {
    name: Option<&'static str>,
    class: Class,
    rows: Vec<&'static Row>,
    writes: Option<&'static Group>,
    sleep: Option<Sleep>,
}

/// A bound above the highest system call number of any architecture.
const NUMBERS: usize = 1024;

impl Classes {
    /// Creates the table of an architecture.
    pub fn new(arch: Arch) -> Self {
        let of = |number| match name(arch, number) {
            Some(name) => Entry {
                name: Some(name),
                class: class(name),
                rows: syscall_table::rows(name),
                writes: syscall_writes::of_name(name),
                sleep: syscall_sleep::of_name(name),
            },
            None => Entry {
                name: None,
                class: Class::Short,
                rows: Vec::new(),
                writes: None,
                sleep: None,
            },
        };
        Self((0..NUMBERS).map(of).collect())
    }

    /// Returns the class of a system call.
    pub fn of(&self, number: i64) -> Class {
        self.entry(number).map_or(Class::Short, |entry| entry.class)
    }

    /// Returns the name of a system call, if it has one.
    pub fn name(&self, number: i64) -> Option<&'static str> {
        self.entry(number)?.name
    }

    /// Returns the row of a system call with these arguments, if what it does to memory is known.
    pub fn row(&self, number: i64, args: &[u64; 6]) -> Option<&'static Row> {
        syscall_table::select(&self.entry(number)?.rows, args)
    }

    /// Returns where a system call with these arguments may write.
    pub fn writes(&self, number: i64, args: &[u64; 6]) -> Writes {
        let group = self.entry(number).and_then(|entry| entry.writes);
        match (group, self.row(number, args)) {
            (Some(group), _) => group.writes(args),
            (None, Some(row)) => Writes::Within(row.writes(args, u64::MAX)),
            (None, None) => Writes::Anywhere,
        }
    }

    /// Returns what a system call waits for, if it may sleep or set a timer.
    pub fn sleep(&self, number: i64) -> Option<Sleep> {
        self.entry(number)?.sleep
    }

    fn entry(&self, number: i64) -> Option<&Entry> {
        self.0.get(usize::try_from(number).ok()?)
    }
}

fn name(arch: Arch, number: usize) -> Option<&'static str> {
    match arch {
        Arch::AArch64 => syscalls::aarch64::Sysno::new(number).map(|call| call.name()),
        Arch::Ppc64le => syscalls::powerpc64::Sysno::new(number).map(|call| call.name()),
        Arch::Riscv64 => syscalls::riscv64::Sysno::new(number).map(|call| call.name()),
        Arch::X86_64 => syscalls::x86_64::Sysno::new(number).map(|call| call.name()),
    }
}

fn class(name: &str) -> Class {
    match name {
        "futex" => Class::Futex,
        "nanosleep" | "clock_nanosleep" | "poll" | "ppoll" | "select" | "pselect6"
        | "_newselect" | "epoll_wait" | "epoll_pwait" | "epoll_pwait2" | "read" | "readv"
        | "recv" | "recvfrom" | "recvmsg" | "recvmmsg" | "accept" | "accept4" | "connect"
        | "wait4" | "waitid" | "waitpid" | "pause" | "rt_sigtimedwait" | "rt_sigsuspend"
        | "sigsuspend" | "flock" | "msgsnd" | "msgrcv" | "semop" | "semtimedop"
        | "mq_timedsend" | "mq_timedreceive" | "futex_waitv" | "io_getevents" | "io_pgetevents" => {
            Class::Sleeps
        }
        "sched_yield" => Class::Yield,
        "write" | "writev" | "close" | "gettid" | "getpid" | "getppid" | "dup" | "dup2"
        | "dup3" | "set_robust_list" | "lseek" | "eventfd2" | "unlinkat" | "unlink" | "fsync" => {
            Class::Quiet
        }
        "set_tid_address" => Class::SetsTidAddress,
        "munmap" | "madvise" | "remap_file_pages" => Class::Unmaps,
        "mprotect" | "pkey_mprotect" => Class::Protects,
        "mmap" | "mmap2" => Class::Maps,
        "mremap" => Class::Remaps,
        "brk" => Class::Break,
        "shmdt" | "ftruncate" | "truncate" => Class::UnmapsUnknown,
        "shmat" => Class::Attaches,
        "membarrier" => Class::Barrier,
        "clone" => Class::Clone,
        "fork" | "vfork" => Class::Fork,
        "execve" | "execveat" => Class::Exec,
        "exit" => Class::Exit,
        "exit_group" => Class::ExitGroup,
        "kill" | "tkill" | "tgkill" => Class::Kill,
        "rt_sigaction" => Class::SigAction,
        "getrandom" => Class::GetRandom,
        "sched_getaffinity" => Class::GetAffinity,
        "sched_setaffinity" => Class::SetAffinity,
        "getcpu" => Class::GetCpu,
        "clock_gettime" => Class::ReadsClock(ReadsClock::GetTime),
        "clock_getres" => Class::ReadsClock(ReadsClock::GetResolution),
        "gettimeofday" => Class::ReadsClock(ReadsClock::TimeOfDay),
        "time" => Class::ReadsClock(ReadsClock::Time),
        "times" => Class::ReadsClock(ReadsClock::Times),
        "getrusage" => Class::ReadsClock(ReadsClock::Usage),
        "open" => Class::Opens { path: 0 },
        "openat" => Class::Opens { path: 1 },
        _ => Class::Short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers come from each architecture's own table, so a wrong feature of the crate fails
    /// here.
    #[test]
    fn numbers_of_each_architecture() {
        for (arch, futex, exit_group, clone) in [
            (Arch::AArch64, 98, 94, 220),
            (Arch::Riscv64, 98, 94, 220),
            (Arch::Ppc64le, 221, 234, 120),
            (Arch::X86_64, 202, 231, 56),
        ] {
            let classes = Classes::new(arch);
            assert_eq!(classes.of(futex), Class::Futex, "{arch:?}");
            assert_eq!(classes.of(exit_group), Class::ExitGroup, "{arch:?}");
            assert_eq!(classes.of(clone), Class::Clone, "{arch:?}");
            assert_eq!(classes.of(-1), Class::Short);
            assert_eq!(classes.of(1 << 40), Class::Short);
        }
    }
}
