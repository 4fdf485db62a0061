//! Properties that hold for any program and any strategy.

use arch::Pairs;
use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use weakmem::{
    Access, Acquire, Driver, Execution, GRANULE, Kind, LONGEST_DELAY, Load, Machine, Memory,
    PAGE_SIZE, Rules, Step, Store, StoreId, Strategy, ThreadId, Uniform, View,
};

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
        pending: bool,
    },
    Fence {
        stores: bool,
    },
    AcquireRcsc,
    Load {
        addr: u64,
        len: usize,
        acquire: bool,
    },
    /// The next access sees one moment of aligned blocks of this size.
    SeeOneMoment {
        size: u64,
    },
    /// The next access comes after all that is visible, or after nothing.
    Expect {
        all: bool,
    },
    Branch,
    ContextSync,
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
        2 => (place, any::<bool>()).prop_map(|((at, bytes, release), pending)| Op::Atomic { addr: BASE + at, bytes, release, pending }),
        1 => (0..3_u32).prop_map(|power| Op::SeeOneMoment { size: 4 << power }),
        1 => any::<bool>().prop_map(|stores| Op::Fence { stores }),
        1 => Just(Op::AcquireRcsc),
        4 => (0..24_u64, 1..=8_usize, any::<bool>()).prop_map(|(at, len, acquire)| Op::Load { addr: BASE + at, len, acquire }),
        2 => any::<bool>().prop_map(|all| Op::Expect { all }),
        1 => Just(Op::Branch),
        1 => Just(Op::ContextSync),
        3 => Just(Op::Propagate),
    ]
}

/// Choices by a seed, and memory as the plugin keeps it.
struct Run {
    machine: Machine,
    strategy: Uniform,
    memory: Vec<u8>,
}

struct Guest<'a>(&'a mut Uniform, &'a mut [u8]);

impl Driver for Guest<'_> {
    fn read_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        self.0.read_delay(store, observer)
    }

    fn patch(&mut self, addr: u64, bytes: &[u8]) {
        let at = (addr - BASE) as usize;
        self.1[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

impl Run {
    fn new(rules: Rules, seed: u64) -> Self {
        let mut machine = Machine::new(rules);
        machine.insert_page(BASE, [0; PAGE_SIZE]);
        for _ in 0..THREADS {
            machine.add_thread();
        }
        Self {
            machine,
            strategy: Uniform::new(seed),
            memory: vec![0; PAGE_SIZE],
        }
    }

    fn split(&mut self) -> (&mut Machine, Guest<'_>) {
        (
            &mut self.machine,
            Guest(&mut self.strategy, &mut self.memory),
        )
    }

    /// One step of the thread whose view is in memory: the emulator does it, then the machine is
    /// told.
    fn apply(&mut self, thread: ThreadId, op: &Op) {
        let store = self.machine.next_store(thread);
        let delay = self.strategy.store_delay(store);
        let atomic = Self::atomic(op);
        if let Some(step) = &atomic {
            let (machine, mut guest) = self.split();
            machine.prepare(thread, [(step, View::NONE)], &mut guest);
            machine.before(thread, step, &mut guest);
        }
        if let Op::Store { addr, bytes, .. } | Op::Atomic { addr, bytes, .. } = op {
            let at = (addr - BASE) as usize;
            self.memory[at..at + bytes.len()].copy_from_slice(bytes);
        }
        let (machine, mut guest) = self.split();
        let guest = &mut guest;
        match op {
            Op::Store {
                addr,
                bytes,
                release,
            } => {
                let store = Store {
                    addr: *addr,
                    bytes,
                    release: *release,
                    address: View::NONE,
                    data: View::NONE,
                };
                machine.store(thread, store, delay, guest);
            }
            Op::Atomic { addr, bytes, .. } => {
                let step = atomic.expect("it is one");
                let access = Access {
                    addr: *addr,
                    len: bytes.len(),
                    store: true,
                    bytes,
                    ..Access::NONE
                };
                let mut execution = Execution::new(access, Memory::Shared);
                machine.begin(thread, &step, &mut execution, guest);
                machine.finish(thread, &step, &mut execution, delay, guest);
                machine.prepare(thread, [], guest);
            }
            Op::Load { addr, len, acquire } => {
                let load = Load {
                    addr: *addr,
                    len: *len,
                    address: View::NONE,
                    no_result: false,
                };
                let view = machine.load(thread, load);
                if *acquire {
                    machine.acquired(thread, view, false, guest);
                } else {
                    machine.branch(thread, view);
                }
            }
            Op::Fence { stores: true } => machine.fence(thread, Pairs::WW, guest),
            Op::Fence { stores: false } => machine.fence(thread, Pairs::ALL, guest),
            Op::AcquireRcsc => {
                machine.acquire_rcsc(thread, guest);
            }
            Op::SeeOneMoment { size } => machine.see_one_moment(thread, *size, guest),
            Op::Expect { all } => {
                let view = if *all { View::ALL } else { View::NONE };
                machine.expect(thread, view, guest);
            }
            Op::Branch => machine.branch(thread, machine.now()),
            Op::ContextSync => machine.context_sync(thread, guest),
            Op::Propagate => {}
        }
    }

    /// The instruction of an atomic: an acquire if it is a release. Without a result, it may stay
    /// pending on RISC-V too.
    fn atomic(op: &Op) -> Option<Step> {
        let Op::Atomic {
            release, pending, ..
        } = op
        else {
            return None;
        };
        Some(Step {
            kind: Kind::Atomic,
            prepares: true,
            newest: true,
            acquire: if *release { Acquire::Rcsc } else { Acquire::No },
            release: *release,
            no_result: *pending,
            ..Step::default()
        })
    }

    /// What the thread sees.
    fn seen(&self, thread: ThreadId) -> Vec<u8> {
        let mut seen = vec![0; PAGE_SIZE];
        self.machine.read(thread, BASE, &mut seen);
        seen
    }

    fn committed(&self) -> Vec<u8> {
        let mut bytes = vec![0; PAGE_SIZE];
        self.machine.image().read(BASE, &mut bytes);
        bytes
    }
}

fn rules() -> impl proptest::strategy::Strategy<Value = Rules> {
    prop_oneof![
        Just(Rules::X86_TSO),
        Just(Rules::ARMV8),
        Just(Rules::RVWMO),
        Just(Rules::POWER)
    ]
}

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
                machine.prepare(thread, [(&atomic.expect("it is one"), View::NONE)], &mut guest);
                machine.begin_atomic(thread, &mut guest);
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
    ) {
        let mut run = Run::new(Rules::ARMV8, seed);
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
