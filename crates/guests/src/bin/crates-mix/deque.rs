//! A deque that one thread owns, and from which three others steal.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crossbeam_deque::{Steal, Worker};

use overtake_guests::check::equal;

const THIEVES: usize = 3;
const ITEMS: u64 = 300;

/// The item's number, four times.
type Item = [u64; 4];

pub fn fifo() -> Result<String, String> {
    share(&Worker::new_fifo())
}

pub fn lifo() -> Result<String, String> {
    share(&Worker::new_lifo())
}

/// Checks that each item is taken once and whole.
fn share(worker: &Worker<Item>) -> Result<String, String> {
    let taken = AtomicU64::new(0);
    // Relaxed: the count publishes no item.
    let take = |mine: &mut Vec<Item>, item| {
        taken.fetch_add(1, Ordering::Relaxed);
        mine.push(item);
    };
    let mut all = Vec::new();
    thread::scope(|scope| {
        let thieves: Vec<_> = (0..THIEVES)
            .map(|_| {
                let stealer = worker.stealer();
                let (taken, take) = (&taken, &take);
                scope.spawn(move || {
                    let mut mine = Vec::new();
                    // Relaxed: as above.
                    while taken.load(Ordering::Relaxed) < ITEMS {
                        match stealer.steal() {
                            Steal::Success(item) => take(&mut mine, item),
                            Steal::Empty | Steal::Retry => spin_loop(),
                        }
                    }
                    mine
                })
            })
            .collect();
        for number in 0..ITEMS {
            worker.push([number; 4]);
            // The owner empties the deque often, so that owner and thieves race for one item.
            if number % 3 == 2 {
                while let Some(item) = worker.pop() {
                    take(&mut all, item);
                }
            }
        }
        thieves.into_iter().try_for_each(|thief| {
            all.extend(thief.join().map_err(|_| "a thief panicked")?);
            Ok::<_, String>(())
        })
    })?;
    all.sort_unstable();
    equal("items", &all, &(0..ITEMS).map(|n| [n; 4]).collect())?;
    Ok(format!("{} items", all.len()))
}
