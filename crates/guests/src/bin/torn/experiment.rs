//! Runs one mode on two threads.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
use overtake_guests::check::equal;

use crate::block::{Block, Kind, Mode};

/// How often the threads meet.
const ROUNDS: u32 = 12;

/// The threads start a round together, so that their accesses mix.
struct Meeting(AtomicU32);

impl Meeting {
    fn meet(&self, round: u32) {
        // Release and Acquire: pair with each other, on this same line in the other thread.
        self.0.fetch_add(1, Ordering::AcqRel);
        while self.0.load(Ordering::Acquire) < 2 * round + 2 {
            spin_loop();
        }
    }
}

pub fn run(mode: &Mode) -> Result<String, String> {
    let block = Block::new();
    let each = if mode.slow { 2 } else { 25 };
    match mode.kind {
        Kind::Plain { store, load } => plain(&block, mode.offset, each, store, load),
        #[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
        Kind::Add(add) => both_add(&block, mode.offset, each, add),
    }
}

fn plain(
    block: &Block,
    offset: usize,
    each: u32,
    store: unsafe fn(*mut u8, u32),
    load: unsafe fn(*mut u8) -> (u64, u64),
) -> Result<String, String> {
    let meeting = Meeting(AtomicU32::new(0));
    let (mut torn, mut changes, mut last) = (0, 0, (0, 0));
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS {
                meeting.meet(round);
                for number in 1..=each {
                    // SAFETY: the bytes are in the block, and only `asm!` accesses them.
                    unsafe { store(block.at(offset), round * each + number) };
                }
            }
        });
        for round in 0..ROUNDS {
            meeting.meet(round);
            for _ in 0..2 * each {
                // SAFETY: as above.
                let loaded = unsafe { load(block.at(offset)) };
                torn += u32::from(loaded.0 != loaded.1);
                changes += u32::from(loaded != last);
                last = loaded;
            }
        }
    });
    let loads = 2 * each * ROUNDS;
    if torn > 0 {
        return Err(format!("{torn} of {loads} loads are torn"));
    }
    Ok(format!("{changes} values in {loads} loads"))
}

#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
fn both_add(
    block: &Block,
    offset: usize,
    each: u32,
    add: unsafe fn(*mut u8) -> (u64, u64),
) -> Result<String, String> {
    let meeting = Meeting(AtomicU32::new(0));
    let add_all = || {
        let mut torn = 0;
        for round in 0..ROUNDS {
            meeting.meet(round);
            for _ in 0..each {
                // SAFETY: the bytes are in the block, and only `asm!` accesses them.
                let (one, other) = unsafe { add(block.at(offset)) };
                torn += u32::from(one != other);
            }
        }
        torn
    };
    let torn = thread::scope(|scope| {
        let other = scope.spawn(add_all);
        add_all() + other.join().unwrap()
    });
    equal("torn loads", torn, 0)?;
    // SAFETY: as above.
    let sums = unsafe { add(block.at(offset)) };
    let expected = u64::from(2 * each * ROUNDS);
    equal("the sums", sums, (expected, expected))?;
    Ok(format!("{expected} additions"))
}
