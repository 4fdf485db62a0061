//! The ordinary ways in which programs and threads end, fork and wait.
//!
//! `endings MODE` prints one line that begins with `endings MODE:`. Its exit status:
//!
//! | mode | what it does | status |
//! |---|---|---|
//! | `exit-live` | `process::exit` while three threads spin, park and sleep | 7 |
//! | `return-live` | `main` returns while three threads spin, park and sleep | 0 |
//! | `exec-self` | becomes `/bin/true` while three threads spin, park and sleep | 0 |
//! | `abort` | `process::abort` while three threads spin, park and sleep | SIGABRT |
//! | `segv` | stores to a page without access rights | SIGSEGV |
//! | `livelock` | two threads spin on a flag that nobody sets | never ends |
//! | `deadlock` | two threads wait for each other's mutex | never ends |
//! | `wait-alone` | the only thread reads from a pipe that nobody writes to | never ends |
//! | `spin-alone` | the only thread spins | never ends |
//! | `fork-exec` | starts `/bin/echo`, while there is no other thread | 0 |
//! | `fork-live` | starts `/bin/echo` from two threads, while three others live | 0 |
//! | `fork-plain` | `fork` while three threads live; the child writes to a pipe | 0 |
//! | `pool` | four threads do 200 jobs | 0 |
//! | `detached` | forty threads that are never joined | 0 |
//! | `threads-200` | 200 threads, one after the other | 0 |
//! | `futex-wake-many` | sixteen threads wait for one condition variable | 0 |
//! | `futex-nowhere` | a thread waits on a futex at an unmapped address | 0 |
//! | `signals` | signals to itself and to another thread | 0 |
//! | `signals-busy` | signals to a thread that works | 0 |
//!
//! The modes with status 0 exit with 1 if something was wrong, and print what on stderr. The
//! status is 2 for wrong usage.

mod commands;
mod ends;
mod fork;
mod live;
mod signals;
mod threads;

use std::process::ExitCode;

use overtake_guests::check::{Mode, run_mode};
use overtake_guests::fastbins;

const MODES: &[(&str, Mode)] = &[
    ("exit-live", ends::exit_live),
    ("return-live", ends::return_live),
    ("exec-self", ends::exec_self),
    ("abort", ends::abort),
    ("segv", ends::segv),
    ("livelock", ends::livelock),
    ("deadlock", ends::deadlock),
    ("wait-alone", ends::wait_alone),
    ("spin-alone", ends::spin_alone),
    ("fork-exec", commands::fork_exec),
    ("fork-live", commands::fork_live),
    ("fork-plain", fork::fork_plain),
    ("pool", threads::pool),
    ("detached", threads::detached),
    ("threads-200", threads::threads_200),
    ("futex-wake-many", threads::futex_wake_many),
    ("futex-nowhere", threads::futex_nowhere),
    ("signals", signals::signals),
    ("signals-busy", signals::signals_busy),
];

fn main() -> ExitCode {
    fastbins::avoid();
    run_mode("endings", MODES)
}
