//! Two threads, each with a half.

use std::hint;
use std::mem::MaybeUninit;
use std::thread;

use aio_ring::{Consumer, Event, Orderings, Producer, Release, Ring, Wmb};

/// Miri takes a thousand times as long.
const EVENTS: u64 = if cfg!(miri) { 200 } else { 200_000 };

#[repr(align(8))]
struct Memory([MaybeUninit<u8>; 512]);

fn numbered(number: u64) -> Event {
    let signed = number.cast_signed();
    Event {
        data: number,
        obj: !number,
        res: signed,
        res2: -signed,
    }
}

fn every_event_arrives_whole_and_in_order<O: Orderings>(slots: u32) {
    let mut memory = Memory([MaybeUninit::uninit(); 512]);
    let ring: Ring<'_, O> = Ring::new(&mut memory.0, slots).unwrap();
    let (mut producer, mut consumer) = ring.split();
    thread::scope(|scope| {
        scope.spawn(move || {
            for number in 0..EVENTS {
                while producer.complete(numbered(number)).is_err() {
                    hint::spin_loop();
                    thread::yield_now();
                }
            }
        });
        scope.spawn(move || {
            for number in 0..EVENTS {
                let event = loop {
                    match consumer.read_evt() {
                        Some(event) => break event,
                        None => thread::yield_now(),
                    }
                };
                assert_eq!(event, numbered(number));
            }
            assert_eq!(consumer.read_evt(), None);
        });
    });
}

#[test]
fn release() {
    every_event_arrives_whole_and_in_order::<Release>(8);
}

#[test]
fn release_smallest() {
    every_event_arrives_whole_and_in_order::<Release>(2);
}

#[test]
fn wmb() {
    every_event_arrives_whole_and_in_order::<Wmb>(8);
}

#[test]
fn wmb_smallest() {
    every_event_arrives_whole_and_in_order::<Wmb>(2);
}

/// Whatever the orderings are.
#[test]
fn halves_can_be_sent() {
    fn send<T: Send>() {}
    fn check<O: Orderings>() {
        send::<Ring<'_, O>>();
        send::<Producer<'_, O>>();
        send::<Consumer<'_, O>>();
    }
    check::<Release>();
}
