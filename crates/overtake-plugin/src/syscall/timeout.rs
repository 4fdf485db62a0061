//! Time-outs, taken from the host and given to the schedule.
//!
//! A call that may sleep until a time says so in memory, in a register as milliseconds, or by an
//! option of its socket. The plugin makes the kernel wait for good, by rewriting the time in memory,
//! or the option, for the moment in which QEMU and the kernel read it, and ends the wait when the
//! schedule's time has come (`interrupt`).
//! If the thread is the only one, nothing else can end its wait: the kernel sees a time-out of zero,
//! and the schedule's time jumps if the call then says that it has timed out.
//!
//! A register cannot be rewritten. So the thread first waits in a call of the plugin's own, without
//! a time-out, until a descriptor is ready or the schedule's time has come ([`Timeout::wait_first`]).
//! The guest's call, which comes after that, finds a descriptor ready, or sleeps and is ended too.
//! (If a signal ends the first wait, QEMU handles the signal before it makes the guest's call, and
//! then makes it: the guest sees no EINTR.)
//!
//! `epoll_pwait` with a mask of signals has no such wait: a signal that the guest blocks at other
//! times must end the guest's call. That call itself begins anew without its time-out (`interrupt`).
//!
//! Where something outside of the process may end the wait of the only thread, the host's clock
//! decides, as it does without the plugin.

use super::socket_timeout;
use super::time_value::{SIZE, Unit, host_time, pair};
use crate::clock::{Clock, Time};
use crate::engine::Engine;
use crate::guest_memory;
use crate::inputs;
use crate::interrupt::Ending;
use crate::syscall_sleep::Sleep;

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
    /// Where it is.
    pub place: Place,
    /// Where the call writes how much of it was left.
    pub rest: Rest,
}

/// Where a time-out is.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// In memory.
    Memory {
        /// There.
        addr: u64,
        /// What is there.
        original: [u8; SIZE],
        /// Its unit.
        unit: Unit,
        /// The clock, if it is not a duration.
        clock: Option<Clock>,
    },
    /// In a register.
    Register,
    /// In a register of a call that begins anew without it.
    Dropped,
    /// In the socket.
    Socket {
        /// Its descriptor.
        socket: i32,
        /// What it has.
        original: socket_timeout::Value,
    },
}

/// Where a call writes how much of its time was left.
#[derive(Debug, Clone, Copy)]
pub enum Rest {
    Nowhere,
    /// There, if a signal ended it.
    IfInterrupted(u64),
    /// There, if it succeeds.
    IfDone(u64, Unit),
    /// QEMU writes the time that the kernel has seen to where it was, if the call succeeds.
    AsItWas,
}

impl Timeout {
    /// Makes the kernel wait for good, or not at all if the time has come. Returns false if the
    /// memory with the time cannot be written: then the host keeps the time.
    pub fn take_from_kernel(&self, engine: &mut Engine) -> bool {
        let over = self.deadline <= engine.now();
        let (addr, original, clock) = match self.place {
            Place::Memory {
                addr,
                original,
                clock,
                ..
            } => (addr, original, clock),
            Place::Socket { socket, original } => {
                return engine
                    .rewritten
                    .rewrite_socket(socket, original, pair(0, 0));
            }
            Place::Register | Place::Dropped => return true,
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
        let rewritten = &mut engine.rewritten;
        match self.place {
            Place::Memory { addr, original, .. } => {
                rewritten.rewrite(addr, original.to_vec(), &pair(0, 0))
            }
            // Zero is no time-out.
            Place::Socket { socket, original } => {
                rewritten.rewrite_socket(socket, original, pair(0, 1))
            }
            Place::Register | Place::Dropped => false,
        }
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
        if let (Rest::AsItWas, Place::Memory { addr, original, .. }) = (self.rest, self.place)
            && result >= 0
            && guest_memory::write_if_mapped(addr, &original)
        {
            engine.resynchronise();
        }
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
