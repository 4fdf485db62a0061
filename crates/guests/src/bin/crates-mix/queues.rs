//! Queues with two producers and two consumers.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crossbeam_queue::{ArrayQueue, SegQueue};
use sdd::Queue;

use overtake_guests::check::equal;

const PRODUCERS: u64 = 2;
const CONSUMERS: u64 = 2;
const ITEMS: u64 = 150;

/// The producer and the item's number, twice.
type Item = [u64; 4];

pub fn array_queue() -> Result<String, String> {
    let queue = ArrayQueue::new(4);
    pass(|item| queue.push(item).is_ok(), || queue.pop())
}

pub fn seg_queue() -> Result<String, String> {
    let queue = SegQueue::new();
    let push = |item| {
        queue.push(item);
        true
    };
    pass(push, || queue.pop())
}

pub fn linked_queue() -> Result<String, String> {
    let queue = Queue::new();
    let push = |item| {
        queue.push(item);
        true
    };
    pass(push, || queue.pop().map(|entry| **entry))
}

/// Passes all items through the queue, and checks that none is lost or duplicated, that each is
/// whole, and that a consumer gets a producer's items in order. `push` returns false if the queue
/// is full.
fn pass(
    push: impl Fn(Item) -> bool + Sync,
    pop: impl Fn() -> Option<Item> + Sync,
) -> Result<String, String> {
    let taken = AtomicU64::new(0);
    let consume = || {
        let mut mine = Vec::new();
        // Relaxed: the count publishes no item.
        while taken.load(Ordering::Relaxed) < PRODUCERS * ITEMS {
            match pop() {
                Some(item) => {
                    taken.fetch_add(1, Ordering::Relaxed);
                    mine.push(item);
                }
                None => spin_loop(),
            }
        }
        mine
    };
    let consumed = thread::scope(|scope| {
        for producer in 0..PRODUCERS {
            let push = &push;
            scope.spawn(move || {
                for number in 0..ITEMS {
                    while !push([producer, number, producer, number]) {
                        spin_loop();
                    }
                }
            });
        }
        let consumers: Vec<_> = (0..CONSUMERS).map(|_| scope.spawn(consume)).collect();
        consumers
            .into_iter()
            .map(|consumer| consumer.join().map_err(|_| "a consumer panicked"))
            .collect::<Result<Vec<_>, _>>()
    })?;
    for items in &consumed {
        for producer in 0..PRODUCERS {
            let numbers = items.iter().filter(|item| item[0] == producer);
            if !numbers.is_sorted_by_key(|item| item[1]) {
                return Err(format!("out of order: {items:?}"));
            }
        }
    }
    let mut all = consumed.concat();
    all.sort_unstable();
    let expected = (0..PRODUCERS).flat_map(|one| (0..ITEMS).map(move |n| [one, n, one, n]));
    equal("items", &all, &expected.collect())?;
    Ok(format!("{} items", all.len()))
}
