//! Time-outs of message queues, semaphores and sockets.

use std::ffi::CString;
use std::io::{Error, Read};
use std::mem::zeroed;
use std::os::unix::net::UnixStream;
use std::ptr::null_mut;
use std::thread;
use std::time::Duration;

use overtake_guests::check::equal;

use crate::lasting::{A_BIT, HOUR, lasts};

/// The result of a call that failed: its error, below zero.
fn result(status: isize) -> isize {
    match status {
        -1 => -(Error::last_os_error().raw_os_error().unwrap() as isize),
        _ => status,
    }
}

/// A queue of one message of eight bytes.
struct Queue {
    queue: libc::mqd_t,
    name: CString,
}

impl Queue {
    fn new() -> Result<Self, String> {
        let name = CString::new(format!("/timing-{}", std::process::id())).unwrap();
        // SAFETY: the arguments are valid for the call.
        let queue = unsafe {
            let mut attributes: libc::mq_attr = zeroed();
            attributes.mq_maxmsg = 1;
            attributes.mq_msgsize = 8;
            let flags = libc::O_CREAT | libc::O_EXCL | libc::O_RDWR;
            libc::mq_open(name.as_ptr(), flags, 0o600, &raw const attributes)
        };
        match queue {
            -1 => Err(format!("mq_open: {}", Error::last_os_error())),
            _ => Ok(Self { queue, name }),
        }
    }

    fn unlink(&self) {
        // SAFETY: the name is valid for the call.
        unsafe { libc::mq_unlink(self.name.as_ptr()) };
    }

    /// Sends a message, or receives it, in at most so much time. The time is left as it was.
    fn within(&self, time: Duration, send: bool) -> Result<isize, String> {
        let mut message = [0_u8; 8];
        // SAFETY: the arguments are valid for the calls.
        unsafe {
            let mut moment: libc::timespec = zeroed();
            libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut moment);
            moment.tv_sec += time.as_secs().cast_signed();
            let before = moment;
            let message = message.as_mut_ptr().cast::<libc::c_char>();
            let status = if send {
                libc::mq_timedsend(self.queue, message, 8, 1, &raw const moment) as isize
            } else {
                libc::mq_timedreceive(self.queue, message, 8, null_mut(), &raw const moment)
            };
            let status = result(status);
            let seconds = |it: libc::timespec| (it.tv_sec, it.tv_nsec);
            equal("the time", seconds(moment), seconds(before))?;
            Ok(status)
        }
    }
}

/// A message queue that only this process has is empty or full for an hour.
pub fn message_queue() -> Result<String, String> {
    let queue = Queue::new()?;
    queue.unlink();
    let timed_out = -(libc::ETIMEDOUT as isize);
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            thread::sleep(3 * HOUR + HOUR / 2 + A_BIT);
            queue.within(HOUR, false)
        });
        let mut status = Vec::new();
        let mut took = Vec::new();
        // A message that nobody sends; one for which there is room; one for which there will be.
        for (send, time, duration) in [
            (false, HOUR, HOUR),
            (true, HOUR, Duration::ZERO),
            (true, HOUR, HOUR),
            (true, 9 * HOUR, HOUR + HOUR / 2),
        ] {
            took.push(lasts("a message", duration, || {
                status.push(queue.within(time, send));
            })?);
        }
        let status: Result<Vec<_>, _> = status.into_iter().collect();
        equal("results", &status?[..], &[timed_out, 0, timed_out, 0])?;
        equal("the other's result", other.join().unwrap()?, 8)?;
        Ok(format!("{took:?}"))
    })
}

/// A message comes through a queue that other processes may open.
pub fn named_queue() -> Result<String, String> {
    let queue = Queue::new()?;
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            thread::sleep(Duration::from_millis(10));
            queue.within(HOUR, true)
        });
        let received = queue.within(HOUR, false);
        queue.unlink();
        equal("results", (received?, other.join().unwrap()?), (8, 0))?;
        Ok("received".to_owned())
    })
}

/// Nobody raises a semaphore.
pub fn semaphores() -> Result<String, String> {
    let beside = thread::spawn(|| thread::sleep(5 * HOUR));
    let hour = libc::timespec {
        tv_sec: 3600,
        tv_nsec: 0,
    };
    let mut status = Vec::new();
    // SAFETY: the arguments are valid for the calls.
    let took = unsafe {
        let set = libc::semget(libc::IPC_PRIVATE, 1, 0o600);
        let mut lower: libc::sembuf = zeroed();
        lower.sem_op = -1;
        let took = lasts("a semaphore", HOUR, || {
            #[cfg(target_arch = "powerpc64")]
            let lowered = {
                const SEMTIMEDOP: i32 = 4;
                let (lower, hour) = (&raw mut lower, &raw const hour);
                libc::syscall(libc::SYS_ipc, SEMTIMEDOP, set, 1, 0, lower, hour)
            };
            #[cfg(not(target_arch = "powerpc64"))]
            let lowered = {
                let (lower, hour) = (&raw mut lower, &raw const hour);
                libc::syscall(libc::SYS_semtimedop, set, lower, 1, hour)
            };
            status.push(result(lowered as isize));
        });
        libc::semctl(set, 0, libc::IPC_RMID);
        took?
    };
    equal("results", &status[..], &[-(libc::EAGAIN as isize)])?;
    beside.join().unwrap();
    Ok(format!("{took:?}"))
}

/// A socket has a time-out, and the other one of the pair says nothing for two hours.
pub fn socket() -> Result<String, String> {
    let (mut left, mut right) = UnixStream::pair().unwrap();
    left.set_read_timeout(Some(HOUR)).unwrap();
    let beside = thread::spawn(move || {
        thread::sleep(2 * HOUR + HOUR / 2 + A_BIT);
        std::io::Write::write_all(&mut right, &[1]).unwrap();
    });
    let mut received = Vec::new();
    let mut took = Vec::new();
    for duration in [HOUR, HOUR, HOUR / 2] {
        took.push(lasts("a read", duration, || {
            let read = left.read(&mut [0]);
            received.push(read.map_err(|error| error.raw_os_error()));
        })?);
    }
    let timed_out = Err(Some(libc::EAGAIN));
    equal("results", &received[..], &[timed_out, timed_out, Ok(1)])?;
    beside.join().unwrap();
    Ok(format!("{took:?}"))
}
