//! Mappings of a file: at two addresses, and after the file became shorter.

use std::sync::atomic::Ordering;
use std::thread;

use crate::memory;
use crate::steps::{Steps, dawdle, never};

/// A word that only grows. Both threads access it at two addresses in turn.
pub fn two_mappings() -> Result<String, String> {
    const LAST: u32 = 1000;

    let file = memory::file()?;
    let words = [&memory::page_of(&file)?[0], &memory::page_of(&file)?[0]];
    let start = Steps::new();
    let (mut back, mut largest) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            start.meet(0);
            for value in 1..=LAST {
                // Relaxed, here and in the loads: it is one location, though at two addresses.
                words[value as usize % 2].store(value, Ordering::Relaxed);
                dawdle(3);
            }
        });
        start.meet(0);
        while largest < LAST {
            for word in words {
                let value = word.load(Ordering::Relaxed);
                back += u32::from(value < largest);
                largest = largest.max(value);
            }
        }
    });
    never("the value became less", back, LAST)
}

/// Two threads use a page of a file, the file loses the page, and another thread starts and ends.
pub fn truncate() -> Result<String, String> {
    let file = memory::file()?;
    let word = &memory::page_of(&file)?[0];
    // Relaxed: the start and the end of the thread order it.
    word.store(1, Ordering::Relaxed);
    thread::scope(|scope| {
        scope.spawn(|| word.fetch_add(1, Ordering::Relaxed));
    });
    let value = word.load(Ordering::Relaxed);
    file.set_len(0)
        .map_err(|error| format!("ftruncate: {error}"))?;
    let other = thread::spawn(thread::yield_now);
    other.join().unwrap();
    never("the sum is wrong", u32::from(value != 2), 1)
}
