//! Outcomes that no architecture allows, or this one does not: once a defect of overtake each.
//!
//! `forbidden MODE` prints one line that begins with `forbidden MODE:`. Its exit status: 0, nothing
//! forbidden was seen; 1, something was, and the line, on stderr, says what; 2, wrong usage.
//!
//! | mode | what it does |
//! |---|---|
//! | `store-buffering` | store, release and acquire of a word that no other thread uses, load |
//! | `store-buffering-release` | the same, the store itself being the release |
//! | `message-passing` | two stores with such a release and acquire between them |
//! | `crossing` | a store across the border of a shared page and one that is not |
//! | `pipe` | a thread learns through a pipe what another one stored |
//! | `futex-wake-op` | the kernel stores to a word on behalf of `FUTEX_WAKE_OP` |
//! | `write-file` | the kernel stores to a mapped file on behalf of `write` |
//! | `two-mappings` | one page of memory at two addresses |
//! | `truncate` | a file ends before its shared mapping does |
//! | `pi-mutex` | a mutex with priority inheritance, whose word the kernel changes too |
//! | `pi-mutex-of-glibc` | the same without a fence of ours: Debian 12's glibc for riscv64 lacks one |
//! | `exit-signal` | threads that exit while signals for them are pending |
//! | `signal-waiting` | a signal's frame on a shared page, for a thread that waits |
//! | `signal-running` | the same, for a thread that runs, with a handler that ran before |
//! | `sharing-address` | a load whose address comes from a page that only the writer had used |
//! | `sharing-atomic` | an atomic right behind the load of such a page |
//! | `random-of-threads` | the same, each asked for by a process's first thread |
//! | `random` | what the kernel's random numbers are after `fork` |

mod crossing;
mod kernel;
mod mappings;
mod memory;
mod mutex;
mod ordering;
mod random;
mod sharing;
mod signals;
mod steps;

use std::process::ExitCode;

use overtake_guests::check::{Mode, run_mode};
use overtake_guests::fastbins;

const MODES: &[(&str, Mode)] = &[
    ("store-buffering", ordering::store_buffering),
    ("store-buffering-release", ordering::store_buffering_release),
    ("message-passing", ordering::message_passing),
    ("crossing", crossing::crossing),
    ("pipe", kernel::pipe),
    ("futex-wake-op", kernel::futex_wake_op),
    ("write-file", kernel::write_file),
    ("two-mappings", mappings::two_mappings),
    ("truncate", mappings::truncate),
    ("pi-mutex", mutex::pi_mutex),
    ("pi-mutex-of-glibc", mutex::pi_mutex_of_glibc),
    ("exit-signal", signals::exit_signal),
    ("signal-waiting", signals::signal_waiting),
    ("signal-running", signals::signal_running),
    ("sharing-address", sharing::address),
    ("sharing-atomic", sharing::atomic),
    ("random", random::random),
    ("random-of-threads", random::random_of_threads),
];

fn main() -> ExitCode {
    fastbins::avoid();
    run_mode("forbidden", MODES)
}
