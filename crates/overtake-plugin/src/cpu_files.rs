//! The files that say how many CPUs there are, made equal on every host when the guest opens them.
//!
//! C libraries and thread pools count CPUs in `/proc` and `/sys`, and size their pools and arenas by
//! what they find. The plugin replaces the file behind the descriptor, right after the guest has
//! opened it, by a file in memory that tells of as many CPUs as `sched_getaffinity` does. It goes by
//! the file that the kernel opened. So it does not matter how the guest has written the path, and
//! the path in guest memory stays as it is. (QEMU 8 and later open a file of their own for
//! `/proc/cpuinfo`, if the guest writes it just so. Then the path decides.)
//!
//! Directories are the host's: `/sys/devices/system/cpu` still lists the host's CPUs.

use crate::guest_memory;
use arch::Arch;
use std::ffi::CStr;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::{Path, PathBuf};

/// Replaces the file that the guest has opened, if it tells of CPUs. `name` is the address of the name
/// that the guest gave.
pub fn opened(arch: Arch, cpus: u32, name: u64, descriptor: u64) {
    let Ok(descriptor) = i32::try_from(descriptor) else {
        return;
    };
    let path = std::fs::read_link(format!("/proc/self/fd/{descriptor}"));
    // QEMU 8 and later open a file of their own if the guest opens exactly this one.
    let path = path.map(|path| {
        if path.to_string_lossy().contains("qemu-open") && is(name, c"/proc/cpuinfo") {
            PathBuf::from("/proc/cpuinfo")
        } else {
            path
        }
    });
    if let Some(text) = path.ok().and_then(|path| text(arch, cpus, &path)) {
        // Without a free descriptor the guest reads the host's file.
        let _ = replace(descriptor, &text);
    }
}

/// Whether this is the name at a guest address.
fn is(addr: u64, name: &CStr) -> bool {
    let name = name.to_bytes_with_nul();
    guest_memory::read_if_mapped(addr, name.len()).is_some_and(|it| it == name)
}

/// Puts a file with this text behind the guest's descriptor.
fn replace(descriptor: i32, text: &str) -> io::Result<()> {
    // SAFETY: the name ends in NUL.
    let file = unsafe { libc::memfd_create(c"cpus".as_ptr(), libc::MFD_CLOEXEC) };
    if file == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new, and nobody else has it.
    let mut file = unsafe { File::from_raw_fd(file) };
    if !may_write(text.len()) {
        return Ok(());
    }
    file.write_all(text.as_bytes())?;
    file.rewind()?;
    // SAFETY: the guest has just opened the descriptor; no other guest thread has run since.
    unsafe {
        let flags = libc::fcntl(descriptor, libc::F_GETFD);
        let cloexec = if flags & libc::FD_CLOEXEC == 0 {
            0
        } else {
            libc::O_CLOEXEC
        };
        libc::dup3(file.as_raw_fd(), descriptor, cloexec);
    }
    Ok(())
}

/// Whether the guest's limit lets a file have this length. Beyond it, the kernel sends a signal.
fn may_write(length: usize) -> bool {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the call sets `limit`.
    unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) };
    limit.rlim_cur >= length as u64
}

/// Returns what a file says on a machine with so many CPUs, if it tells of CPUs.
fn text(arch: Arch, cpus: u32, path: &Path) -> Option<String> {
    let list = match cpus {
        1 => "0\n".to_owned(),
        _ => format!("0-{}\n", cpus - 1),
    };
    match path.to_str()? {
        "/proc/cpuinfo" => Some(cpuinfo(arch, cpus)),
        "/proc/stat" => Some(stat(cpus)),
        "/sys/devices/system/cpu/online"
        | "/sys/devices/system/cpu/possible"
        | "/sys/devices/system/cpu/present"
        | "/sys/devices/system/node/node0/cpulist" => Some(list),
        "/sys/devices/system/cpu/offline" | "/sys/devices/system/cpu/isolated" => {
            Some("\n".to_owned())
        }
        path if path.starts_with("/sys/fs/cgroup/") => match path.rsplit('/').next()? {
            "cpu.max" => Some("max 100000\n".to_owned()),
            "cpu.cfs_quota_us" => Some("-1\n".to_owned()),
            "cpuset.cpus.effective" | "cpuset.effective_cpus" | "cpuset.cpus" => Some(list),
            _ => None,
        },
        _ => None,
    }
}

/// Returns `/proc/cpuinfo`: the lines that programs look for.
fn cpuinfo(arch: Arch, cpus: u32) -> String {
    let mut text = String::new();
    for cpu in 0..cpus {
        let _ = writeln!(text, "processor\t: {cpu}");
        text += match arch {
            Arch::AArch64 => "BogoMIPS\t: 200.00\nCPU architecture: 8\n\n",
            Arch::Ppc64le => {
                "cpu\t\t: POWER9 (architected), altivec supported\nclock\t\t: 1000.000000MHz\n\n"
            }
            Arch::Riscv64 => "isa\t\t: rv64imafdc\nmmu\t\t: sv48\n\n",
            Arch::X86_64 => "vendor_id\t: GenuineIntel\nmodel name\t: QEMU Virtual CPU\n",
        };
        if arch == Arch::X86_64 {
            let _ = writeln!(
                text,
                "cpu MHz\t\t: 1000.000\nphysical id\t: 0\nsiblings\t: {cpus}\ncore id\t\t: {cpu}\n\
                 cpu cores\t: {cpus}\n"
            );
        }
    }
    if arch == Arch::Ppc64le {
        text += "timebase\t: 512000000\n";
    }
    text
}

/// Returns `/proc/stat` of a machine that has done nothing but idle.
fn stat(cpus: u32) -> String {
    let counts = |number| format!("0 0 0 {} 0 0 0 0 0 0", 100 * number);
    let mut text = format!("cpu  {}\n", counts(cpus));
    for cpu in 0..cpus {
        let _ = writeln!(text, "cpu{cpu} {}", counts(1));
    }
    text + "intr 0\nctxt 0\nbtime 0\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::IntoRawFd;

    #[test]
    fn each_file_tells_of_as_many_cpus() {
        let of = |path: &str| text(Arch::Ppc64le, 3, Path::new(path));
        assert_eq!(of("/sys/devices/system/cpu/online").unwrap(), "0-2\n");
        assert_eq!(
            of("/sys/fs/cgroup/a/b/cpu.max").as_deref(),
            Some("max 100000\n")
        );
        let stat = of("/proc/stat").unwrap();
        assert_eq!(stat.lines().filter(|it| it.starts_with("cpu")).count(), 4);
        let none = ["/proc/self/stat", "/sys/fs/cgroup/memory.max", "/cpu.max"];
        assert!(none.iter().all(|path| of(path).is_none()));
        let one = text(
            Arch::X86_64,
            1,
            Path::new("/sys/devices/system/cpu/possible"),
        );
        assert_eq!(one.as_deref(), Some("0\n"));
        for arch in Arch::ALL {
            let info = text(arch, 5, Path::new("/proc/cpuinfo")).unwrap();
            let processors = info.lines().filter(|it| it.starts_with("processor\t: "));
            assert_eq!(processors.count(), 5, "{info}");
        }
    }

    #[test]
    fn the_descriptor_stays_and_its_file_changes() {
        let open = File::open("/proc/cpuinfo").unwrap().into_raw_fd();
        opened(Arch::AArch64, 2, 0, open as u64);
        // SAFETY: the test owns the descriptor.
        let mut file = unsafe { File::from_raw_fd(open) };
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, cpuinfo(Arch::AArch64, 2));
        // SAFETY: no preconditions.
        let flags = unsafe { libc::fcntl(open, libc::F_GETFD) };
        assert_eq!(flags, libc::FD_CLOEXEC);
    }
}
