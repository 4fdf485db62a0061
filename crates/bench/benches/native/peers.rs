//! Queues from other crates, which choose their own layout and way of copying an event.

use aio_ring::Event;
use crossbeam_queue::ArrayQueue;
use ringbuf::HeapRb;
use ringbuf::traits::{Consumer, Producer, Split};

use crate::arena::Arena;
use crate::capacity::{CAPACITY, SLOTS};

/// `rtrb`: one producer, one consumer.
pub fn rtrb(arena: &Arena) -> f64 {
    let (mut producer, mut consumer) = rtrb::RingBuffer::new(CAPACITY);
    arena.pass(
        "rtrb",
        move |event| producer.push(event).is_ok(),
        move || consumer.pop().ok(),
    )
}

/// `crossbeam-queue`: any number of producers and consumers, which costs something.
pub fn array_queue(arena: &Arena) -> f64 {
    let queue = &ArrayQueue::new(CAPACITY);
    arena.pass(
        "crossbeam-queue",
        move |event| queue.push(event).is_ok(),
        move || queue.pop(),
    )
}

/// `ringbuf`: one producer, one consumer, both with a copy of the other's index.
pub fn ringbuf(arena: &Arena) -> f64 {
    let (mut producer, mut consumer) = HeapRb::new(CAPACITY).split();
    arena.pass(
        "ringbuf",
        move |event| producer.try_push(event).is_ok(),
        move || consumer.try_pop(),
    )
}

/// `heapless`: one producer, one consumer; its length is part of the type.
pub fn heapless(arena: &Arena) -> f64 {
    // One slot stays free, as in ours.
    let mut queue: Box<heapless::spsc::Queue<Event, { SLOTS as usize }>> = Box::default();
    let (mut producer, mut consumer) = queue.split();
    arena.pass(
        "heapless",
        move |event| producer.enqueue(event).is_ok(),
        move || consumer.dequeue(),
    )
}
