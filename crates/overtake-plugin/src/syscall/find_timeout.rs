//! The time-out of each call that may sleep: where it is, and how the call ends when it has come.

use super::socket_timeout;
use super::time_value::{SIZE, Unit};
use super::timeout::{Place, Rest, Timeout};
use crate::clock::Clock;
use crate::engine::Engine;
use crate::guest_memory;
use crate::interrupt::Ending;
use crate::syscall_sleep::Sleep;

const FUTEX_CLOCK_REALTIME: u64 = 256;
const FUTEX_COMMAND: u64 = 0x7f;
const TIMER_ABSTIME: u64 = 1;

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
        drops_time_out: None,
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
                // FUTEX_WAIT_REQUEUE_PI. Once the thread is requeued, the kernel says EAGAIN.
                11 => (Some(clock), restarted),
                _ => return Found::None,
            };
            memory(args[3], nanoseconds, clock, ending, Rest::Nowhere)
        }
        Sleep::FutexWords => {
            let clock = match args[4] {
                0 => Clock::Date,
                _ => Clock::Uptime,
            };
            let timed_out = ending(-libc::ETIMEDOUT);
            memory(args[3], nanoseconds, Some(clock), timed_out, Rest::Nowhere)
        }
        Sleep::MessageQueue => {
            let timed_out = ending(-libc::ETIMEDOUT);
            let clock = Some(Clock::Date);
            memory(args[4], nanoseconds, clock, timed_out, Rest::AsItWas)
        }
        Sleep::Semaphores => {
            let timed_out = ending(-libc::EAGAIN);
            match memory(args[3], nanoseconds, None, timed_out, Rest::Nowhere) {
                // Its EAGAIN may not be that of a time-out.
                Found::Some(_) if !semaphores_wait(args[1], args[2]) => Found::Host,
                found => found,
            }
        }
        Sleep::IoEvents => memory(args[4], nanoseconds, None, ending(0), Rest::Nowhere),
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
        Sleep::EpollPwait if args[4] != 0 => {
            let dropped = Ending {
                drops_time_out: Some(args[0]),
                ..ending(0)
            };
            in_register(engine, args[3], dropped)
        }
        Sleep::EpollPwait => in_register(engine, args[3], ending(0)),
        Sleep::EpollPwait2 => memory(args[3], nanoseconds, None, ending(0), Rest::Nowhere),
        Sleep::Receives { flags } => {
            let flags = flags.map_or(0, |it| args[it]);
            in_socket(engine, args[0], flags, ending(-libc::EAGAIN))
        }
        Sleep::Signal
        | Sleep::Connect
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
            place: match ending.drops_time_out {
                Some(_) => Place::Dropped,
                None => Place::Register,
            },
            rest: Rest::Nowhere,
        }),
    }
}

fn in_socket(engine: &Engine, socket: u64, flags: u64, ending: Ending) -> Found {
    let socket = socket as i32;
    match socket_timeout::of(socket, flags) {
        Some((original, time)) => Found::Some(Timeout {
            deadline: engine.now().saturating_add(time),
            ending,
            place: Place::Socket { socket, original },
            rest: Rest::Nowhere,
        }),
        None => Found::None,
    }
}

/// Whether each operation on semaphores waits if it must.
fn semaphores_wait(operations: u64, number: u64) -> bool {
    const MOST: u64 = 500;
    let read = |number| guest_memory::read_if_mapped(operations, number as usize * 6);
    let operations = (number <= MOST).then(|| read(number)).flatten();
    // `struct sembuf`: number, operation, flags.
    let waits = |it: &[u8]| i32::from(it[5]) << 8 & libc::IPC_NOWAIT == 0;
    operations.is_some_and(|it| it.chunks_exact(6).all(waits))
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
