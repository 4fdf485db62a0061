//! Times as the kernel reads and writes them.

use crate::clock::{Clock, SECOND, Time};
use std::time::{Duration, SystemTime};

/// The bytes of a `timespec` or `timeval`.
pub const SIZE: usize = 16;

/// The unit of the second member.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// `timespec`.
    Nanoseconds,
    /// `timeval`.
    Microseconds,
}

impl Unit {
    fn nanoseconds(self) -> u64 {
        match self {
            Self::Nanoseconds => 1,
            Self::Microseconds => 1000,
        }
    }

    /// Returns the time in nanoseconds; `None` if the kernel refuses it.
    pub fn decode(self, bytes: [u8; SIZE]) -> Option<u64> {
        let [seconds, parts] =
            [&bytes[..8], &bytes[8..]].map(|it| it.try_into().map_or(0, u64::from_le_bytes));
        let parts = parts.checked_mul(self.nanoseconds())?;
        // The kernel takes a `timeval` with more than a second in its second member.
        let fits = i64::try_from(seconds).is_ok() && parts < SECOND;
        fits.then(|| seconds.saturating_mul(SECOND).saturating_add(parts))
    }

    /// Returns the structure of this time, in nanoseconds.
    pub fn encode(self, time: u64) -> [u8; SIZE] {
        let (seconds, parts) = (time / SECOND, time % SECOND / self.nanoseconds());
        pair(seconds as i64, parts as i64)
    }
}

/// Returns a structure of two words.
pub fn pair(first: i64, second: i64) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    bytes[..8].copy_from_slice(&first.to_le_bytes());
    bytes[8..].copy_from_slice(&second.to_le_bytes());
    bytes
}

/// Returns what the host's clock will tell after so much time.
pub fn host_time(clock: Clock, after: Time) -> u64 {
    let now = match clock {
        Clock::Date => SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default(),
        _ => {
            let mut time = libc::timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            // SAFETY: `time` is valid for the call.
            unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
            Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
        }
    };
    u64::try_from(now.as_nanos()).map_or(u64::MAX, |now| now.saturating_add(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_kernel_reads_them() {
        let of = |unit: Unit, seconds, parts| unit.decode(pair(seconds, parts));
        assert_eq!(of(Unit::Nanoseconds, 2, 5), Some(2 * SECOND + 5));
        assert_eq!(of(Unit::Microseconds, 0, 5), Some(5000));
        assert_eq!(of(Unit::Nanoseconds, i64::MAX, 0), Some(u64::MAX));
        for (seconds, parts) in [(-1, 0), (0, -1), (0, 1_000_000_000)] {
            assert_eq!(of(Unit::Nanoseconds, seconds, parts), None);
        }
        assert_eq!(Unit::Microseconds.encode(2 * SECOND + 5999), pair(2, 5));
        assert!(host_time(Clock::Date, 7) > host_time(Clock::Uptime, 7));
    }
}
