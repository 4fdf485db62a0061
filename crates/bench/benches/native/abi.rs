//! Copies of the ring that each differ in one property that the ABI fixes or leaves open.
//!
//! They differ from `aio-ring` in nothing else: an event is four Relaxed words, the indices are
//! ordered by Release and Acquire, and one slot stays free.

use std::array;
use std::hint::black_box;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use aio_ring::Event;

use crate::arena::Arena;
use crate::capacity::SLOTS;

/// An event's place.
#[derive(Debug, Default)]
struct Slot([AtomicU64; 4]);

impl Slot {
    // Relaxed: ordered by the indices' Release stores and Acquire loads, as in `aio-ring`.
    fn store(&self, event: Event) {
        let words = [
            event.data,
            event.obj,
            event.res.cast_unsigned(),
            event.res2.cast_unsigned(),
        ];
        for (place, word) in self.0.iter().zip(words) {
            place.store(word, Relaxed);
        }
    }

    fn load(&self) -> Event {
        let [data, obj, res, res2] = self.0.each_ref().map(|place| place.load(Relaxed));
        Event {
            data,
            obj,
            res: res.cast_signed(),
            res2: res2.cast_signed(),
        }
    }
}

/// Where indices and slots are.
pub trait Place: Sync {
    fn empty() -> Box<Self>;
    fn head(&self) -> &AtomicU32;
    fn tail(&self) -> &AtomicU32;
    fn slots(&self) -> &[impl AsSlot];
}

/// Keeps [`Slot`] out of the trait's signature.
pub trait AsSlot: Sync {
    fn put(&self, event: Event);
    fn get(&self) -> Event;
}

impl AsSlot for Slot {
    fn put(&self, event: Event) {
        self.store(event);
    }

    fn get(&self) -> Event {
        self.load()
    }
}

/// As the ABI has it: head, tail and the first slot on one cache line, at the start of a page.
#[repr(C, align(4096))]
pub struct OneLine {
    /// Id, number of slots, head, tail, magic number, features twice, header length.
    header: [AtomicU32; 8],
    slots: [Slot; SLOTS as usize],
}

impl Place for OneLine {
    fn empty() -> Box<Self> {
        Box::new(Self {
            header: Default::default(),
            slots: array::from_fn(|_| Slot::default()),
        })
    }

    fn head(&self) -> &AtomicU32 {
        &self.header[2]
    }

    fn tail(&self) -> &AtomicU32 {
        &self.header[3]
    }

    fn slots(&self) -> &[impl AsSlot] {
        &self.slots
    }
}

/// What is alone on its cache line and on the one that is fetched with it.
#[repr(align(128))]
struct Alone<T>(T);

/// Head, tail and slots each on lines of their own.
#[repr(C, align(4096))]
pub struct OwnLines {
    head: Alone<AtomicU32>,
    tail: Alone<AtomicU32>,
    slots: Alone<[Slot; SLOTS as usize]>,
}

impl Place for OwnLines {
    fn empty() -> Box<Self> {
        Box::new(Self {
            head: Alone(AtomicU32::new(0)),
            tail: Alone(AtomicU32::new(0)),
            slots: Alone(array::from_fn(|_| Slot::default())),
        })
    }

    fn head(&self) -> &AtomicU32 {
        &self.head.0
    }

    fn tail(&self) -> &AtomicU32 {
        &self.tail.0
    }

    fn slots(&self) -> &[impl AsSlot] {
        &self.slots.0
    }
}

/// How the index after the last slot becomes the first one.
pub trait Wrap {
    fn next(index: u32, slots: u32) -> u32;
}

/// By a comparison, as in `aio-ring`: any number of slots.
pub enum Compare {}

impl Wrap for Compare {
    fn next(index: u32, slots: u32) -> u32 {
        let next = index + 1;
        if next == slots { 0 } else { next }
    }
}

/// By a division: any number of slots.
pub enum Modulo {}

impl Wrap for Modulo {
    fn next(index: u32, slots: u32) -> u32 {
        (index + 1) % slots
    }
}

/// By a mask, which the ABI does not allow: the number of slots must be a power of two.
pub enum Mask {}

impl Wrap for Mask {
    fn next(index: u32, slots: u32) -> u32 {
        (index + 1) & (slots - 1)
    }
}

/// A copy of the ring with so many slots, at most [`SLOTS`]. If `KEEPS`, each half keeps the
/// other's index as it last saw it, and looks again only when the ring seems full or empty.
pub fn copy<P: Place, W: Wrap, const KEEPS: bool>(arena: &Arena, slots: u32) -> f64 {
    // As in `aio-ring`, the number of slots is not known when this is compiled.
    let nr = black_box(slots);
    let place = P::empty();
    let place = &*place;
    let Some(slots) = place.slots().get(..nr as usize) else {
        return arena.fail(format!("a copy of the ring has {SLOTS} slots, not {nr}"));
    };

    let (mut tail, mut seen_head) = (0, 0);
    let put = move |event| {
        let next = W::next(tail, nr);
        if !KEEPS || next == seen_head {
            // Acquire: pairs with the Release store below.
            seen_head = place.head().load(Acquire);
            if next == seen_head || seen_head >= nr {
                seen_head = next;
                return false;
            }
        }
        let Some(slot) = slots.get(tail as usize) else {
            return false;
        };
        slot.put(event);
        tail = next;
        // Release: pairs with the Acquire load below.
        place.tail().store(next, Release);
        true
    };

    let (mut head, mut seen_tail) = (0, 0);
    let take = move || {
        if !KEEPS || head == seen_tail {
            // Acquire: pairs with the Release store above.
            let tail = place.tail().load(Acquire);
            if tail == head || tail >= nr {
                return None;
            }
            seen_tail = tail;
        }
        let event = slots.get(head as usize)?.get();
        head = W::next(head, nr);
        // Release: pairs with the Acquire load above.
        place.head().store(head, Release);
        Some(event)
    };

    arena.pass("a copy of the ring", put, take)
}
