//! Seqlocks: readers read during a write, notice that, and read again.

use crossbeam_utils::atomic::AtomicCell;
use seqlock::SeqLock;

use crate::words::{next, write_and_read};

pub fn seqlock() -> Result<String, String> {
    let lock = SeqLock::new([0; 8]);
    let write = || {
        let mut words = lock.lock_write();
        *words = next(*words);
    };
    write_and_read(write, || lock.read())
}

pub fn atomic_cell() -> Result<String, String> {
    let cell = AtomicCell::new([0; 8]);
    let write = || {
        cell.fetch_update(|words| Some(next(words)))
            .expect("never refused");
    };
    write_and_read(write, || cell.load())
}
