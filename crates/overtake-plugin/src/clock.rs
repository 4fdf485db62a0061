//! The schedule's time: what the guest's clocks tell.
//!
//! It depends on nothing but the run. It advances with the instructions and system calls that run,
//! about as fast as the host's time does under this plugin, and jumps where all threads sleep. A
//! program that has slept for an hour finds an hour gone, and no time was lost.

use std::time::Instant;

/// How long an instruction takes, in nanoseconds.
const INSTRUCTION: u64 = 10;
/// How long a system call takes, in nanoseconds. So a thread that reads the clock until some time
/// ends, too.
const CALL: u64 = 1000;

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;

/// The start of a run by CLOCK_REALTIME: 2026-01-01 00:00:00 UTC.
const DATE: u64 = 1_767_225_600 * SECOND;
/// The start of a run by the clocks that count from the start of the machine.
const UPTIME: u64 = 1000 * SECOND;

/// The time since the start of the run, in nanoseconds.
pub type Time = u64;

/// A clock of the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// CLOCK_REALTIME, CLOCK_TAI and the coarse one.
    Date,
    /// CLOCK_MONOTONIC, CLOCK_BOOTTIME and those like them.
    Uptime,
    /// CLOCK_PROCESS_CPUTIME_ID.
    Process,
    /// CLOCK_THREAD_CPUTIME_ID.
    Thread,
}

impl Clock {
    /// Returns the clock of this number; `None` for those of other threads and of devices.
    pub fn of(number: u64) -> Option<Self> {
        match number as i32 {
            0 | 5 | 8 | 11 => Some(Self::Date),
            1 | 4 | 6 | 7 | 9 => Some(Self::Uptime),
            2 => Some(Self::Process),
            3 => Some(Self::Thread),
            _ => None,
        }
    }

    /// Returns what the clock tells at the start of the run.
    pub fn start(self) -> u64 {
        match self {
            Self::Date => DATE,
            Self::Uptime => UPTIME,
            Self::Process | Self::Thread => 0,
        }
    }
}

/// The state of the schedule's time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Passed {
    /// The system calls that have begun.
    calls: u64,
    /// The time for which all threads slept.
    slept: Time,
}

impl Passed {
    /// Counts a system call.
    pub fn call(&mut self) {
        self.calls += 1;
    }

    /// Returns the time, after so many instructions.
    pub fn now(&self, instructions: u64) -> Time {
        self.worked(instructions) + self.slept
    }

    /// Returns the processor time, after so many instructions.
    pub fn worked(&self, instructions: u64) -> Time {
        work(instructions, self.calls)
    }

    /// Lets the time advance to this one, if that is later.
    pub fn advance_to(&mut self, time: Time, instructions: u64) {
        self.slept += time.saturating_sub(self.now(instructions));
    }
}

/// Returns how long so many instructions and system calls take.
pub fn work(instructions: u64, calls: u64) -> Time {
    instructions
        .saturating_mul(INSTRUCTION)
        .saturating_add(calls * CALL)
}

/// A moment by both the schedule's time and the host's.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    time: Time,
    host: Instant,
}

impl Moment {
    /// Returns this moment of the host, at which the schedule's time is `time`.
    pub fn at(time: Time) -> Self {
        Self {
            time,
            host: Instant::now(),
        }
    }

    /// Returns the schedule's time now, if it has passed as on the host.
    pub fn time_by_host(&self) -> Time {
        let passed = u64::try_from(self.host.elapsed().as_nanos()).unwrap_or(Time::MAX);
        self.time.saturating_add(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_with_work_and_with_sleep() {
        let mut passed = Passed::default();
        assert_eq!(passed.now(0), 0);
        passed.call();
        assert_eq!(passed.now(5), CALL + 5 * INSTRUCTION);
        passed.advance_to(3600 * SECOND, 5);
        assert_eq!(passed.now(5), 3600 * SECOND);
        passed.advance_to(SECOND, 5);
        assert_eq!(passed.now(6), 3600 * SECOND + INSTRUCTION);
        assert_eq!(passed.worked(6), CALL + 6 * INSTRUCTION);
        assert!(Moment::at(7).time_by_host() >= 7);
    }

    #[test]
    fn clocks_have_their_numbers() {
        assert_eq!(Clock::of(libc::CLOCK_REALTIME as u64), Some(Clock::Date));
        assert_eq!(Clock::of(libc::CLOCK_BOOTTIME as u64), Some(Clock::Uptime));
        assert_eq!(Clock::of(-6_i64 as u64), None, "of a thread");
        assert!(Clock::Date.start() > Clock::Uptime.start());
    }
}
