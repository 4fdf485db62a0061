//! The schedule's time, as the running thread reads it.

use super::Engine;
use crate::clock::{Clock, Moment, Time, work};
use crate::fast;
use overtake_report::input::Input;
use std::collections::BTreeMap;

impl Engine {
    /// Counts a system call of the running thread. `yields`: it does nothing but yield.
    pub fn call_takes_time(&mut self, yields: bool) {
        self.progresses |= !yields;
        self.passed.call();
        self.quiet_turns = 0;
        self.threads[self.current as usize].calls += 1;
    }

    /// Returns the schedule's time.
    pub fn now(&self) -> Time {
        self.passed.now(fast::instructions())
    }

    /// Lets the schedule's time advance to this one, if that is later.
    pub fn advance_to(&mut self, time: Time) {
        self.waiting_turns = 0;
        self.passed.advance_to(time, fast::instructions());
    }

    /// Returns this moment, by the schedule's time and by the host's.
    pub fn moment(&self) -> Moment {
        Moment::at(self.now())
    }

    /// Returns what a clock tells the running thread, in nanoseconds.
    pub fn clock(&self, clock: Clock) -> u64 {
        let told = match clock {
            Clock::Date | Clock::Uptime => self.now(),
            Clock::Process => self.passed.worked(fast::instructions()),
            Clock::Thread => {
                let thread = &self.threads[self.current as usize];
                let since = fast::instructions() - self.counted.1;
                work(thread.progress.instructions + since, thread.calls)
            }
        };
        clock.start() + told
    }

    /// Counts something that the guest read and that differs between runs.
    pub fn note_input(&mut self, input: Input) {
        *self.inputs.entry(input).or_default() += 1;
    }

    /// Notes a call that tells the process's number, which differs between runs. A number that is asked
    /// for to send a signal, as `raise` and `abort` do, decides nothing. (Nor do thread numbers, which
    /// the runtimes of Rust and Go ask for in each new thread.)
    pub fn note_number(&mut self, call: Option<&'static str>) {
        let thread = &mut self.threads[self.current as usize];
        match call {
            Some("getpid") => thread.has_number = true,
            Some("gettid" | "rt_sigprocmask") => {}
            Some("tkill" | "tgkill" | "kill") => thread.has_number = false,
            _ if std::mem::take(&mut thread.has_number) => self.note_input(Input::Number),
            _ => {}
        }
    }

    /// Returns what the guest read that differs between runs.
    pub fn inputs(&self) -> BTreeMap<Input, u64> {
        self.inputs.clone()
    }

    /// Notes that the running thread yields.
    pub fn yields(&mut self) {
        self.yields = true;
        self.end_quantum();
    }

    /// Counts a turn that is over, and decides whether the next one is looked at more closely.
    ///
    /// A thread may spin on memory that no other thread has touched yet, where accesses take the
    /// fast path. If others wait for a time, now and then a thread that has done nothing that others
    /// could see runs a turn without the fast path.
    pub(super) fn count_turn(&mut self) {
        const PROBED: u32 = 256;
        let waits = std::mem::take(&mut self.yields) || self.spins;
        let quiet = self.accesses_left == self.counted.0;
        if std::mem::take(&mut self.progresses) || quiet && !waits {
            self.waiting_turns = 0;
        } else if waits {
            self.waiting_turns += 1;
        }
        self.quiet_turns = if quiet { self.quiet_turns + 1 } else { 0 };
        let spins_unseen = self.probes && self.spins;
        let again = self.quiet_turns % PROBED == PROBED - 1;
        self.probes = self.waiting_for_time > 0 && (spins_unseen || again);
    }

    /// Counts a thread that begins, or ends, to wait for a time.
    pub fn waits_for_time(&mut self, begins: bool) {
        if begins {
            self.waiting_for_time += 1;
        } else {
            self.waiting_for_time = self.waiting_for_time.saturating_sub(1);
        }
    }

    /// Whether so many threads that can run wait, by spinning or yielding, for what only the others
    /// may do.
    ///
    /// The number of turns is a guess: each of them has had some, in which pending stores became
    /// visible. A wrong guess costs no more than that some time passes.
    pub fn only_time_helps(&self, runnable: usize) -> bool {
        const TURNS: usize = 64;
        self.waiting_turns >= TURNS * runnable
    }
}
