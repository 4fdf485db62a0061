//! The ring against a queue of the standard library, one thread, any sequence of operations.

use std::collections::VecDeque;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use aio_ring::{Event, Full, Orderings, Release, Ring, Wmb};
use proptest::collection::vec;
use proptest::prelude::*;

const MAX_SLOTS: u32 = 9;
const HEAD: usize = 8;
const TAIL: usize = 12;

#[repr(align(8))]
struct Memory([MaybeUninit<u8>; 32 + 32 * MAX_SLOTS as usize]);

impl Memory {
    /// With something in it that is no ring.
    fn new() -> Self {
        Self([MaybeUninit::new(0xee); 32 + 32 * MAX_SLOTS as usize])
    }
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Complete(Event),
    ReadEvt,
    /// Both halves go away, and new ones are attached.
    Attach,
}

fn event() -> impl Strategy<Value = Event> {
    any::<(u64, u64, i64, i64)>().prop_map(|(data, obj, res, res2)| Event {
        data,
        obj,
        res,
        res2,
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => event().prop_map(Operation::Complete),
        4 => Just(Operation::ReadEvt),
        1 => Just(Operation::Attach),
    ]
}

fn behaves_as_a_queue<O: Orderings>(slots: u32, operations: &[Operation]) {
    let mut memory = Memory::new();
    Ring::<O>::new(&mut memory.0, slots).unwrap();
    let length = memory.0.len();
    let start = NonNull::from(&mut memory.0).cast();
    // SAFETY: initialised by `new`; nobody else has it while the ring does.
    let attach = || unsafe { Ring::<O>::attach(start, length) }.unwrap().split();

    let (mut producer, mut consumer) = attach();
    let mut queue = VecDeque::new();
    for &operation in operations {
        assert_eq!(producer.is_full(), queue.len() + 1 == slots as usize);
        assert_eq!(consumer.is_empty(), queue.is_empty());
        match operation {
            Operation::Complete(_) if producer.is_full() => {
                assert_eq!(producer.complete(Event::default()), Err(Full));
            }
            Operation::Complete(event) => {
                assert_eq!(producer.complete(event), Ok(()));
                queue.push_back(event);
            }
            Operation::ReadEvt => assert_eq!(consumer.read_evt(), queue.pop_front()),
            Operation::Attach => (producer, consumer) = attach(),
        }
    }
}

/// What a half goes by: its own index, and how many events, or free slots, the other half's index
/// said that there were when it last looked.
struct Half {
    slots: u32,
    own: u32,
    left: u32,
}

impl Half {
    /// One more event or slot is wanted, and the other half's index now says that there are none
    /// where it is `none`. Is there one?
    fn step(&mut self, other: u32, none: u32) -> bool {
        if self.left == 0 && other < self.slots {
            self.left = (other + self.slots - none) % self.slots;
        }
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.own = self.after();
        true
    }

    fn after(&self) -> u32 {
        (self.own + 1) % self.slots
    }
}

/// Somebody stores anything at all to head and tail, all the time.
fn survives<O: Orderings>(slots: u32, steps: &[(Operation, u32, u32)]) {
    let mut memory = Memory::new();
    Ring::<O>::new(&mut memory.0, slots).unwrap();
    let length = memory.0.len();
    let start = NonNull::from(&mut memory.0).cast::<u8>();
    // SAFETY: initialised by `new`; all other accesses are the atomic ones below.
    let (mut producer, mut consumer) = unsafe { Ring::<O>::attach(start, length) }.unwrap().split();
    // SAFETY: within the memory, aligned, and accessed by atomics alone.
    let [head, tail] = [HEAD, TAIL].map(|at| unsafe { start.add(at).cast::<AtomicU32>().as_ref() });

    let [mut filling, mut reading] = [0, 0].map(|own| Half {
        slots,
        own,
        left: 0,
    });
    for &(operation, new_head, new_tail) in steps {
        head.store(new_head, Ordering::Relaxed);
        tail.store(new_tail, Ordering::Relaxed);
        match operation {
            Operation::Complete(event) => {
                let full = producer.is_full();
                let room = filling.step(new_head, filling.after());
                assert_eq!(full, !room);
                assert_eq!(producer.complete(event), room.then_some(()).ok_or(Full));
            }
            Operation::ReadEvt => {
                let empty = consumer.is_empty();
                let announced = reading.step(new_tail, reading.own);
                assert_eq!(empty, !announced);
                assert_eq!(consumer.read_evt().is_some(), announced);
            }
            Operation::Attach => {
                // SAFETY: as above.
                let ring = unsafe { Ring::<O>::attach(start, length) };
                assert_eq!(ring.is_ok(), new_head < slots && new_tail < slots);
            }
        }
    }
}

/// In range as often as not.
fn index() -> impl Strategy<Value = u32> {
    prop_oneof![0..=MAX_SLOTS, any::<u32>()]
}

proptest! {
    #[test]
    fn a_queue(slots in 2..=MAX_SLOTS, operations in vec(operation(), 0..200)) {
        behaves_as_a_queue::<Release>(slots, &operations);
        behaves_as_a_queue::<Wmb>(slots, &operations);
    }

    #[test]
    fn hostile_indices(
        slots in 2..=MAX_SLOTS,
        steps in vec((operation(), index(), index()), 0..100),
    ) {
        survives::<Release>(slots, &steps);
        survives::<Wmb>(slots, &steps);
    }
}
