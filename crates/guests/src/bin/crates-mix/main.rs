//! Concurrent data structures of well-kept crates, used correctly by four threads. Their
//! guarantees must hold under every memory model.
//!
//! `crates-mix MODE` prints one line that begins with `crates-mix MODE:`. Exit status: 0, all
//! guarantees held; 1, one was broken, and a line on stderr says which; 2, wrong usage.
//!
//! | mode | data structure |
//! |---|---|
//! | `seqlock` | `seqlock::SeqLock` |
//! | `atomic-cell` | `crossbeam_utils`' `AtomicCell` of eight words, which is a seqlock too |
//! | `array-queue` | `crossbeam_queue::ArrayQueue`: Vyukov's bounded queue |
//! | `seg-queue` | `crossbeam_queue::SegQueue`: linked blocks |
//! | `linked-queue` | `sdd::Queue`: a linked list with reclamation by epochs |
//! | `arc-swap` | `arc_swap::ArcSwap`: read-copy-update of an `Arc` |
//! | `epoch` | `crossbeam_epoch`: the same, reclaimed by epochs; loads are `load_consume` |
//! | `deque-fifo` | `crossbeam_deque`: Chase and Lev's deque, whose owner takes the oldest item |
//! | `deque-lifo` | the same, whose owner takes the newest item |

mod deque;
mod queues;
mod seqlocks;
mod swaps;
mod words;

use std::process::ExitCode;

use overtake_guests::check::{Mode, run_mode};
use overtake_guests::fastbins;

const MODES: &[(&str, Mode)] = &[
    ("seqlock", seqlocks::seqlock),
    ("atomic-cell", seqlocks::atomic_cell),
    ("array-queue", queues::array_queue),
    ("seg-queue", queues::seg_queue),
    ("linked-queue", queues::linked_queue),
    ("arc-swap", swaps::arc_swap),
    ("epoch", swaps::epoch),
    ("deque-fifo", deque::fifo),
    ("deque-lifo", deque::lifo),
];

fn main() -> ExitCode {
    fastbins::avoid();
    run_mode("crates-mix", MODES)
}
