//! What `new` lays out and what `attach` accepts.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use aio_ring::{Event, LayoutError, Release, Ring, bytes_for};

const SLOTS: u32 = 4;

#[repr(align(8))]
struct Memory([u8; bytes_for(SLOTS)]);

impl Memory {
    fn uninit(&mut self) -> &mut [MaybeUninit<u8>] {
        // SAFETY: the ring stores initialised bytes only.
        unsafe { &mut *(&raw mut self.0 as *mut [MaybeUninit<u8>; bytes_for(SLOTS)]) }
    }

    /// An empty ring.
    fn ring() -> Self {
        let mut memory = Self([0xee; _]);
        Ring::<Release>::new(memory.uninit(), SLOTS).unwrap();
        memory
    }

    /// A ring with another word at an offset.
    fn with(offset: usize, word: u32) -> Self {
        let mut memory = Self::ring();
        memory.0[offset..offset + 4].copy_from_slice(&word.to_ne_bytes());
        memory
    }

    fn word(&self, offset: usize) -> u32 {
        u32::from_ne_bytes(self.0[offset..offset + 4].try_into().unwrap())
    }

    fn attach(&mut self, length: usize) -> Result<Ring<'_, Release>, LayoutError> {
        // SAFETY: initialised, at least as long, and borrowed for as long as the ring lives.
        unsafe { Ring::attach(NonNull::from(&mut self.0).cast(), length) }
    }

    fn refusal(mut self) -> LayoutError {
        self.attach(bytes_for(SLOTS)).unwrap_err()
    }
}

#[test]
fn header() {
    let memory = Memory::ring();
    let header: Vec<u32> = (0..32).step_by(4).map(|at| memory.word(at)).collect();
    assert_eq!(header, [0, SLOTS, 0, 0, 0xa10a_10a1, 1, 0, 32]);
    assert!(memory.0[32..].iter().all(|&byte| byte == 0));
}

#[test]
fn events_and_indices() {
    let mut memory = Memory::ring();
    let event = Event {
        data: 1,
        obj: 2,
        res: -3,
        res2: 4,
    };
    let mut producer = memory.attach(bytes_for(SLOTS)).unwrap().into_producer();
    producer.complete(event).unwrap();
    producer.complete(Event::default()).unwrap();
    assert_eq!((memory.word(8), memory.word(12)), (0, 2));
    let fields: Vec<i64> = memory.0[32..64]
        .chunks(8)
        .map(|field| i64::from_ne_bytes(field.try_into().unwrap()))
        .collect();
    assert_eq!(fields, [1, 2, -3, 4]);

    let mut consumer = memory.attach(bytes_for(SLOTS)).unwrap().into_consumer();
    assert_eq!(consumer.read_evt(), Some(event));
    assert_eq!((memory.word(8), memory.word(12)), (1, 2));

    // The next one goes on where this one was.
    let mut consumer = memory.attach(bytes_for(SLOTS)).unwrap().into_consumer();
    assert_eq!(consumer.read_evt(), Some(Event::default()));
    assert_eq!(consumer.read_evt(), None);
}

#[test]
fn new_refuses() {
    let mut memory = Memory([0; _]);
    for slots in [0, 1] {
        assert_eq!(
            Ring::<Release>::new(memory.uninit(), slots).unwrap_err(),
            LayoutError::TooFewSlots { slots }
        );
    }
    assert_eq!(
        Ring::<Release>::new(memory.uninit(), SLOTS + 1).unwrap_err(),
        LayoutError::TooShort {
            needed: 192,
            given: 160
        }
    );
    assert!(matches!(
        Ring::<Release>::new(&mut memory.uninit()[4..], 2).unwrap_err(),
        LayoutError::Misaligned { .. }
    ));
    assert!(matches!(
        Ring::<Release>::new(&mut [], 2).unwrap_err(),
        LayoutError::Misaligned { .. } | LayoutError::TooShort { .. }
    ));
}

#[test]
fn attach_refuses() {
    assert_eq!(
        Memory::with(16, 0).refusal(),
        LayoutError::BadMagic { found: 0 }
    );
    assert_eq!(
        Memory::with(28, 64).refusal(),
        LayoutError::BadHeaderLength { found: 64 }
    );
    assert_eq!(
        Memory::with(24, 2).refusal(),
        LayoutError::IncompatibleFeatures { found: 2 }
    );
    assert_eq!(
        Memory::with(4, 1).refusal(),
        LayoutError::TooFewSlots { slots: 1 }
    );
    assert_eq!(
        Memory::with(4, SLOTS + 1).refusal(),
        LayoutError::TooShort {
            needed: 192,
            given: 160
        }
    );
    assert_eq!(
        Memory::with(8, SLOTS).refusal(),
        LayoutError::IndexOutOfRange {
            head: SLOTS,
            tail: 0,
            slots: SLOTS
        }
    );
    assert_eq!(
        Memory::with(12, u32::MAX).refusal(),
        LayoutError::IndexOutOfRange {
            head: 0,
            tail: u32::MAX,
            slots: SLOTS
        }
    );
    for length in [0, 31, bytes_for(2) - 1] {
        assert_eq!(
            Memory::ring().attach(length).unwrap_err(),
            LayoutError::TooShort {
                needed: bytes_for(2),
                given: length
            }
        );
    }
    // Fewer bytes than the header's number of slots takes.
    assert_eq!(
        Memory::ring().attach(bytes_for(SLOTS) - 1).unwrap_err(),
        LayoutError::TooShort {
            needed: 160,
            given: 159
        }
    );
}

#[test]
fn compatible_features_are_no_obstacle() {
    let mut memory = Memory::with(20, 3);
    assert_eq!(memory.attach(bytes_for(SLOTS)).unwrap().slots(), SLOTS);
}

#[test]
fn later_changes_to_the_number_of_slots_are_not_seen() {
    let mut memory = Memory::ring();
    let start = NonNull::from(&mut memory.0).cast::<u8>();
    // SAFETY: initialised, and accessed by atomics alone as long as the halves live.
    let ring: Ring<'_, Release> = unsafe { Ring::attach(start, bytes_for(SLOTS)) }.unwrap();
    let (mut producer, mut consumer) = ring.split();
    // SAFETY: within the memory, aligned, and accessed by atomics alone.
    let nr = unsafe { start.add(4).cast::<std::sync::atomic::AtomicU32>().as_ref() };
    nr.store(1000, std::sync::atomic::Ordering::Relaxed);
    for _ in 0..3 * SLOTS {
        producer.complete(Event::default()).unwrap();
        consumer.read_evt().unwrap();
    }
}

#[test]
fn messages_say_what_to_do() {
    let messages: Vec<String> = [
        LayoutError::Misaligned { address: 0x1004 },
        LayoutError::TooShort {
            needed: 96,
            given: 32,
        },
        LayoutError::TooFewSlots { slots: 1 },
        LayoutError::BadMagic { found: 0 },
        LayoutError::BadHeaderLength { found: 64 },
        LayoutError::IncompatibleFeatures { found: 2 },
        LayoutError::IndexOutOfRange {
            head: 9,
            tail: 0,
            slots: 8,
        },
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    assert_eq!(
        messages,
        [
            "the memory at 0x1004 is not aligned: give memory aligned to 8 bytes, a page for \
             instance",
            "the memory is too short for the ring: give 96 bytes instead of 32",
            "a ring of 1 slots holds no event: one slot always stays free, so ask for 2 or more",
            "no ring here: the magic number is 0x0 instead of 0xa10a10a1; attach to memory that \
             `io_setup` or `Ring::new` has laid out",
            "a ring of another version: its header has 64 bytes instead of 32; read it by system \
             call",
            "a ring of another version: its incompatible features are 0x2 instead of 0x0; read it \
             by system call",
            "the ring is corrupt: head 9 and tail 0 must be less than its 8 slots; lay it out anew",
        ]
    );
}
