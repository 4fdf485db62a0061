//! What a guest read that differs between runs.

use serde::{Deserialize, Serialize};

/// A source of input that differs between runs of the same seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// An instruction that reads a counter of time or cycles.
    ClockInstruction,
    /// A system call that returns the time in a register: `time`, `times`.
    ClockCall,
    /// The clock of another thread or of a device, or the resources that children used.
    OtherClock,
    /// A time-out that the plugin cannot take from the host: in memory that the guest cannot write, or
    /// in a call that it does not know.
    TimeOut,
    /// A timer that sends a signal, or that a descriptor stands for.
    Timer,
    /// A socket.
    Socket,
    /// A pipe from outside of the process.
    Pipe,
    /// A terminal or another device.
    Device,
    /// Another process.
    Process,
    /// A descriptor that stands for other events: of files, signals, processes.
    Events,
    /// Addresses that the host has chosen for its mappings.
    Addresses,
    /// Its own process number, other than to send itself a signal.
    Number,
}

impl Input {
    /// Whether it is a number in a register, which decides nothing in most programs.
    pub const fn is_a_number(self) -> bool {
        matches!(self, Self::ClockCall | Self::Number)
    }

    /// The source, after "it read" or "it used".
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClockInstruction => "a clock by an instruction",
            Self::ClockCall => "the time by time(2) or times(2)",
            Self::OtherClock => "the clock of another thread, process or device",
            Self::TimeOut => "a time-out by the host's clock",
            Self::Timer => "a timer",
            Self::Socket => "a socket",
            Self::Pipe => "a pipe from outside",
            Self::Device => "a terminal or another device",
            Self::Process => "another process",
            Self::Events => "events of files, signals or processes",
            Self::Addresses => "addresses that the host chose",
            Self::Number => "its process number",
        }
    }
}
