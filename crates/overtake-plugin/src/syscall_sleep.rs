//! The system calls that may sleep: what they wait for, and where their time-outs are.

/// A system call that may sleep, or that sets a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sleep {
    /// `futex`: another thread ends it.
    Futex,
    /// `nanosleep`: the duration is at argument 0, the rest is written to argument 1.
    Nanosleep,
    /// `clock_nanosleep`: clock, flags, time, rest.
    ClockNanosleep,
    /// `poll`: descriptors, their number, milliseconds.
    Poll,
    /// `ppoll`: descriptors, their number, time.
    Ppoll,
    /// `select`: number of descriptors, three sets, time in microseconds.
    Select,
    /// `pselect6`: the same with nanoseconds.
    Pselect,
    /// `epoll_wait`: descriptor, events, their number, milliseconds.
    Epoll,
    /// `epoll_pwait`: the same, and a mask of signals.
    EpollPwait,
    /// `epoll_pwait2`: the same, with the time in memory.
    EpollPwait2,
    /// `futex_waitv`: words, their number, flags, the moment, its clock.
    FutexWords,
    /// `io_getevents`, `io_pgetevents`: the time is at argument 4.
    IoEvents,
    /// `mq_timedsend`, `mq_timedreceive`: the descriptor is argument 0, the moment is at argument 4.
    MessageQueue,
    /// `semtimedop`: the set, operations, their number, time.
    Semaphores,
    /// `rt_sigtimedwait`: signals, their information, time. Another thread ends it, or the outside.
    SignalOrTime,
    /// `rt_sigsuspend`, `pause`: only a signal ends it.
    Signal,
    /// `connect`: the descriptor is argument 0.
    Connect,
    /// Reads from the descriptor that is argument 0, or receives or accepts, if it is a socket.
    Receives {
        /// The argument with the flags, if it has any.
        flags: Option<usize>,
    },
    /// Waits for a child or for another process.
    Process,
    /// `timer_settime`, `timerfd_settime`: flags are argument 1, the time is at argument 2.
    SetsTimer,
    /// `setitimer`: the time is at argument 1.
    SetsItimer,
    /// `alarm`: seconds.
    SetsAlarm,
}

impl Sleep {
    /// Whether the call does not sleep, but sets a timer.
    pub fn sets_timer(self) -> bool {
        matches!(self, Self::SetsTimer | Self::SetsItimer | Self::SetsAlarm)
    }
}

/// Returns the one of this name.
pub fn of_name(name: &str) -> Option<Sleep> {
    Some(match name {
        "futex" => Sleep::Futex,
        "nanosleep" => Sleep::Nanosleep,
        "clock_nanosleep" => Sleep::ClockNanosleep,
        "poll" => Sleep::Poll,
        "ppoll" => Sleep::Ppoll,
        "select" | "_newselect" => Sleep::Select,
        "pselect6" => Sleep::Pselect,
        "epoll_wait" => Sleep::Epoll,
        "epoll_pwait" => Sleep::EpollPwait,
        "rt_sigtimedwait" => Sleep::SignalOrTime,
        "pause" | "rt_sigsuspend" | "sigsuspend" => Sleep::Signal,
        "epoll_pwait2" => Sleep::EpollPwait2,
        "futex_waitv" => Sleep::FutexWords,
        "io_getevents" | "io_pgetevents" => Sleep::IoEvents,
        "mq_timedsend" | "mq_timedreceive" => Sleep::MessageQueue,
        "semtimedop" => Sleep::Semaphores,
        "connect" => Sleep::Connect,
        "read" | "readv" | "accept" | "accept4" => Sleep::Receives { flags: None },
        "recv" | "recvfrom" | "recvmmsg" => Sleep::Receives { flags: Some(3) },
        "recvmsg" => Sleep::Receives { flags: Some(2) },
        "wait4" | "waitid" | "waitpid" | "flock" | "msgsnd" | "msgrcv" | "semop" => Sleep::Process,
        "timer_settime" | "timerfd_settime" => Sleep::SetsTimer,
        "setitimer" => Sleep::SetsItimer,
        "alarm" => Sleep::SetsAlarm,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_that_sleeps_is_known() {
        let sleeps = [
            "futex",
            "poll",
            "read",
            "wait4",
            "epoll_pwait2",
            "rt_sigsuspend",
        ];
        assert!(sleeps.iter().all(|name| of_name(name).is_some()));
        assert_eq!(of_name("write"), None);
    }
}
