//! Properties that hold for any program and any strategy.

mod run;

use arch::Pairs;
use proptest::prelude::*;
use run::{BASE, Op, Run, THREADS, op, rules};
use weakmem::{
    Driver, GRANULE, LONGEST_DELAY, Machine, PAGE_SIZE, Rules, Store, StoreId, Strategy, ThreadId,
    Uniform, View,
};

proptest! {
    /// One thread alone sees its program order, whatever commits when.
    #[test]
    fn a_thread_sees_its_own_stores(
        ops in prop::collection::vec(op(), 0..120),
        seed: u64,
        rules in rules(),
    ) {
        let mut run = Run::new(rules, seed);
        let mut expected = vec![0; PAGE_SIZE];
        for op in &ops {
            if matches!(op, Op::Propagate) {
                let (machine, mut guest) = run.split();
                machine.next_round(&mut guest);
            }
            let (machine, mut guest) = run.split();
            machine.switch_in(0, &mut guest);
            run.apply(0, op);
            if let Op::Store { addr, bytes, .. } | Op::Atomic { addr, bytes, .. } = op {
                let at = (addr - BASE) as usize;
                expected[at..at + bytes.len()].copy_from_slice(bytes);
            }
            prop_assert_eq!(&run.seen(0), &expected);
            let (machine, mut guest) = run.split();
            machine.switch_out(&mut guest);
        }
        let (machine, mut guest) = run.split();
        machine.drain(0, &mut guest);
        prop_assert_eq!(run.committed(), expected);
    }

    /// Memory that follows the patches is always what the model says the running thread sees, and
    /// the committed contents when there is none.
    #[test]
    fn patches_keep_memory_true(
        ops in prop::collection::vec((0..THREADS, op()), 0..120),
        seed: u64,
        rules in rules(),
    ) {
        let mut run = Run::new(rules, seed);
        for (thread, op) in &ops {
            // A hand-off to `thread` …
            let (machine, mut guest) = run.split();
            machine.next_round(&mut guest);
            prop_assert_eq!(&run.memory, &run.committed());
            let (machine, mut guest) = run.split();
            machine.switch_in(*thread, &mut guest);
            prop_assert_eq!(&run.memory, &run.seen(*thread));
            // … which then does something …
            run.apply(*thread, op);
            prop_assert_eq!(&run.memory, &run.seen(*thread));
            // … and is stopped.
            let (machine, mut guest) = run.split();
            machine.switch_out(&mut guest);
        }
    }

    /// Nothing comes between the read and the write of an atomic, pending or not: no increment is
    /// lost, of two counters in one word and one beside it, among stores to what lies between them.
    #[test]
    fn no_increment_is_lost(
        steps in prop::collection::vec((0..THREADS, 0..4_u64, any::<[bool; 3]>()), 0..80),
        seed: u64,
        rules in rules(),
    ) {
        let mut run = Run::new(rules, seed);
        let mut expected = [0; 3];
        for (thread, counter, [pending, release, fence]) in steps {
            let (machine, mut guest) = run.split();
            machine.next_round(&mut guest);
            machine.switch_in(thread, &mut guest);
            let addr = BASE + 2 * counter;
            if counter == 3 {
                run.apply(thread, &Op::Store { addr: BASE + 1, bytes: vec![9], release });
            } else {
                let atomic = Run::atomic(&Op::Atomic { addr, bytes: Vec::new(), release, pending });
                let (machine, mut guest) = run.split();
                let atomic = atomic.expect("it is one");
                machine.prepare(thread, [(&atomic, View::NONE)], &mut guest);
                machine.before(thread, &atomic, &mut guest);
                let bytes = vec![run.memory[(addr - BASE) as usize].wrapping_add(1)];
                expected[counter as usize] += 1;
                run.apply(thread, &Op::Atomic { addr, bytes, release, pending });
            }
            run.apply(thread, &Op::Fence { stores: fence });
            let (machine, mut guest) = run.split();
            machine.switch_out(&mut guest);
        }
        let (machine, mut guest) = run.split();
        for thread in 0..THREADS {
            machine.drain(thread, &mut guest);
        }
        let found = run.committed();
        prop_assert_eq!([found[0], found[2], found[4]], expected);
    }

    /// A location never goes backwards for a thread (CoRR), whatever is shown for a moment and
    /// unseen again. And an access of eight bytes sees one moment of them.
    #[test]
    fn no_location_goes_backwards(
        steps in prop::collection::vec((0..8_u64, any::<[bool; 3]>()), 0..80),
        seed: u64,
        power: bool,
    ) {
        let rules = if power { Rules::POWER } else { Rules::ARMV8 };
        let mut run = Run::new(rules, seed);
        let mut last = [0; 8 / GRANULE];
        for (count, (neighbour, [shown, atomic, whole])) in steps.iter().enumerate() {
            // Thread 0 counts all eight bytes up …
            let (machine, mut guest) = run.split();
            machine.next_round(&mut guest);
            machine.switch_in(0, &mut guest);
            let (addr, bytes, release) = (BASE, vec![count as u8 + 1; 8], false);
            let op = if *atomic {
                Op::Atomic { addr, bytes, release, pending: false }
            } else {
                Op::Store { addr, bytes, release }
            };
            run.apply(0, &op);
            // … and thread 1 reads one of them.
            let (machine, mut guest) = run.split();
            machine.switch_out(&mut guest);
            machine.next_round(&mut guest);
            machine.switch_in(1, &mut guest);
            run.apply(1, &Op::Expect { all: *shown });
            if *whole {
                run.apply(1, &Op::SeeOneMoment { size: 8 });
                let found = &run.seen(1)[..8];
                prop_assert!(found.iter().all(|byte| *byte == found[0]), "{found:?}");
            }
            let found = run.seen(1)[*neighbour as usize];
            run.apply(1, &Op::Load { addr: BASE + neighbour, len: 1, acquire: false });
            run.apply(1, &Op::Expect { all: false });
            let (machine, mut guest) = run.split();
            machine.switch_out(&mut guest);
            // What one byte shows holds for its granule: it was written as a whole.
            let last = &mut last[*neighbour as usize / GRANULE];
            prop_assert!(found >= *last, "{found} after {last}");
            *last = found;
        }
    }

    /// Every store becomes visible, and every write is seen, in a bounded number of rounds, even
    /// if the strategy would have it otherwise.
    #[test]
    fn nothing_waits_for_ever(stores in prop::collection::vec((0..THREADS, 0..24_u64), 0..60)) {
        struct Never;
        impl Driver for Never {
            fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
                u64::MAX
            }
            fn patch(&mut self, _: u64, _: &[u8]) {}
        }
        let mut machine = Run::new(Rules::ARMV8, 0).machine;
        for (thread, at) in stores {
            let store = Store { addr: BASE + at, bytes: &[1], release: false, address: View::NONE, data: View::NONE };
            machine.store(thread, store, u64::MAX, &mut Never);
            machine.fence(thread, Pairs::WW, &mut Never);
        }
        for _ in 0..=2 * LONGEST_DELAY {
            machine.next_round(&mut Never);
        }
        for thread in 0..THREADS {
            prop_assert!(machine.buffer(thread).is_empty());
            prop_assert!(!machine.tracks(thread));
        }
    }
}

#[test]
fn a_reservation_is_lost_when_another_store_becomes_visible() {
    let mut run = Run::new(Rules::ARMV8, 0);
    let (machine, mut guest) = run.split();
    let guest = &mut guest;
    let lost = |machine: &Machine| machine.reservation(0).is_some_and(|held| held.is_lost());
    let store = |addr, bytes| Store {
        addr,
        bytes,
        release: false,
        address: View::NONE,
        data: View::NONE,
    };
    machine.reserve(0, BASE, &[0; 4], View::NONE, false);
    // Its own stores, others' pending ones, and others' next to it leave it.
    machine.atomic(0, store(BASE, &[1; 4]), None, guest);
    machine.store(1, store(BASE, &[2; 4]), 9, guest);
    machine.atomic(2, store(BASE + 4, &[3; 4]), None, guest);
    assert!(!lost(machine));
    machine.drain(1, guest);
    assert!(lost(machine));
    // The second half of a pair is reserved with the first; another instruction starts anew.
    machine.reserve(0, BASE, &[0; 8], View::NONE, false);
    machine.reserve(0, BASE + 8, &[0; 8], View::NONE, true);
    machine.atomic(2, store(BASE + 12, &[3; 4]), None, guest);
    assert!(lost(machine));
    machine.reserve(0, BASE, &[0; 4], View::NONE, false);
    assert!(!lost(machine));
    machine.end_reservation(0);
    machine.atomic(2, store(BASE, &[3; 4]), None, guest);
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
