//! What a process has: descriptors, limits, a working directory, signals, credentials, memory.
//!
//! `process MODE` uses it while threads contend for a lock, and prints what it saw in a line that
//! begins with `process MODE:`. Under overtake it must see what it sees under plain QEMU. The exit
//! status is 1 if something was wrong, and 2 for wrong usage. It creates its files in the working
//! directory.
//!
//! | module | modes |
//! |---|---|
//! | `descriptors` | `numbers`, `exec`, `close-all`, `close-range`, `close-standard`, `end-of-file` |
//! | `limits` | `limits`, `few-descriptors`, `no-descriptors`, `no-file-size`, `few-processes` |
//! | `place` | `folder`, `chroot`, `umask` |
//! | `signals` | `blocked`, `timers` |
//! | `attributes` | `scheduling`, `prctl`, `nobody` |
//! | `memory` | `fixed`, `rewritten-code`, `compiler` |
//! | `processes` | `fork-storm`, `spawn` |
//! | `threads` | `threads-100`, `threads-1000`, `threads-in-turn` |

mod attributes;
mod contention;
mod descriptors;
mod limits;
mod memory;
mod place;
mod processes;
mod signals;
mod threads;

use std::process::ExitCode;

use overtake_guests::check::{Mode, run_mode};
use overtake_guests::fastbins;

const MODES: &[(&str, Mode)] = &[
    ("numbers", descriptors::numbers),
    ("exec", descriptors::exec),
    ("close-all", descriptors::close_all),
    ("close-range", descriptors::close_range),
    ("close-standard", descriptors::close_standard),
    ("end-of-file", descriptors::end_of_file),
    ("limits", limits::limits),
    ("few-descriptors", limits::few_descriptors),
    ("no-descriptors", limits::no_descriptors),
    ("no-file-size", limits::no_file_size),
    ("few-processes", limits::few_processes),
    ("folder", place::folder),
    ("chroot", place::chroot),
    ("umask", place::umask),
    ("blocked", signals::blocked),
    ("timers", signals::timers),
    ("scheduling", attributes::scheduling),
    ("prctl", attributes::prctl),
    ("nobody", attributes::nobody),
    ("fixed", memory::fixed),
    ("rewritten-code", memory::rewritten_code),
    ("compiler", memory::compiler),
    ("fork-storm", processes::fork_storm),
    ("spawn", processes::spawn),
    ("threads-100", threads::threads_100),
    ("threads-1000", threads::threads_1000),
    ("threads-in-turn", threads::threads_in_turn),
];

fn main() -> ExitCode {
    fastbins::avoid();
    run_mode("process", MODES)
}
