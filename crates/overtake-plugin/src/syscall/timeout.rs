//! Time-outs, taken from the host and given to the schedule.
//!
//! A call that may sleep until a time says so in memory, or in a register as milliseconds. The
//! plugin makes the kernel wait for good, by rewriting the time in memory for the moment in which
//! QEMU and the kernel read it, and ends the wait when the schedule's time has come (`interrupt`).
//! If the thread is the only one, nothing else can end its wait: the kernel sees a time-out of zero,
//! and the schedule's time jumps if the call then says that it has timed out.
//!
//! A register cannot be rewritten. So the thread first waits in a call of the plugin's own, without
//! a time-out, until a descriptor is ready or the schedule's time has come ([`Timeout::wait_first`]).
//! The guest's call, which comes after that, finds a descriptor ready, or sleeps and is ended too.
//! (If a signal ends the first wait, QEMU handles the signal before it makes the guest's call, and
//! then makes it: the guest sees no EINTR.)
//!
//! Where something outside of the process may end the wait of the only thread, the host's clock
//! decides, as it does without the plugin.

use super::time_value::{SIZE, Unit, host_time, pair};
use crate::clock::{Clock, Time};
use crate::engine::Engine;
use crate::guest_memory;
use crate::inputs;
use crate::interrupt::Ending;
use crate::syscall_sleep::Sleep;

const FUTEX_CLOCK_REALTIME: u64 = 256;
const FUTEX_COMMAND: u64 = 0x7f;
const TIMER_ABSTIME: u64 = 1;

/// So many seconds that no wait ends by itself: 126 years, and by the clocks the year 2223.
const FOR_GOOD: i64 = 4_000_000_000;
const NEVER: i64 = 8_000_000_000;

/// A time-out of a call, which has not come yet.
#[derive(Debug, Clone, Copy)]
pub struct Timeout {
    /// The schedule's time at which it comes.
    pub deadline: Time,
    /// How the call ends then.
    pub ending: Ending,
    place: Place,
    rest: Rest,
}

/// Where a time-out is.
#[derive(Debug, Clone, Copy)]
enum Place {
    Memory {
        addr: u64,
        original: [u8; SIZE],
        unit: Unit,
        /// The clock, if it is not a duration.
        clock: Option<Clock>,
    },
    Register,
}

/// Where a call writes how much of its time was left.
#[derive(Debug, Clone, Copy)]
enum Rest {
    Nowhere,
    /// There, if a signal ended it.
    IfInterrupted(u64),
    /// There, if it succeeds.
    IfDone(u64, Unit),
}

/// A call's time-out.
#[derive(Debug, Clone, Copy)]
pub enum Found {
    /// It has none, or the kernel refuses it.
    None,
    /// It has come already: the call does not sleep.
    Over,
    /// It has one.
    Some(Timeout),
    /// It has one that only the host keeps.
    Host,
}

/// Finds the time-out of a call.
pub fn find(engine: &Engine, sleep: Sleep, args: &[u64; 6]) -> Found {
    let ending = |result: i32| Ending {
        result: result.into(),
        clears_sets: false,
        restarts: None,
    };
    let clears_sets = Ending {
        clears_sets: true,
        ..ending(0)
    };
    let nanoseconds = Unit::Nanoseconds;
    let memory =
        |addr, unit, clock, ending, rest| in_memory(engine, addr, unit, clock, ending, rest);
    match sleep {
        Sleep::Nanosleep => {
            let rest = Rest::IfInterrupted(args[1]);
            memory(args[0], nanoseconds, None, ending(0), rest)
        }
        Sleep::ClockNanosleep => {
            let clock = match Clock::of(args[0]) {
                Some(clock @ (Clock::Date | Clock::Uptime)) => clock,
                _ => return Found::Host,
            };
            let (clock, rest) = match args[1] & TIMER_ABSTIME {
                0 => (None, Rest::IfInterrupted(args[3])),
                _ => (Some(clock), Rest::Nowhere),
            };
            memory(args[2], nanoseconds, clock, ending(0), rest)
        }
        Sleep::Futex => {
            let clock = match args[1] & FUTEX_CLOCK_REALTIME {
                0 => Clock::Uptime,
                _ => Clock::Date,
            };
            let timed_out = ending(-libc::ETIMEDOUT);
            let restarted = Ending {
                restarts: Some((libc::SYS_futex, guest_memory::host_address(args[0]))),
                ..timed_out
            };
            let (clock, ending) = match args[1] & FUTEX_COMMAND {
                // FUTEX_WAIT, WAIT_BITSET, LOCK_PI, LOCK_PI2.
                0 => (None, timed_out),
                9 => (Some(clock), timed_out),
                6 => (Some(Clock::Date), restarted),
                13 => (Some(clock), restarted),
                // FUTEX_WAIT_REQUEUE_PI.
                11 if args[3] != 0 => return Found::Host,
                _ => return Found::None,
            };
            memory(args[3], nanoseconds, clock, ending, Rest::Nowhere)
        }
        Sleep::SignalOrTime => memory(
            args[2],
            nanoseconds,
            None,
            ending(-libc::EAGAIN),
            Rest::Nowhere,
        ),
        Sleep::Ppoll => {
            let rest = Rest::IfDone(args[2], nanoseconds);
            memory(args[2], nanoseconds, None, ending(0), rest)
        }
        Sleep::Pselect => {
            let rest = Rest::IfDone(args[4], nanoseconds);
            memory(args[4], nanoseconds, None, clears_sets, rest)
        }
        Sleep::Select => {
            let unit = Unit::Microseconds;
            memory(
                args[4],
                unit,
                None,
                clears_sets,
                Rest::IfDone(args[4], unit),
            )
        }
        Sleep::Poll => in_register(engine, args[2], ending(0)),
        Sleep::Epoll => in_register(engine, args[3], ending(0)),
        // The plugin's own wait would need the mask.
        Sleep::EpollPwait if args[4] != 0 && args[3] as i32 > 0 => Found::Host,
        Sleep::EpollPwait => in_register(engine, args[3], ending(0)),
        Sleep::Other => Found::Host,
        Sleep::Signal
        | Sleep::Descriptor
        | Sleep::Process
        | Sleep::SetsTimer
        | Sleep::SetsItimer
        | Sleep::SetsAlarm => Found::None,
    }
}

fn in_register(engine: &Engine, milliseconds: u64, ending: Ending) -> Found {
    match u64::try_from(milliseconds as i32) {
        Err(_) => Found::None,
        Ok(0) => Found::Over,
        Ok(milliseconds) => Found::Some(Timeout {
            deadline: engine.now() + milliseconds * 1_000_000,
            ending,
            place: Place::Register,
            rest: Rest::Nowhere,
        }),
    }
}

fn in_memory(
    engine: &Engine,
    addr: u64,
    unit: Unit,
    clock: Option<Clock>,
    ending: Ending,
    rest: Rest,
) -> Found {
    let Some(original) = (addr != 0)
        .then(|| guest_memory::read_if_mapped(addr, SIZE))
        .flatten()
    else {
        return Found::None;
    };
    let original = original.try_into().unwrap_or([0; SIZE]);
    let Some(time) = unit.decode(original) else {
        return Found::None;
    };
    let deadline = match clock {
        None if time == 0 => return Found::Over,
        None => engine.now().saturating_add(time),
        Some(clock) => time.saturating_sub(clock.start()),
    };
    Found::Some(Timeout {
        deadline,
        ending,
        place: Place::Memory {
            addr,
            original,
            unit,
            clock,
        },
        rest,
    })
}

impl Timeout {
    /// Makes the kernel wait for good, or not at all if the time has come. Returns false if the
    /// memory with the time cannot be written: then the host keeps the time.
    pub fn take_from_kernel(&self, engine: &mut Engine) -> bool {
        let over = self.deadline <= engine.now();
        let Place::Memory {
            addr,
            original,
            clock,
            ..
        } = self.place
        else {
            return true;
        };
        let bytes = match clock {
            _ if over => pair(0, 0),
            None => pair(FOR_GOOD, 0),
            Some(_) => pair(NEVER, 0),
        };
        engine.rewritten.rewrite(addr, original.to_vec(), &bytes)
    }

    /// Makes the kernel return at once, where only the time can end the wait. Returns false if the
    /// call sleeps by the host's clock.
    pub fn ends_at_once(&self, engine: &mut Engine) -> bool {
        let Place::Memory { addr, original, .. } = self.place else {
            return false;
        };
        engine
            .rewritten
            .rewrite(addr, original.to_vec(), &pair(0, 0))
    }

    /// Lets the host keep the time of a wait that the outside may end: what is told by the guest's
    /// clock becomes a time of the host's.
    pub fn give_to_host(&self, engine: &mut Engine) {
        if let Place::Memory {
            addr,
            original,
            unit,
            clock: Some(clock),
        } = self.place
        {
            let time = host_time(clock, self.deadline.saturating_sub(engine.now()));
            engine
                .rewritten
                .rewrite(addr, original.to_vec(), &unit.encode(time));
        }
    }

    /// Waits as the call does, but without a time-out that the kernel keeps, if the call's own is in
    /// a register.
    pub fn wait_first(&self, sleep: Sleep, args: &[u64; 6]) {
        if !matches!(self.place, Place::Register) {
            return;
        }
        let mut descriptors = match sleep {
            Sleep::Poll => inputs::poll_descriptors(args[0], args[1]),
            _ => {
                let mut epoll = vec![0; 8];
                epoll[..4].copy_from_slice(&(args[0] as i32).to_le_bytes());
                epoll[4..6].copy_from_slice(&libc::POLLIN.to_le_bytes());
                Some(epoll)
            }
        };
        if let Some(descriptors) = &mut descriptors {
            // SAFETY: each eight bytes are a `pollfd`, which the kernel does not need aligned.
            unsafe {
                libc::syscall(
                    libc::SYS_ppoll,
                    descriptors.as_mut_ptr(),
                    descriptors.len() / 8,
                    std::ptr::null::<libc::timespec>(),
                    std::ptr::null::<libc::sigset_t>(),
                    8_usize,
                );
            }
        }
    }

    /// Whether a call with this result has timed out.
    pub fn has_come(&self, result: i64) -> bool {
        result == self.ending.result
    }

    /// Writes how much time was left, as the kernel would have, after the call has returned.
    pub fn write_rest(&self, engine: &mut Engine, result: i64) {
        let (addr, unit) = match self.rest {
            Rest::IfInterrupted(addr) if result == -i64::from(libc::EINTR) => {
                (addr, Unit::Nanoseconds)
            }
            Rest::IfDone(addr, unit) if result >= 0 => (addr, unit),
            _ => return,
        };
        let rest = unit.encode(self.deadline.saturating_sub(engine.now()));
        if addr != 0 && guest_memory::write_if_mapped(addr, &rest) {
            engine.resynchronise();
        }
    }
}

/// Rewrites the absolute time of a timer, which the guest has read from its clocks, to the host's.
pub fn timer_by_host(engine: &mut Engine, args: &[u64; 6]) {
    if args[1] & TIMER_ABSTIME == 0 {
        return;
    }
    // `struct itimerspec`: the interval, the time.
    let addr = args[2].wrapping_add(SIZE as u64);
    let Some(original) = guest_memory::read_if_mapped(addr, SIZE) else {
        return;
    };
    let time = original
        .clone()
        .try_into()
        .ok()
        .and_then(|it| Unit::Nanoseconds.decode(it));
    // The clock was named when the timer was made. No clock that counts from the start of the
    // machine has come near a date.
    let clock = match time {
        None | Some(0) => return,
        Some(time) if time >= Clock::Date.start() => Clock::Date,
        Some(_) => Clock::Uptime,
    };
    let start = time.unwrap_or_default().saturating_sub(clock.start());
    let time = host_time(clock, start.saturating_sub(engine.now()));
    engine
        .rewritten
        .rewrite(addr, original, &Unit::Nanoseconds.encode(time));
}
