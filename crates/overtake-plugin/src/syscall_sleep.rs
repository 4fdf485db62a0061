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
    /// `rt_sigtimedwait`: signals, their information, time. Another thread ends it, or the outside.
    SignalOrTime,
    /// `rt_sigsuspend`, `pause`: only a signal ends it.
    Signal,
    /// The descriptor is argument 0.
    Descriptor,
    /// Waits for a child or for another process.
    Process,
    /// `timer_settime`, `timerfd_settime`: flags are argument 1, the time is at argument 2.
    SetsTimer,
    /// `setitimer`: the time is at argument 1.
    SetsItimer,
    /// `alarm`: seconds.
    SetsAlarm,
    /// Another call that may sleep.
    Other,
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
        "read" | "readv" | "recv" | "recvfrom" | "recvmsg" | "recvmmsg" | "accept" | "accept4"
        | "connect" => Sleep::Descriptor,
        "wait4" | "waitid" | "waitpid" | "flock" | "msgrcv" | "semop" | "semtimedop"
        | "mq_timedreceive" => Sleep::Process,
        "timer_settime" | "timerfd_settime" => Sleep::SetsTimer,
        "setitimer" => Sleep::SetsItimer,
        "alarm" => Sleep::SetsAlarm,
        "epoll_pwait2" | "futex_waitv" | "io_getevents" => Sleep::Other,
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
