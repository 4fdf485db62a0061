//! Clocks, sleeps, time-outs and CPUs.
//!
//! `timing MODE` sleeps and waits for hours, and prints what the clocks told, in a line that begins
//! with `timing MODE:`. Under overtake it takes no time, and the same seed tells the same times. The
//! exit status is 1 if a wait was too short or too long, and 2 for wrong usage.
//!
//! | module | modes |
//! |---|---|
//! | `sleeps` | `sleeps`, `sleeps-alone`, `constant`, `spins`, `interrupted` |
//! | `timeouts` | `condvar`, `notified`, `descriptors`, `pi-mutex` |
//! | `queues` | `message-queue`, `named-queue`, `semaphores`, `socket` |
//! | `masked` | `masked`, `pwait2`, `requeued` |
//! | `clocks` | `clocks`, `date`, `counter`, `number` |
//! | `cpus` | `cpus`, `affinity` |

mod clocks;
mod cpus;
mod lasting;
mod masked;
mod queues;
mod sleeps;
mod timeouts;

use std::process::ExitCode;

use overtake_guests::check::{Mode, run_mode};
use overtake_guests::fastbins;

const MODES: &[(&str, Mode)] = &[
    ("sleeps", sleeps::sleeps),
    ("sleeps-alone", sleeps::sleeps_alone),
    ("constant", sleeps::constant),
    ("spins", sleeps::spins),
    ("interrupted", sleeps::interrupted),
    ("condvar", timeouts::condvar),
    ("notified", timeouts::notified),
    ("descriptors", timeouts::descriptors),
    ("pi-mutex", timeouts::pi_mutex),
    ("message-queue", queues::message_queue),
    ("named-queue", queues::named_queue),
    ("semaphores", queues::semaphores),
    ("socket", queues::socket),
    ("masked", masked::masked),
    ("pwait2", masked::pwait2),
    ("requeued", masked::requeued),
    ("clocks", clocks::clocks),
    ("date", clocks::date),
    ("counter", clocks::counter),
    ("number", clocks::number),
    ("cpus", cpus::cpus),
    ("affinity", cpus::affinity),
];

fn main() -> ExitCode {
    fastbins::avoid();
    run_mode("timing", MODES)
}
