//! Where a system call gets its input from, if that is outside of the process.
//!
//! What threads of one process tell each other through pipes, pairs of sockets and event counters
//! repeats with the run. What comes from outside does not, and takes the time that it takes. A
//! descriptor that is not understood counts as leading outside.

use crate::guest_memory;
use crate::io_thread;
use overtake_report::input::Input;
use std::fs;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// The inodes of the pipes that the process has inherited, with their devices.
static INHERITED: OnceLock<Vec<(u64, u64)>> = OnceLock::new();

/// Notes what the process has inherited. Called before guest code runs.
pub fn note_inherited() {
    let _ = INHERITED.get_or_init(|| {
        let open = fs::read_dir("/proc/self/fd").into_iter().flatten();
        let number = |it: fs::DirEntry| it.file_name().to_str()?.parse().ok();
        let numbers: Vec<i32> = open.flatten().filter_map(number).collect();
        let pipe = |it: i32| status(it).filter(is_pipe).map(|it| (it.st_dev, it.st_ino));
        numbers.into_iter().filter_map(pipe).collect()
    });
}

fn status(descriptor: i32) -> Option<libc::stat> {
    let mut status = MaybeUninit::uninit();
    // SAFETY: the call sets `status` if it succeeds.
    unsafe {
        let found = libc::fstat(descriptor, status.as_mut_ptr()) == 0;
        found.then(|| status.assume_init())
    }
}

fn is_pipe(status: &libc::stat) -> bool {
    status.st_mode & libc::S_IFMT == libc::S_IFIFO
}

/// Returns the descriptors of a `poll`, eight bytes each, if they can be read.
pub fn poll_descriptors(addr: u64, number: u64) -> Option<Vec<u8>> {
    const MOST: u64 = 1 << 20;
    match number {
        0 => Some(Vec::new()),
        _ if number > MOST => None,
        _ => guest_memory::read_if_mapped(addr, number as usize * 8),
    }
}

/// Returns what a descriptor of the calling thread leads to, if that is outside of the process.
pub fn of_descriptor(descriptor: i32) -> Option<Input> {
    // A bad one makes the call fail at once.
    let status = status(descriptor)?;
    match status.st_mode & libc::S_IFMT {
        libc::S_IFREG if is_message_queue(descriptor) => {
            // No process can open one that has been unlinked.
            let name = link(descriptor);
            let mine = name.is_some_and(|name| name.ends_with(" (deleted)"));
            (!mine).then_some(Input::Process)
        }
        libc::S_IFREG | libc::S_IFDIR | libc::S_IFLNK | libc::S_IFBLK => None,
        libc::S_IFIFO => {
            let inherited = INHERITED.get().map_or(&[][..], Vec::as_slice);
            let name = link(descriptor);
            let is_anonymous = name.is_some_and(|name| name.starts_with("pipe:"));
            let mine = is_anonymous && !inherited.contains(&(status.st_dev, status.st_ino));
            (!mine).then_some(Input::Pipe)
        }
        libc::S_IFSOCK => (!is_half_of_a_pair(descriptor)).then_some(Input::Socket),
        libc::S_IFCHR => {
            let is_null = link(descriptor).is_some_and(|name| name == "/dev/null");
            (!is_null).then_some(Input::Device)
        }
        _ => match link(descriptor).as_deref() {
            Some("anon_inode:[eventfd]") => None,
            Some("anon_inode:[timerfd]") => Some(Input::Timer),
            Some("anon_inode:[eventpoll]") => of_epoll(descriptor),
            _ => Some(Input::Events),
        },
    }
}

/// Whether a descriptor that looks like a file's is that of a message queue.
fn is_message_queue(descriptor: i32) -> bool {
    /// MQUEUE_MAGIC in ipc/mqueue.c.
    const MAGIC: libc::__fsword_t = 0x1980_0202;
    let mut status = MaybeUninit::uninit();
    // SAFETY: the call sets `status` if it succeeds.
    unsafe {
        libc::fstatfs(descriptor, status.as_mut_ptr()) == 0 && status.assume_init().f_type == MAGIC
    }
}

fn link(descriptor: i32) -> Option<String> {
    let path = fs::read_link(format!("/proc/self/fd/{descriptor}")).ok()?;
    path.into_os_string().into_string().ok()
}

/// Returns the first input from outside that an `epoll` descriptor waits for.
fn of_epoll(descriptor: i32) -> Option<Input> {
    // SAFETY: no preconditions.
    let tid = unsafe { libc::gettid() };
    let path = format!("/proc/self/task/{tid}/fdinfo/{descriptor}");
    let Ok(text) = io_thread::read(&path) else {
        return Some(Input::Events);
    };
    let target = |line: &str| {
        let rest = line.strip_prefix("tfd:")?;
        rest.split_whitespace().next()?.parse().ok()
    };
    let mut targets = text.lines().filter_map(target);
    // Not an `epoll` in an `epoll`: these may form a long chain.
    targets.find_map(|it: i32| match link(it).as_deref() {
        Some("anon_inode:[eventpoll]") => Some(Input::Events),
        _ => of_descriptor(it),
    })
}

/// Returns what a set of semaphores leads to, if that is outside of the process.
pub fn of_semaphores(set: i32) -> Option<Input> {
    let mut status = MaybeUninit::<libc::semid_ds>::uninit();
    // SAFETY: the call sets `status` if it succeeds.
    let found = unsafe {
        let command = libc::IPC_STAT;
        (libc::semctl(set, 0, command, status.as_mut_ptr()) == 0).then(|| status.assume_init())
    };
    // No process finds one without a key.
    let mine = found.is_some_and(|it| it.sem_perm.__key == libc::IPC_PRIVATE);
    (!mine).then_some(Input::Process)
}

/// Whether a socket comes from `socketpair`: neither it nor its peer has a name.
fn is_half_of_a_pair(descriptor: i32) -> bool {
    let unnamed = |ask: unsafe extern "C" fn(i32, *mut libc::sockaddr, *mut u32) -> i32| {
        let mut name = MaybeUninit::<libc::sockaddr_un>::zeroed();
        let mut length = size_of::<libc::sockaddr_un>() as u32;
        // SAFETY: `name` is valid for `length` bytes, and zeros are a valid name.
        unsafe {
            let status = ask(descriptor, name.as_mut_ptr().cast(), &raw mut length);
            let family = name.assume_init().sun_family;
            status == 0
                && i32::from(family) == libc::AF_UNIX
                && length as usize == size_of::<libc::sa_family_t>()
        }
    };
    unnamed(libc::getsockname) && unnamed(libc::getpeername)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io;
    use std::net::TcpListener;
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
    use std::os::unix::net::{UnixListener, UnixStream};

    fn of(file: &impl AsRawFd) -> Option<Input> {
        of_descriptor(file.as_raw_fd())
    }

    #[test]
    fn what_threads_tell_each_other_is_inside() {
        let (reader, _writer) = io::pipe().unwrap();
        let (left, right) = UnixStream::pair().unwrap();
        // SAFETY: the descriptor is new.
        let event = unsafe { OwnedFd::from_raw_fd(libc::eventfd(0, libc::EFD_CLOEXEC)) };
        assert_eq!((of(&reader), of(&left), of(&event)), (None, None, None));
        assert_eq!(of(&File::open("/proc/self/maps").unwrap()), None);
        assert_eq!(of(&File::open("/dev/null").unwrap()), None);
        assert_eq!(of_descriptor(-1), None);
        drop(right);
    }

    #[test]
    fn semaphores_without_a_key_are_inside() {
        // SAFETY: no preconditions.
        unsafe {
            let set = libc::semget(libc::IPC_PRIVATE, 1, 0o600);
            assert_eq!(of_semaphores(set), None);
            libc::semctl(set, 0, libc::IPC_RMID);
        }
        assert_eq!(of_semaphores(-1), Some(Input::Process));
    }

    #[test]
    fn a_message_queue_without_a_name_is_inside() {
        let name = std::ffi::CString::new(format!("/inputs-{}", std::process::id())).unwrap();
        // SAFETY: the name is valid for the calls, and the descriptor is new.
        let (queue, named) = unsafe {
            let flags = libc::O_CREAT | libc::O_RDWR | libc::O_CLOEXEC;
            let none = std::ptr::null::<libc::mq_attr>();
            let queue = libc::mq_open(name.as_ptr(), flags, 0o600, none);
            let queue = OwnedFd::from_raw_fd(queue);
            let named = of(&queue);
            libc::mq_unlink(name.as_ptr());
            (queue, named)
        };
        assert_eq!((named, of(&queue)), (Some(Input::Process), None));
    }

    #[test]
    fn the_rest_is_outside() {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let folder = std::env::temp_dir().join(format!("inputs-{}", std::process::id()));
        let unix = UnixListener::bind(&folder).unwrap();
        assert_eq!(
            (of(&tcp), of(&unix)),
            (Some(Input::Socket), Some(Input::Socket))
        );
        fs::remove_file(folder).unwrap();
        assert_eq!(of(&File::open("/dev/zero").unwrap()), Some(Input::Device));
        // SAFETY: the descriptors are new.
        unsafe {
            let timer = libc::timerfd_create(libc::CLOCK_MONOTONIC, 0);
            let timer = OwnedFd::from_raw_fd(timer);
            assert_eq!(of(&timer), Some(Input::Timer));
            let epoll = OwnedFd::from_raw_fd(libc::epoll_create1(0));
            assert_eq!(of(&epoll), None, "it waits for nothing");
            let mut event = libc::epoll_event { events: 1, u64: 0 };
            let (epoll_fd, fd) = (epoll.as_raw_fd(), tcp.as_raw_fd());
            libc::epoll_ctl(epoll_fd, libc::EPOLL_CTL_ADD, fd, &raw mut event);
            // The I/O thread of the tests may share no descriptors; it reads those of this thread.
            assert_eq!(of(&epoll), Some(Input::Socket));
        }
    }
}
