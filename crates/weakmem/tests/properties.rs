//! Properties that hold for any program and any strategy.

use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use weakmem::{Fence, LONGEST_LIFE, Machine, PAGE_SIZE, StoreOrder, Strategy, ThreadId, Uniform};

const THREADS: u32 = 3;
const BASE: u64 = 0x1000;

#[derive(Debug, Clone)]
enum Op {
    Store {
        addr: u64,
        bytes: Vec<u8>,
        release: bool,
    },
    Atomic {
        addr: u64,
        bytes: Vec<u8>,
        release: bool,
    },
    Fence {
        stores: bool,
    },
    AcquireRcsc,
    Propagate,
}

fn op() -> impl proptest::strategy::Strategy<Value = Op> {
    let place = (
        0..24_u64,
        prop::collection::vec(any::<u8>(), 1..=16),
        any::<bool>(),
    );
    prop_oneof![
        8 => place.clone().prop_map(|(at, bytes, release)| Op::Store { addr: BASE + at, bytes, release }),
        1 => place.prop_map(|(at, bytes, release)| Op::Atomic { addr: BASE + at, bytes, release }),
        1 => any::<bool>().prop_map(|stores| Op::Fence { stores }),
        1 => Just(Op::AcquireRcsc),
        3 => Just(Op::Propagate),
    ]
}

fn apply(machine: &mut Machine, strategy: &mut Uniform, thread: ThreadId, op: &Op) {
    match op {
        Op::Store {
            addr,
            bytes,
            release,
        } => machine.store(thread, *addr, bytes, *release, strategy.life()),
        Op::Atomic {
            addr,
            bytes,
            release,
        } => machine.atomic(thread, *addr, bytes, *release),
        Op::Fence { stores: true } => machine.fence(thread, Fence::STORES),
        Op::Fence { stores: false } => machine.fence(thread, Fence::FULL),
        Op::AcquireRcsc => machine.acquire_rcsc(thread),
        Op::Propagate => machine.propagate(|_, _| ()),
    }
}

fn machine(order: StoreOrder) -> Machine {
    let mut machine = Machine::new(order);
    machine.image_mut().insert(BASE, [0; PAGE_SIZE]);
    for _ in 0..THREADS {
        machine.add_thread();
    }
    machine
}

/// Memory as the plugin keeps it: committed values under one thread's view.
struct Mirror(Vec<u8>);

impl Mirror {
    fn patch(&mut self, addr: u64, bytes: &[u8]) {
        let at = (addr - BASE) as usize;
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

proptest! {
    /// One thread alone sees its program order, whatever commits when.
    #[test]
    fn a_thread_sees_its_own_stores(
        ops in prop::collection::vec(op(), 0..120),
        seed: u64,
        fifo: bool,
    ) {
        let order = if fifo { StoreOrder::Fifo } else { StoreOrder::Weak };
        let (mut machine, mut strategy) = (machine(order), Uniform::new(seed));
        let mut expected = vec![0; 64];
        for op in &ops {
            apply(&mut machine, &mut strategy, 0, op);
            if let Op::Store { addr, bytes, .. } | Op::Atomic { addr, bytes, .. } = op {
                let at = (addr - BASE) as usize;
                expected[at..at + bytes.len()].copy_from_slice(bytes);
            }
            let mut found = vec![0; 64];
            machine.read(0, BASE, &mut found);
            prop_assert_eq!(&found, &expected);
        }
        machine.drain(0);
        let mut found = vec![0; 64];
        machine.image().read(BASE, &mut found);
        prop_assert_eq!(found, expected);
    }

    /// Memory that follows the patches is always what the model says the running thread sees.
    #[test]
    fn patches_keep_memory_true(
        ops in prop::collection::vec((0..THREADS, op()), 0..120),
        seed: u64,
        fifo: bool,
    ) {
        let order = if fifo { StoreOrder::Fifo } else { StoreOrder::Weak };
        let (mut machine, mut strategy) = (machine(order), Uniform::new(seed));
        let mut memory = Mirror(vec![0; PAGE_SIZE]);
        for (thread, op) in &ops {
            // A hand-off to `thread` …
            machine.propagate(|addr, bytes| memory.patch(addr, bytes));
            prop_assert_eq!(&memory.0[..], &machine.image().pages().next().unwrap().1[..]);
            machine.enter(*thread, |addr, bytes| memory.patch(addr, bytes));
            // … which then stores …
            if let Op::Store { addr, bytes, .. } | Op::Atomic { addr, bytes, .. } = op {
                memory.patch(*addr, bytes);
            }
            if !matches!(op, Op::Propagate) {
                apply(&mut machine, &mut strategy, *thread, op);
            }
            let mut seen = vec![0; PAGE_SIZE];
            machine.read(*thread, BASE, &mut seen);
            prop_assert_eq!(&memory.0, &seen);
            // … and is stopped.
            machine.leave(*thread, |addr, bytes| memory.patch(addr, bytes));
        }
    }

    /// Every store becomes visible in a bounded number of rounds, even if the strategy would
    /// have it pending for ever.
    #[test]
    fn stores_do_not_wait_for_ever(stores in prop::collection::vec((0..THREADS, 0..24_u64), 0..60)) {
        let mut machine = machine(StoreOrder::Weak);
        for (thread, at) in stores {
            machine.store(thread, BASE + at, &[1], false, u64::MAX);
            machine.fence(thread, Fence::STORES);
        }
        for _ in 0..=LONGEST_LIFE {
            machine.propagate(|_, _| ());
        }
        for thread in 0..THREADS {
            prop_assert!(machine.buffer(thread).is_empty());
        }
    }
}

#[test]
fn a_reservation_is_lost_when_another_store_becomes_visible() {
    let mut machine = machine(StoreOrder::Weak);
    let lost = |machine: &Machine| machine.reservation(0).is_some_and(|held| held.is_lost());
    machine.reserve(0, BASE, &[0; 4], false);
    // Its own stores, others' pending ones, and others' next to it leave it.
    machine.atomic(0, BASE, &[1; 4], false);
    machine.store(1, BASE, &[2; 4], false, 9);
    machine.atomic(2, BASE + 4, &[3; 4], false);
    assert!(!lost(&machine));
    machine.drain(1);
    assert!(lost(&machine));
    // The second half of a pair is reserved with the first; another instruction starts anew.
    machine.reserve(0, BASE, &[0; 8], false);
    machine.reserve(0, BASE + 8, &[0; 8], true);
    machine.atomic(2, BASE + 12, &[3; 4], false);
    assert!(lost(&machine));
    machine.reserve(0, BASE, &[0; 4], false);
    assert!(!lost(&machine));
    machine.end_reservation(0);
    machine.atomic(2, BASE, &[3; 4], false);
    assert_eq!(machine.reservation(0), None);
}

#[test]
fn a_seed_gives_the_same_choices_on_every_host() {
    let mut strategy = Uniform::new(1);
    let choices: Vec<u32> = (0..8)
        .map(|_| strategy.next_thread(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
        .collect();
    assert_eq!(choices, FIRST_CHOICES_OF_SEED_1);
}

const FIRST_CHOICES_OF_SEED_1: [u32; 8] = [8, 7, 1, 7, 1, 5, 9, 5];
