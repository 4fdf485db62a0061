//! The time-out that a socket has for everyone who receives from it (SO_RCVTIMEO).
//!
//! The kernel reads it when a call begins (`sock_rcvtimeo` in include/net/sock.h). So the plugin can
//! change it for that moment, as it does with times in memory (`rewritten`).

use super::time_value::{SIZE, Unit};
use std::ffi::c_int;

/// The `struct timeval` of a socket.
pub type Value = [u8; SIZE];

/// Returns the time-out of a call that receives with these flags; `None` if it does not wait, or
/// waits for good.
pub fn of(socket: c_int, flags: u64) -> Option<(Value, u64)> {
    if flags as c_int & libc::MSG_DONTWAIT != 0 {
        return None;
    }
    let mut value = [0; SIZE];
    let mut length = SIZE as u32;
    // SAFETY: the value is valid for its length.
    let waits = unsafe {
        let value = value.as_mut_ptr().cast();
        let (level, option) = (libc::SOL_SOCKET, libc::SO_RCVTIMEO);
        libc::getsockopt(socket, level, option, value, &raw mut length) == 0
            && libc::fcntl(socket, libc::F_GETFL) & libc::O_NONBLOCK == 0
    };
    let time = Unit::Microseconds.decode(value)?;
    (waits && time != 0).then_some((value, time))
}

/// Sets it. Returns false if the kernel refuses.
pub fn set(socket: c_int, value: Value) -> bool {
    // SAFETY: the value is valid for its length.
    unsafe {
        let value = value.as_ptr().cast();
        let (level, option) = (libc::SOL_SOCKET, libc::SO_RCVTIMEO);
        libc::setsockopt(socket, level, option, value, SIZE as u32) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::time_value::pair;
    use super::*;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn a_socket_that_waits_has_one() {
        let (left, _right) = UnixStream::pair().unwrap();
        let socket = left.as_raw_fd();
        assert_eq!(of(socket, 0), None, "it waits for good");
        let value = pair(3, 8000);
        assert!(set(socket, value));
        assert_eq!(of(socket, 0), Some((value, 3_008_000_000)));
        assert_eq!(of(socket, libc::MSG_DONTWAIT as u64), None);
        left.set_nonblocking(true).unwrap();
        assert_eq!(of(socket, 0), None);
        assert!(of(-1, 0).is_none() && !set(-1, value));
    }
}
