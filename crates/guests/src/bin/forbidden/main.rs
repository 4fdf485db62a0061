//! Outcomes that no architecture allows, or that this one forbids. overtake once showed each.
//!
//! `forbidden MODE` prints one line that begins with `forbidden MODE:`. Exit status: 0, no
//! forbidden outcome was seen; 1, one was seen, and a line on stderr says which; 2, wrong usage.
//!
//! | mode | what it does |
//! |---|---|
//! | `store-buffering` | store, release and acquire of a word that no other thread uses, load |
//! | `store-buffering-release` | the same, but the store itself is the release |
//! | `message-passing` | two stores with such a release and acquire between them |
//! | `crossing` | a store across the border of a shared page and an own page |
//! | `tear-16` | an access of 16 bytes, which the CPU makes at once |
//! | `pipe` | a thread learns through a pipe what another one stored |
//! | `eventfd`, `socketpair` | the same through an eventfd, a pair of sockets |
//! | `futex` | a thread is woken by one that has stored |
//! | `signal` | a signal comes from a thread that has stored |
//! | `join` | a thread that has stored has ended |
//! | `membarrier` | store buffering, with `membarrier` in one thread |
//! | `outs` | another thread reads what the kernel wrote for a thread |
//! | `futex-wake-op` | the kernel stores to a word on behalf of `FUTEX_WAKE_OP` |
//! | `write-file` | the kernel stores to a mapped file on behalf of `write` |
//! | `two-mappings` | one page of memory at two addresses |
//! | `truncate` | a file becomes shorter than its shared mapping |
//! | `pi-mutex` | a mutex with priority inheritance, whose word the kernel changes too |
//! | `pi-mutex-of-glibc` | the same without our fence, which Debian 12's glibc for riscv64 needs |
//! | `exit-signal` | threads exit while signals for them are pending |
//! | `signal-waiting` | a signal's frame is on a shared page; the thread waits |
//! | `signal-running` | the same; the thread runs, and the handler has run as a function before |
//! | `sharing-address` | a load whose address comes from a page that only the writer has used |
//! | `sharing-atomic` | an atomic right after the load of such a page |
//! | `random` | a process and its forked children ask for random numbers |
//! | `random-of-threads` | the same, each in the first thread that it starts |

mod crossing;
mod kernel;
mod mappings;
mod memory;
mod messages;
mod mutex;
mod ordering;
mod outs;
mod random;
mod sharing;
mod signals;
mod steps;
mod tear;

use std::process::ExitCode;

use overtake_guests::check::{Mode, run_mode};
use overtake_guests::fastbins;

const MODES: &[(&str, Mode)] = &[
    ("store-buffering", ordering::store_buffering),
    ("store-buffering-release", ordering::store_buffering_release),
    ("message-passing", ordering::message_passing),
    ("crossing", crossing::crossing),
    ("tear-16", tear::tear_16),
    ("pipe", kernel::pipe),
    ("eventfd", messages::eventfd),
    ("socketpair", messages::socketpair),
    ("futex", messages::futex),
    ("signal", messages::signal),
    ("join", messages::join),
    ("membarrier", messages::membarrier),
    ("outs", outs::outs),
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
