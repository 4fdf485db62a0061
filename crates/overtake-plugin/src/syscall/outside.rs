//! What a call that may sleep waits for, if that is outside of the process.

use crate::guest_memory;
use crate::inputs::{self, of_descriptor};
use crate::syscall_sleep::Sleep;
use overtake_report::input::Input;

/// The descriptors in a set of `select`.
const MOST: u64 = 1024;

/// Returns what a call waits for, if that is outside of the process.
pub fn of(sleep: Sleep, args: &[u64; 6]) -> Option<Input> {
    match sleep {
        Sleep::Futex
        | Sleep::FutexWords
        | Sleep::Nanosleep
        | Sleep::ClockNanosleep
        | Sleep::SignalOrTime
        | Sleep::Signal => None,
        Sleep::Poll | Sleep::Ppoll => {
            let descriptors = inputs::poll_descriptors(args[0], args[1])?;
            let number = |it: &[u8]| Some(i32::from_le_bytes(it[..4].try_into().ok()?));
            let mut numbers = descriptors.chunks_exact(8).filter_map(number);
            numbers.find_map(of_descriptor)
        }
        Sleep::Select | Sleep::Pselect => selected(args),
        Sleep::Epoll
        | Sleep::EpollPwait
        | Sleep::EpollPwait2
        | Sleep::MessageQueue
        | Sleep::Connect
        | Sleep::Receives { .. } => of_descriptor(args[0] as i32),
        Sleep::IoEvents => Some(Input::Events),
        Sleep::Semaphores => inputs::of_semaphores(args[0] as i32),
        Sleep::Process => Some(Input::Process),
        Sleep::SetsTimer => armed(args[2], 16).then_some(Input::Timer),
        Sleep::SetsItimer => armed(args[1], 16).then_some(Input::Timer),
        Sleep::SetsAlarm => (args[0] as u32 != 0).then_some(Input::Timer),
    }
}

/// Whether a timer is set: its time, in the second half of the structure, is not zero.
fn armed(addr: u64, offset: u64) -> bool {
    let time = guest_memory::read_if_mapped(addr.wrapping_add(offset), 16);
    time.is_some_and(|time| time.iter().any(|byte| *byte != 0))
}

fn selected([number, sets @ .., _, _]: &[u64; 6]) -> Option<Input> {
    let number = (*number).min(MOST);
    let length = number.div_ceil(64) as usize * 8;
    let given = sets.iter().filter(|it| **it != 0);
    let mut bytes = given.filter_map(|set| guest_memory::read_if_mapped(*set, length));
    bytes.find_map(|set| {
        let has = |it: &u64| set[*it as usize / 8] & (1 << (it % 8)) != 0;
        (0..number)
            .filter(has)
            .find_map(|it| of_descriptor(it as i32))
    })
}
