//! Every variant is a ring: one thread alone cannot tell them apart.

use std::mem::MaybeUninit;

use aio_ring_buggy::{
    BarrierOnly, BarrierOnlyReader, Event, Orderings, RelaxedHead, RelaxedReader, RelaxedTail,
    Release, Ring, Wmb,
};

#[repr(align(8))]
struct Memory([MaybeUninit<u8>; 512]);

fn in_order<O: Orderings>() {
    let mut memory = Memory([MaybeUninit::uninit(); 512]);
    let ring: Ring<'_, O> = Ring::new(&mut memory.0, 3).unwrap();
    let (mut producer, mut consumer) = ring.split();
    for k in 0..10 {
        let events = [2 * k, 2 * k + 1].map(|data| Event {
            data,
            ..Event::default()
        });
        for event in events {
            producer.complete(event).unwrap();
        }
        producer.complete(events[0]).unwrap_err();
        for event in events {
            assert_eq!(consumer.read_evt(), Some(event));
        }
        assert_eq!(consumer.read_evt(), None);
    }
}

#[test]
fn release() {
    in_order::<Release>();
}

#[test]
fn wmb() {
    in_order::<Wmb>();
}

#[test]
fn relaxed_tail() {
    in_order::<RelaxedTail>();
}

#[test]
fn barrier_only() {
    in_order::<BarrierOnly>();
}

#[test]
fn relaxed_reader() {
    in_order::<RelaxedReader>();
}

#[test]
fn relaxed_head() {
    in_order::<RelaxedHead>();
}

#[test]
fn barrier_only_reader() {
    in_order::<BarrierOnlyReader>();
}
