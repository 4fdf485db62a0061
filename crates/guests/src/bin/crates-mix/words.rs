//! Values that reveal a torn read, and writers and readers of such a value.

use std::hint::{black_box, spin_loop};
use std::thread;

/// Eight equal words: more than any processor loads at once.
pub type Words = [u64; 8];

/// The contents of words that have been dropped.
const DROPPED: u64 = u64::MAX;

const WRITERS: u64 = 2;
const READERS: u64 = 2;
const WRITES: u64 = 100;

/// Words that change when they are freed, so that a late reader notices.
#[derive(Debug)]
pub struct Freed(pub Words);

impl Drop for Freed {
    fn drop(&mut self) {
        self.0 = [DROPPED; 8];
        black_box(&mut self.0);
    }
}

/// Returns the words, each incremented by one.
pub fn next(words: Words) -> Words {
    words.map(|word| word + 1)
}

/// Two threads call `write`, which replaces the words, initially 0, by the [`next`] ones. Two
/// others call `read` until they see the last ones. Checks that each read is whole, that no read
/// goes back, and that no write is lost.
pub fn write_and_read(
    write: impl Fn() + Sync,
    read: impl Fn() -> Words + Sync,
) -> Result<String, String> {
    let last = WRITERS * WRITES;
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| (0..WRITES).for_each(|_| write()));
        }
        let readers: Vec<_> = (0..READERS)
            .map(|_| scope.spawn(|| watch(&read, last)))
            .collect();
        readers
            .into_iter()
            .try_for_each(|reader| reader.join().unwrap_or(Err("a reader panicked".into())))
    })?;
    let end = read();
    if end == [last; 8] {
        Ok(format!("{last} writes"))
    } else {
        Err(format!("{end:?} after {last} writes"))
    }
}

fn watch(read: &impl Fn() -> Words, last: u64) -> Result<(), String> {
    let mut before = 0;
    while before != last {
        let words = read();
        if words != [words[0]; 8] {
            return Err(format!("not whole: {words:?}"));
        }
        if !(before..=last).contains(&words[0]) {
            return Err(format!("{} after {before}, of {last}", words[0]));
        }
        before = words[0];
        spin_loop();
    }
    Ok(())
}
