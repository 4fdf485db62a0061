//! Access to guest memory from the plugin.
//!
//! QEMU's user mode maps guest memory into its own process: a host address is a guest address plus
//! `guest_base`. The base is constant for the run. It becomes known at the first translation,
//! before the guest's first system call.

use crate::io_thread;
use std::fs::File;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The host address of guest address 0.
static GUEST_BASE: AtomicU64 = AtomicU64::new(0);

/// Sets the base. Called once, when QEMU translates the first block.
pub fn set_base(host: u64, guest: u64) {
    // Relaxed: there is only one guest thread now; later threads, which load the base in `host`,
    // are created after this store.
    GUEST_BASE.store(host.wrapping_sub(guest), Ordering::Relaxed);
}

/// Returns the host address of a guest address.
pub fn host_address(addr: u64) -> u64 {
    host(addr) as u64
}

fn host(addr: u64) -> *mut u8 {
    GUEST_BASE.load(Ordering::Relaxed).wrapping_add(addr) as *mut u8
}

/// Returns the guest address of a host address.
pub fn guest_address(host: u64) -> u64 {
    host.wrapping_sub(GUEST_BASE.load(Ordering::Relaxed))
}

/// Fills `out` with guest memory from `addr` on.
///
/// # Safety
///
/// The bytes are mapped and readable, and no other thread writes them through Rust.
pub unsafe fn read(addr: u64, out: &mut [u8]) {
    // SAFETY: the caller promises that the bytes are mapped. Guest memory overlaps no Rust object.
    unsafe { copy(host(addr), out.as_mut_ptr(), out.len()) }
}

/// Returns `size` bytes of guest memory from `addr` on, the 16 lowest, as a little-endian number.
///
/// Unlike [`read`] it leaves the bytes in registers: the processor waits where it loads from the
/// stack in other sizes than it stored.
///
/// # Safety
///
/// As for [`read`].
#[inline]
pub unsafe fn value(addr: u64, size: usize) -> u128 {
    let from = host(addr);
    // SAFETY: as in `read`; none of these reads needs alignment.
    unsafe {
        match size {
            1 => u128::from(from.read()),
            2 => u128::from(u16::from_le(from.cast::<u16>().read_unaligned())),
            4 => u128::from(u32::from_le(from.cast::<u32>().read_unaligned())),
            8 => u128::from(u64::from_le(from.cast::<u64>().read_unaligned())),
            _ => {
                let mut bytes = [0; 16];
                read(addr, &mut bytes[..size.min(16)]);
                u128::from_le_bytes(bytes)
            }
        }
    }
}

/// Returns guest memory from `addr` on if all of it is mapped and readable, which the kernel checks.
pub fn read_if_mapped(addr: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    let local = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: length,
    };
    let remote = libc::iovec {
        iov_base: host(addr).cast(),
        iov_len: length,
    };
    // SAFETY: `bytes` is valid for its length, and the kernel checks the other address.
    let read = unsafe {
        libc::process_vm_readv(libc::getpid(), &raw const local, 1, &raw const remote, 1, 0)
    };
    if read == -1 {
        let error = std::io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::EFAULT) {
            // A filter of system calls forbids it.
            return io_thread::run(|| read_by_pipe(addr, length)).ok()?;
        }
    }
    (usize::try_from(read) == Ok(length)).then_some(bytes)
}

/// Writes `bytes` to guest memory at `addr`. Returns false if not all of it is mapped and writable,
/// which the kernel checks.
pub fn write_if_mapped(addr: u64, bytes: &[u8]) -> bool {
    let local = libc::iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    let remote = libc::iovec {
        iov_base: host(addr).cast(),
        iov_len: bytes.len(),
    };
    // SAFETY: `bytes` is only read, and the kernel checks the other address.
    let written = unsafe {
        libc::process_vm_writev(libc::getpid(), &raw const local, 1, &raw const remote, 1, 0)
    };
    usize::try_from(written) == Ok(bytes.len())
}

/// Writes `bytes` to private guest memory at `addr` that nobody may write, as constants are. Returns false
/// if that is impossible.
///
/// The kernel lets a process write its own memory through this file (`FOLL_FORCE`), if not told otherwise
/// (`proc_mem.force_override`).
pub fn write_constant(addr: u64, bytes: &[u8]) -> bool {
    let write = || {
        let memory = File::options().write(true).open("/proc/self/mem")?;
        memory.write_all_at(bytes, host_address(addr))
    };
    io_thread::run(write).is_ok_and(|written| written.is_ok())
}

/// Like [`read_if_mapped`], but asks the kernel to write the bytes into a pipe. Called on the I/O
/// thread.
fn read_by_pipe(addr: u64, length: usize) -> Option<Vec<u8>> {
    let (mut reader, writer) = std::io::pipe().ok()?;
    // SAFETY: the kernel checks the address; a pipe holds more than `mark::LONGEST` bytes.
    let written = unsafe { libc::write(writer.as_raw_fd(), host(addr).cast(), length) };
    drop(writer);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).ok()?;
    (usize::try_from(written) == Ok(length)).then_some(bytes)
}

/// Whether eight bytes of guest memory at `addr`, rounded down, can be read.
///
/// The kernel reads the set of signals before it refuses the invalid first argument.
pub fn is_readable(addr: u64) -> bool {
    const NO_SUCH_CHANGE: libc::c_int = !0;
    let aligned = host(addr - addr % 8).cast::<libc::sigset_t>();
    // SAFETY: the kernel checks the address, and changes nothing.
    let result = unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            NO_SUCH_CHANGE,
            aligned,
            std::ptr::null::<libc::sigset_t>(),
            8_usize,
        )
    };
    result == -1 && std::io::Error::last_os_error().raw_os_error() != Some(libc::EFAULT)
}

/// Writes `bytes` to guest memory at `addr`.
///
/// # Safety
///
/// The bytes are mapped. They are writable, or QEMU has write-protected their page because it holds
/// translated code; QEMU's fault handler then allows the write.
pub unsafe fn write(addr: u64, bytes: &[u8]) {
    // SAFETY: as in `read`.
    unsafe { copy(bytes.as_ptr(), host(addr), bytes.len()) }
}

/// Copies memory. Lengths of accesses are constants here, for which no function is called.
///
/// # Safety
///
/// As `std::ptr::copy_nonoverlapping`.
#[inline]
unsafe fn copy(from: *const u8, to: *mut u8, length: usize) {
    // SAFETY: the caller's.
    unsafe {
        match length {
            4 => std::ptr::copy_nonoverlapping(from, to, 4),
            8 => std::ptr::copy_nonoverlapping(from, to, 8),
            1 => std::ptr::copy_nonoverlapping(from, to, 1),
            _ => std::ptr::copy_nonoverlapping(from, to, length),
        }
    }
}

/// Returns the guest address at which the host's mapping that holds `addr` ends.
pub fn mapping_end(addr: u64) -> Option<u64> {
    let address = host(addr) as u64;
    let maps = io_thread::read("/proc/self/maps").ok()?;
    maps.lines().find_map(|line| {
        let (start, end) = line.split_once(' ')?.0.split_once('-')?;
        let start = u64::from_str_radix(start, 16).ok()?;
        let end = u64::from_str_radix(end, 16).ok()?;
        (start..end)
            .contains(&address)
            .then(|| addr + (end - address))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mapped_memory_is_read() {
        let text = *b"some bytes";
        let addr = guest_address(text.as_ptr() as u64);
        let pipe = |addr, length| io_thread::run(|| read_by_pipe(addr, length)).unwrap();
        assert_eq!(read_if_mapped(addr, 10).as_deref(), Some(&text[..]));
        assert_eq!(pipe(addr, 10).as_deref(), Some(&text[..]));
        let nothing = guest_address(8);
        assert_eq!(read_if_mapped(nothing, 10), None);
        assert_eq!(pipe(nothing, 10), None);
    }

    #[test]
    fn only_writable_memory_is_written() {
        let mut text = *b"some bytes";
        let addr = guest_address(text.as_mut_ptr() as u64);
        assert!(write_if_mapped(addr + 5, b"words"));
        assert_eq!(&std::hint::black_box(text), b"some words");
        static CONSTANT: [u8; 4] = *b"text";
        assert!(!write_if_mapped(
            guest_address(CONSTANT.as_ptr() as u64),
            b"t"
        ));
        assert!(!write_if_mapped(guest_address(8), b"t"));
    }
}
