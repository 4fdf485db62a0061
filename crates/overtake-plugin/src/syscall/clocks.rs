//! What the guest's clocks tell, by system calls that write it to memory.

use crate::clock::{Clock, SECOND};
use crate::engine::Engine;
use crate::guest_memory;
use crate::syscall_class::ReadsClock;
use overtake_report::input::Input;

/// The resolution of the coarse clocks: a tick of a kernel with 250 Hz.
const COARSE: u64 = 4_000_000;
/// Ticks in a second, of `times`.
const TICKS: u64 = 100;

/// Replaces what a call has written by the schedule's time. The call has succeeded.
pub fn replace(engine: &mut Engine, call: ReadsClock, args: &[u64; 6]) {
    match call {
        ReadsClock::GetTime => match Clock::of(args[0]) {
            Some(clock) => put(args[1], &[split(engine.clock(clock), 1)]),
            None => engine.note_input(Input::OtherClock),
        },
        ReadsClock::GetResolution => {
            // CLOCK_REALTIME_COARSE and CLOCK_MONOTONIC_COARSE.
            let resolution = if matches!(args[0], 5 | 6) { COARSE } else { 1 };
            if Clock::of(args[0]).is_some() {
                put(args[1], &[split(resolution, 1)]);
            }
        }
        ReadsClock::TimeOfDay => put(args[0], &[split(engine.clock(Clock::Date), 1000)]),
        ReadsClock::Time => {
            // The result itself is in a register.
            engine.note_input(Input::ClockCall);
            let seconds = engine.clock(Clock::Date) / SECOND;
            put_word(args[0], seconds);
        }
        ReadsClock::Times => {
            engine.note_input(Input::ClockCall);
            let ticks = engine.clock(Clock::Process) / (SECOND / TICKS);
            put(args[0], &[(ticks, 0), (0, 0)]);
        }
        ReadsClock::Usage => usage(engine, args),
    }
}

/// `getrusage`: the times, and nothing that depends on the host's memory and scheduler.
fn usage(engine: &mut Engine, args: &[u64; 6]) {
    let clock = match args[0] as i32 {
        libc::RUSAGE_SELF => Clock::Process,
        libc::RUSAGE_THREAD => Clock::Thread,
        _ => return engine.note_input(Input::OtherClock),
    };
    // `struct rusage`: user and system time, then 14 words, of which the kernel sets ru_maxrss (the
    // first), faults, blocks and context switches.
    put(args[1], &[split(engine.clock(clock), 1000), (0, 0)]);
    put(args[1].wrapping_add(40), &[(0, 0); 6]);
    put_word(args[1].wrapping_add(136), 0);
}

/// Seconds, and the rest in parts of so many nanoseconds.
fn split(time: u64, part: u64) -> (u64, u64) {
    (time / SECOND, time % SECOND / part)
}

fn put(addr: u64, pairs: &[(u64, u64)]) {
    for (at, (first, second)) in (addr..).step_by(16).zip(pairs) {
        if addr != 0 {
            put_word(at, *first);
            put_word(at + 8, *second);
        }
    }
}

fn put_word(addr: u64, word: u64) {
    if addr != 0 {
        // SAFETY: the kernel has just written there.
        unsafe { guest_memory::write(addr, &word.to_le_bytes()) }
    }
}
