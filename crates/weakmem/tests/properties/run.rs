//! Random operations of threads, and a machine that makes them.

use arch::Pairs;
use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use weakmem::{
    Access, Acquire, Driver, Execution, Kind, Load, Machine, Memory, PAGE_SIZE, Rules, Step, Store,
    StoreId, Strategy, ThreadId, Uniform, View,
};

pub const THREADS: u32 = 3;
pub const BASE: u64 = 0x1000;

#[derive(Debug, Clone)]
pub enum Op {
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

pub fn op() -> impl proptest::strategy::Strategy<Value = Op> {
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
pub struct Run {
    pub machine: Machine,
    strategy: Uniform,
    pub memory: Vec<u8>,
}

pub struct Guest<'a>(&'a mut Uniform, &'a mut [u8]);

impl Driver for Guest<'_> {
    fn read_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        self.0.read_delay(store, observer)
    }

    fn arrival_delay(&mut self, store: StoreId, observer: ThreadId) -> u64 {
        self.0.arrival_delay(store, observer)
    }

    fn patch(&mut self, addr: u64, bytes: &[u8]) {
        let at = (addr - BASE) as usize;
        self.1[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

impl Run {
    pub fn new(rules: Rules, seed: u64) -> Self {
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

    pub fn split(&mut self) -> (&mut Machine, Guest<'_>) {
        (
            &mut self.machine,
            Guest(&mut self.strategy, &mut self.memory),
        )
    }

    /// One step of the thread whose view is in memory: the emulator does it, then the machine is
    /// told.
    pub fn apply(&mut self, thread: ThreadId, op: &Op) {
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
    pub fn atomic(op: &Op) -> Option<Step> {
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
    pub fn seen(&self, thread: ThreadId) -> Vec<u8> {
        let mut seen = vec![0; PAGE_SIZE];
        self.machine.read(thread, BASE, &mut seen);
        seen
    }

    pub fn committed(&self) -> Vec<u8> {
        let mut bytes = vec![0; PAGE_SIZE];
        self.machine.image().read(BASE, &mut bytes);
        bytes
    }
}

pub fn rules() -> impl proptest::strategy::Strategy<Value = Rules> {
    prop_oneof![
        Just(Rules::X86_TSO),
        Just(Rules::ARMV8),
        Just(Rules::RVWMO),
        Just(Rules::POWER)
    ]
}
