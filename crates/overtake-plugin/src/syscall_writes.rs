//! Where system calls write, for those that are full barriers (`syscall`).
//!
//! After such a call, memory is compared with what the model knows, and only there. A part may be
//! stated longer than it is: what did not change there stays as it is. It must not be stated shorter:
//! what changes elsewhere goes unnoticed. After a call that is not listed, all shared memory is
//! compared.
//!
//! Sizes are the largest of the 64-bit structures of the four architectures. The calls are described
//! in the manual pages of section 2, and in QEMU's linux-user/syscall.c, which copies the results.

use crate::guest_memory;
use crate::syscall_table::Range;
use crate::views::EVERYWHERE;

/// Where the kernel may have written during a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Writes {
    /// This is not known.
    #[default]
    Anywhere,
    /// Nowhere else than in these ranges.
    Within(Vec<Range>),
}

impl Writes {
    /// The guest addresses of the parts, from the first byte to the one after the last.
    pub fn ranges(&self, address_mask: u64) -> Vec<std::ops::Range<u64>> {
        match self {
            Self::Anywhere => vec![EVERYWHERE],
            Self::Within(ranges) => {
                let of = |&(start, length): &Range| {
                    let start = start & address_mask;
                    start..start.saturating_add(length)
                };
                ranges.iter().map(of).collect()
            }
        }
    }
}

/// A part of memory that a call may write. Numbers are those of its arguments.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// This many bytes where an argument points to.
    Bytes(usize, u64),
    /// As many elements of this size, in bytes, as another argument says.
    Times(usize, usize, u64),
    /// As many bits as another argument says, in words.
    Bits(usize, usize),
    /// As many bytes as the four-byte number says to which another argument points; and that number.
    Counted(usize, usize),
    /// What an array of `struct iovec` points to, with its length in another argument.
    Vectors(usize, usize),
    /// A `struct msghdr`, and what it points to.
    Message(usize),
    /// An array of `struct mmsghdr`, with its length in another argument.
    Messages(usize, usize),
}
use Part::{Bits, Bytes, Counted, Message, Messages, Times, Vectors};

/// Calls that write in the same places.
#[derive(Debug)]
pub struct Group {
    names: &'static [&'static str],
    writes: &'static [Part],
}

/// The largest number of elements of an array: `UIO_MAXIOV` in include/uapi/linux/uio.h.
const MOST_ELEMENTS: u64 = 1024;
const VECTOR: u64 = 16;
const MESSAGE: u64 = 56;
/// A `struct mmsghdr`: a message, its length, and padding.
const MESSAGE_AND_LENGTH: u64 = 64;
const TIME: u64 = 16;
const TIMER: u64 = 32;
const STAT: u64 = 144;
const USAGE: u64 = 144;

#[rustfmt::skip]
const TABLE: &[Group] = &[
    Group { names: &["send", "sendto", "sendmsg", "socket", "bind", "listen", "connect", "shutdown", "setsockopt",
                     "epoll_create", "epoll_create1", "epoll_ctl", "eventfd", "eventfd2", "timerfd_create",
                     "pwrite64", "pwritev", "pwritev2", "write", "writev", "fsync", "fdatasync", "sync", "fallocate",
                     "fadvise64", "readahead", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir",
                     "unlink", "unlinkat", "link", "linkat", "symlink", "symlinkat", "chmod", "fchmod", "fchmodat",
                     "chown", "fchown", "fchownat", "access", "faccessat", "faccessat2", "umask", "chdir", "fchdir",
                     "flock", "getpriority", "setpriority", "sched_setscheduler", "sched_setparam", "timer_delete",
                     "timer_getoverrun", "inotify_init1", "inotify_add_watch", "inotify_rm_watch", "utimensat",
                     "setsid", "setpgid", "rt_sigsuspend", "pause", "sched_yield", "mlock", "mlock2", "mlockall",
                     "munlock", "munlockall", "memfd_create", "msync", "mknod", "mknodat", "syncfs",
                     "sync_file_range", "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid",
                     "setfsuid", "setfsgid", "setgroups", "setrlimit", "sched_setattr", "ioprio_get", "ioprio_set",
                     "personality", "pidfd_open", "alarm", "capset", "setxattr", "fsetxattr", "msgsnd", "msgget",
                     "semget", "shmget", "semop", "semtimedop", "signalfd", "signalfd4", "creat",
                     "utime", "utimes", "tee"], writes: &[] },
    Group { names: &["read", "pread64", "recv"], writes: &[Times(1, 2, 1)] },
    Group { names: &["readv", "preadv", "preadv2"], writes: &[Vectors(1, 2)] },
    Group { names: &["recvfrom"], writes: &[Times(1, 2, 1), Counted(4, 5)] },
    Group { names: &["recvmsg"], writes: &[Message(1)] },
    Group { names: &["recvmmsg"], writes: &[Messages(1, 2), Bytes(4, TIME)] },
    Group { names: &["sendmmsg"], writes: &[Times(1, 2, MESSAGE_AND_LENGTH)] },
    Group { names: &["accept", "accept4", "getsockname", "getpeername"], writes: &[Counted(1, 2)] },
    Group { names: &["getsockopt"], writes: &[Counted(3, 4)] },
    Group { names: &["poll"], writes: &[Times(0, 1, 8)] },
    Group { names: &["ppoll"], writes: &[Times(0, 1, 8), Bytes(2, TIME)] },
    Group { names: &["select", "_newselect", "pselect6"],
            writes: &[Bits(1, 0), Bits(2, 0), Bits(3, 0), Bytes(4, TIME)] },
    Group { names: &["epoll_wait", "epoll_pwait", "epoll_pwait2"], writes: &[Times(1, 2, 16)] },
    Group { names: &["nanosleep"], writes: &[Bytes(1, TIME)] },
    Group { names: &["clock_nanosleep"], writes: &[Bytes(3, TIME)] },
    Group { names: &["wait4"], writes: &[Bytes(1, 4), Bytes(3, USAGE)] },
    Group { names: &["waitid"], writes: &[Bytes(2, 128), Bytes(4, USAGE)] },
    // QEMU writes the time, too.
    Group { names: &["mq_timedsend"], writes: &[Bytes(4, TIME)] },
    Group { names: &["mq_timedreceive"], writes: &[Times(1, 2, 1), Bytes(3, 4), Bytes(4, TIME)] },
    Group { names: &["rt_sigtimedwait"], writes: &[Bytes(1, 128)] },
    Group { names: &["rt_sigaction"], writes: &[Bytes(2, 32)] },
    Group { names: &["fstat", "stat", "lstat", "statfs", "fstatfs"], writes: &[Bytes(1, STAT)] },
    Group { names: &["newfstatat", "fstatat"], writes: &[Bytes(2, STAT)] },
    Group { names: &["statx"], writes: &[Bytes(4, 256)] },
    Group { names: &["getdents", "getdents64", "readlink"], writes: &[Times(1, 2, 1)] },
    Group { names: &["readlinkat"], writes: &[Times(2, 3, 1)] },
    Group { names: &["getcwd", "getrandom"], writes: &[Times(0, 1, 1)] },
    Group { names: &["sched_getaffinity"], writes: &[Times(2, 1, 1)] },
    Group { names: &["sched_getparam"], writes: &[Bytes(1, 8)] },
    Group { names: &["getgroups"], writes: &[Times(1, 0, 4)] },
    Group { names: &["capget"], writes: &[Bytes(0, 8), Bytes(1, 24)] },
    Group { names: &["arch_prctl"], writes: &[Bytes(1, 8)] },
    Group { names: &["sched_rr_get_interval"], writes: &[Bytes(1, TIME)] },
    Group { names: &["pipe", "pipe2"], writes: &[Bytes(0, 8)] },
    Group { names: &["socketpair"], writes: &[Bytes(3, 8)] },
    Group { names: &["sendfile"], writes: &[Bytes(2, 8)] },
    Group { names: &["splice", "copy_file_range"], writes: &[Bytes(1, 8), Bytes(3, 8)] },
    Group { names: &["fcntl"], writes: &[Bytes(2, 32)] },
    Group { names: &["sysinfo"], writes: &[Bytes(0, 128)] },
    Group { names: &["timerfd_settime", "timer_settime"], writes: &[Bytes(3, TIMER)] },
    Group { names: &["timerfd_gettime", "timer_gettime", "getitimer"], writes: &[Bytes(1, TIMER)] },
    Group { names: &["setitimer"], writes: &[Bytes(2, TIMER)] },
    Group { names: &["timer_create"], writes: &[Bytes(2, 8)] },
    // The numbers of the thread, and of x86's `tls`, which is only read.
    Group { names: &["clone"], writes: &[Bytes(2, 4), Bytes(3, 4), Bytes(4, 4)] },
    // The operations that write do so to a word.
    Group { names: &["futex"], writes: &[Bytes(0, 4), Bytes(4, 4)] },
];

/// Returns the group of the system call of this name.
pub fn of_name(name: &str) -> Option<&'static Group> {
    TABLE.iter().find(|group| group.names.contains(&name))
}

impl Group {
    /// Returns where a call with these arguments may write. Null pointers are nowhere.
    pub fn writes(&self, args: &[u64; 6]) -> Writes {
        let mut ranges = Vec::new();
        for part in self.writes {
            if part.add_to(&mut ranges, args).is_none() {
                return Writes::Anywhere;
            }
        }
        ranges.retain(|(start, length)| *start != 0 && *length != 0);
        Writes::Within(ranges)
    }
}

impl Part {
    /// Adds the ranges of this part; `None` if they are not known.
    fn add_to(self, ranges: &mut Vec<Range>, args: &[u64; 6]) -> Option<()> {
        match self {
            Bytes(at, length) => ranges.push((args[at], length)),
            Times(at, count, size) => ranges.push((args[at], args[count].saturating_mul(size))),
            Bits(at, count) => ranges.push((args[at], args[count].div_ceil(64).saturating_mul(8))),
            Counted(at, length) if args[length] == 0 => ranges.push((args[at], 0)),
            Counted(at, length) => {
                let bytes = number::<4>(args[length])?;
                ranges.extend([(args[at], bytes), (args[length], 4)]);
            }
            Vectors(at, count) => vectors(ranges, args[at], args[count])?,
            Message(at) => message(ranges, args[at])?,
            Messages(at, count) => {
                for index in 0..args[count].min(MOST_ELEMENTS) {
                    let start = args[at].checked_add(index * MESSAGE_AND_LENGTH)?;
                    message(ranges, start)?;
                    ranges.push((start, MESSAGE_AND_LENGTH));
                }
            }
        }
        Some(())
    }
}

fn vectors(ranges: &mut Vec<Range>, start: u64, count: u64) -> Option<()> {
    for index in 0..count.min(MOST_ELEMENTS) {
        let vector = start.checked_add(index * VECTOR)?;
        ranges.push((number::<8>(vector)?, number::<8>(vector + 8)?));
    }
    Some(())
}

/// A `struct msghdr`: name and its length, vectors and their number, control data and its length, flags.
fn message(ranges: &mut Vec<Range>, start: u64) -> Option<()> {
    let word = |index: u64| number::<8>(start.checked_add(8 * index)?);
    ranges.push((start, MESSAGE));
    ranges.push((word(0)?, number::<4>(start.checked_add(8)?)?));
    vectors(ranges, word(2)?, word(3)?)?;
    ranges.push((word(4)?, word(5)?));
    Some(())
}

/// Reads a number of so many bytes; `None` if it is not mapped.
fn number<const BYTES: usize>(addr: u64) -> Option<u64> {
    let bytes = guest_memory::read_if_mapped(addr, BYTES)?;
    let mut number = [0; 8];
    number[..BYTES].copy_from_slice(&bytes);
    Some(u64::from_le_bytes(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, args: [u64; 6]) -> Writes {
        of_name(name).expect("it is listed").writes(&args)
    }

    fn address<T: ?Sized>(of: &T) -> u64 {
        guest_memory::guest_address(std::ptr::from_ref(of).cast::<u8>() as u64)
    }

    #[test]
    fn arguments_say_where() {
        let read = of("read", [3, 0x1000, 100, 0, 0, 0]);
        assert_eq!(read, Writes::Within(vec![(0x1000, 100)]));
        let poll = of("poll", [0x1000, 3, 0, 0, 0, 0]);
        assert_eq!(poll, Writes::Within(vec![(0x1000, 24)]));
        let select = of("select", [65, 0x1000, 0, 0x2000, 0, 0]);
        assert_eq!(select, Writes::Within(vec![(0x1000, 16), (0x2000, 16)]));
        let write = of("write", [1, 0x1000, 100, 0, 0, 0]);
        assert_eq!(write, Writes::Within(vec![]));
    }

    #[test]
    fn memory_says_where() {
        let length = 16_u32;
        let at = address(&length);
        let accept = of("accept", [3, 0x1000, at, 0, 0, 0]);
        assert_eq!(accept, Writes::Within(vec![(0x1000, 16), (at, 4)]));
        assert_eq!(of("accept", [3, 0, 0, 0, 0, 0]), Writes::Within(vec![]));
        let vectors = [0x1000_u64, 10, 0x2000, 20];
        let readv = of("readv", [3, address(&vectors), 2, 0, 0, 0]);
        assert_eq!(readv, Writes::Within(vec![(0x1000, 10), (0x2000, 20)]));
        let header = [0x3000_u64, 28, address(&vectors), 1, 0x4000, 64, 0];
        let at = address(&header);
        let recvmsg = of("recvmsg", [3, at, 0, 0, 0, 0]);
        let parts = vec![(at, 56), (0x3000, 28), (0x1000, 10), (0x4000, 64)];
        assert_eq!(recvmsg, Writes::Within(parts));
    }

    #[test]
    fn what_cannot_be_read_may_be_anywhere() {
        assert_eq!(of("readv", [3, 0x10, 2, 0, 0, 0]), Writes::Anywhere);
        assert!(of_name("ioctl").is_none(), "it depends on the device");
        assert_eq!(Writes::Anywhere.ranges(u64::MAX), [EVERYWHERE]);
        let tagged = Writes::Within(vec![(0x1200_0000_0000_1000, 8)]);
        let part = 0x1000..0x1008;
        assert_eq!(tagged.ranges(u64::MAX >> 8), [part]);
    }

    #[test]
    fn each_name_is_listed_once_and_exists() {
        let mut names: Vec<_> = TABLE.iter().flat_map(|group| group.names).collect();
        let exists = |name: &str| {
            (0..1024).any(|number| {
                let arm = syscalls::aarch64::Sysno::new(number).map(|call| call.name());
                let power = syscalls::powerpc64::Sysno::new(number).map(|call| call.name());
                let x86 = syscalls::x86_64::Sysno::new(number).map(|call| call.name());
                [arm, power, x86].contains(&Some(name))
            })
        };
        for name in &names {
            assert!(exists(name), "{name}");
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
