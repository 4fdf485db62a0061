//! Promises: what they show, what keeps them, and what breaks them.

use crate::support::{Delay, LONG, PAGE, X, Y, byte, load, machine, store, write};
use arch::Pairs;
use weakmem::{
    Breach, Driver, Guards, Kind, Load, Machine, PAGE_SIZE, Promise, Refusal, Rules, Store,
    StoreId, ThreadId, View,
};

const Z: u64 = PAGE + 128;

const fn promise(number: u64, addr: u64, bytes: &[u8]) -> Promise<'_> {
    Promise {
        number,
        addr,
        bytes,
        privately: 0,
        behind: 0,
        guards: Guards::NONE,
        kind: Kind::Plain,
    }
}

const ONE: &[u8] = &[1, 0, 0, 0];

/// Thread 1 has promised its first store, Y = 1; then thread 0 wrote X = 1.
fn promised(rules: Rules) -> Machine {
    let mut machine = machine(rules);
    let early = machine.promise(1, promise(1, Y, ONE), &mut Delay(LONG));
    assert!(early.is_ok());
    write(&mut machine, X, 1);
    machine
}

/// Thread 1 loads the new value of X. Returns the view of that.
fn load_late(machine: &mut Machine) -> View {
    machine.see_one(1, X, 4);
    assert_eq!(byte(machine, 1, X), 1);
    let view = machine.load(1, load(X));
    assert_ne!(view, View::NONE);
    view
}

fn make(machine: &mut Machine, store: Store<'_>) -> Option<Breach> {
    machine.store(1, store, LONG, &mut Delay(LONG));
    assert!(!machine.has_promises(1));
    machine.broken().map(|broken| {
        let first = StoreId {
            thread: 1,
            number: 1,
        };
        assert_eq!(broken.store, first);
        broken.breach
    })
}

#[test]
fn a_store_is_visible_before_an_earlier_load() {
    for rules in [Rules::ARMV8, Rules::RVWMO, Rules::POWER] {
        let mut machine = promised(rules);
        assert_eq!((byte(&machine, 0, Y), byte(&machine, 1, Y)), (0, 0));
        machine.see_one(0, Y, 4);
        assert_eq!((byte(&machine, 0, Y), byte(&machine, 1, Y)), (1, 0));
        load_late(&mut machine);
        assert_eq!(make(&mut machine, store(Y, ONE)), None);
        assert_eq!(byte(&machine, 1, Y), 1);
        assert!(machine.buffer(1).is_empty() && !machine.tracks(1));
        let counters = machine.counters();
        assert_eq!((counters.early_stores, counters.stores), (1, 2));
    }
}

/// Something that the thread does between the promise and the store, after a load of something newer.
type Between = fn(&mut Machine, View);

/// What orders the store after a load, where the thread's load of X has this view.
const ORDERS: [(&str, Between); 8] = [
    ("a branch", |machine, view| machine.branch(1, view)),
    ("a picked address", |machine, view| {
        machine.address_picked(1, view)
    }),
    ("picked data", |machine, view| machine.data_picked(1, view)),
    ("an address", |machine, view| {
        machine.load(
            1,
            Load {
                address: view,
                ..load(Z)
            },
        );
    }),
    ("a fence", |machine, _| {
        let fence = Pairs {
            rw: true,
            ..Pairs::NONE
        };
        machine.fence(1, fence, &mut Delay(LONG));
    }),
    ("an acquire", |machine, view| {
        machine.acquired(1, view, false, &mut Delay(LONG));
    }),
    ("a load of the location", |machine, view| {
        machine.load(
            1,
            Load {
                address: view,
                ..load(Y)
            },
        );
    }),
    ("a system call", |machine, _| {
        machine.see_everything(1, &mut Delay(LONG))
    }),
];

/// A store of Y that is ordered after a view, and why.
type Ordered = (&'static str, fn(View) -> Store<'static>);

#[test]
fn what_is_later_than_a_promise_breaks_it() {
    for (what, between) in ORDERS {
        let mut machine = promised(Rules::ARMV8);
        let view = load_late(&mut machine);
        between(&mut machine, view);
        assert_eq!(
            make(&mut machine, store(Y, ONE)),
            Some(Breach::Ordered),
            "{what}"
        );
    }
    let ordered: [Ordered; 3] = [
        ("its data", |data| Store {
            data,
            ..store(Y, ONE)
        }),
        ("its address", |address| Store {
            address,
            ..store(Y, ONE)
        }),
        ("its release", |_| Store {
            release: true,
            ..store(Y, ONE)
        }),
    ];
    for (what, make_store) in ordered {
        let mut machine = promised(Rules::ARMV8);
        let view = load_late(&mut machine);
        assert_eq!(
            make(&mut machine, make_store(view)),
            Some(Breach::Ordered),
            "{what}"
        );
    }
}

/// The same, where all that was loaded is older than the promise.
#[test]
fn what_is_older_than_a_promise_keeps_it() {
    for (what, between) in &ORDERS[..7] {
        let mut machine = promised(Rules::ARMV8);
        let view = machine.load(1, load(X));
        assert_eq!(byte(&machine, 1, X), 0);
        between(&mut machine, view);
        assert_eq!(make(&mut machine, store(Y, ONE)), None, "{what}");
    }
}

#[test]
fn a_later_write_of_the_thread_before_a_fence_breaks_a_promise() {
    for (commits, fence) in [(false, Pairs::WW), (true, Pairs::WW), (true, Pairs::NONE)] {
        let mut machine = machine(Rules::ARMV8);
        let second = promise(2, Y, ONE);
        machine.promise(1, second, &mut Delay(LONG)).unwrap();
        machine.store(1, store(Z, ONE), LONG, &mut Delay(LONG));
        machine.fence(1, fence, &mut Delay(LONG));
        if commits {
            machine.commit(1, 0, &mut Delay(LONG));
        }
        machine.store(1, store(Y, ONE), LONG, &mut Delay(LONG));
        let broken = machine.broken().map(|broken| broken.breach);
        let ordered = (fence == Pairs::WW).then_some(Breach::Ordered);
        assert_eq!(broken, ordered, "{commits} {fence:?}");
    }
}

/// Who sees the promised store, and then comes to use that memory, must see the other one too.
#[test]
fn so_does_a_write_to_memory_of_its_own() {
    for (fence, release) in [(true, false), (false, true), (false, false)] {
        let mut machine = machine(Rules::ARMV8);
        let early = Promise {
            privately: 1,
            ..promise(1, Y, ONE)
        };
        assert!(machine.promise(1, early, &mut Delay(LONG)).is_ok());
        machine.private_store(1, store(0x9000, ONE));
        if fence {
            machine.fence(1, Pairs::WW, &mut Delay(LONG));
        }
        let last = Store {
            release,
            ..store(Y, ONE)
        };
        let ordered = (fence || release).then_some(Breach::Ordered);
        assert_eq!(make(&mut machine, last), ordered);
    }
}

#[test]
fn another_store_breaks_a_promise() {
    for (other, breach) in [
        (store(Y, &[2, 0, 0, 0]), Breach::Other),
        (store(Y, &[1, 0]), Breach::Other),
        (store(Z, ONE), Breach::Other),
    ] {
        let mut machine = promised(Rules::ARMV8);
        assert_eq!(make(&mut machine, other), Some(breach), "{other:?}");
    }
    let mut machine = machine(Rules::ARMV8);
    machine
        .promise(1, promise(2, Y, ONE), &mut Delay(LONG))
        .unwrap();
    machine.store(1, store(Y, ONE), LONG, &mut Delay(LONG));
    let broken = machine.broken().unwrap();
    assert_eq!(broken.breach, Breach::Overwritten);
    let text =
        "store 2 of thread 1 became visible early: its thread stored to the same memory first";
    assert_eq!(broken.to_string(), text);

    let mut machine = promised(Rules::ARMV8);
    machine.remove_page(PAGE);
    assert_eq!(
        machine.broken().map(|broken| broken.breach),
        Some(Breach::Removed)
    );
}

#[test]
fn what_cannot_be_early_is_refused() {
    let early = |machine: &mut Machine, promise| machine.promise(1, promise, &mut Delay(LONG));
    let mut x86 = machine(Rules::X86_TSO);
    assert_eq!(
        early(&mut x86, promise(1, Y, ONE)),
        Err(Refusal::Architecture)
    );
    let mut machine = promised(Rules::ARMV8);
    assert_eq!(
        early(&mut machine, promise(2, 0x9000, ONE)),
        Err(Refusal::Memory)
    );
    assert_eq!(
        early(&mut machine, promise(2, X, &[])),
        Err(Refusal::Memory)
    );
    assert_eq!(early(&mut machine, promise(0, X, ONE)), Err(Refusal::Made));
    assert_eq!(early(&mut machine, promise(1, X, ONE)), Err(Refusal::Made));
    assert!(early(&mut machine, promise(3, Y, &[2])).is_ok());
    // It would be the newer of the two.
    assert_eq!(
        early(&mut machine, promise(2, Y, &[3])),
        Err(Refusal::Coherence)
    );
    for number in 4..10 {
        assert!(early(&mut machine, promise(number, Z + 8 * number, ONE)).is_ok());
    }
    assert_eq!(early(&mut machine, promise(10, X, ONE)), Err(Refusal::Full));
    machine.store(1, store(Y, ONE), LONG, &mut Delay(LONG));
    machine.store(1, store(X, ONE), LONG, &mut Delay(LONG));
    machine.store(1, store(Y, &[2]), LONG, &mut Delay(LONG));
    assert_eq!((machine.broken(), byte(&machine, 1, Y)), (None, 2));
    assert_eq!(
        early(&mut machine, promise(20, X, ONE)),
        Err(Refusal::Coherence)
    );
}

/// Another thread's later write to the same place is seen after the thread's own, and as soon as it must be.
#[test]
fn a_later_write_of_another_thread_is_seen_after_the_own_store() {
    for must_see in [false, true] {
        let mut machine = promised(Rules::ARMV8);
        write(&mut machine, Y, 2);
        if must_see {
            // Of loads, not of stores.
            let fence = Pairs {
                rr: true,
                ..Pairs::NONE
            };
            write(&mut machine, X, 3);
            machine.see_one(1, X, 4);
            machine.see_one(1, X, 4);
            machine.load(1, load(X));
            machine.fence(1, fence, &mut Delay(LONG));
        }
        assert_eq!(byte(&machine, 1, Y), 0);
        assert_eq!(make(&mut machine, store(Y, ONE)), None);
        assert_eq!(byte(&machine, 1, Y), if must_see { 2 } else { 1 });
    }
}

/// Memory as the shown thread sees it.
struct Shown(Vec<u8>);

impl Driver for Shown {
    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        LONG
    }

    fn patch(&mut self, addr: u64, bytes: &[u8]) {
        let start = (addr - PAGE) as usize;
        self.0[start..start + bytes.len()].copy_from_slice(bytes);
    }
}

#[test]
fn memory_shows_what_a_thread_with_promises_sees() {
    let mut machine = machine(Rules::ARMV8);
    let mut memory = Shown(vec![0; PAGE_SIZE]);
    let check = |machine: &Machine, memory: &Shown| {
        let mut seen = vec![0; PAGE_SIZE];
        machine.read(1, PAGE, &mut seen);
        assert_eq!(seen, memory.0);
    };
    machine.switch_in(1, &mut memory);
    machine.promise(1, promise(1, Y, ONE), &mut memory).unwrap();
    check(&machine, &memory);
    assert_eq!(memory.0[64], 0);
    machine.switch_out(&mut memory);
    assert_eq!(memory.0[64], 1);
    machine.atomic(0, store(Y + 1, &[7]), None, &mut memory);
    machine.atomic(0, store(X, ONE), None, &mut memory);
    machine.next_round(&mut memory);
    machine.switch_in(1, &mut memory);
    check(&machine, &memory);
    machine.expect(1, View::ALL, &mut memory);
    assert_eq!((memory.0[0], memory.0[64]), (1, 0));
    machine.expect(1, View::NONE, &mut memory);
    let fence = Pairs {
        rr: true,
        ..Pairs::NONE
    };
    machine.expect(1, View::ALL, &mut memory);
    machine.load(1, load(X));
    machine.fence(1, fence, &mut memory);
    machine.expect(1, View::NONE, &mut memory);
    check(&machine, &memory);
    // The thread makes the store, in memory too.
    memory.0[64..68].copy_from_slice(ONE);
    machine.store(1, store(Y, ONE), LONG, &mut memory);
    check(&machine, &memory);
    assert_eq!((machine.broken(), memory.0[64], memory.0[65]), (None, 1, 7));
}

#[test]
fn stores_to_own_memory_count_for_a_promise_wherever_they_go() {
    for shared in [false, true] {
        let mut machine = machine(Rules::RVWMO);
        let early = Promise {
            privately: 1,
            ..promise(1, Y, ONE)
        };
        assert!(machine.promise(1, early, &mut Delay(LONG)).is_ok());
        // The page may have become shared meanwhile.
        if shared {
            machine.store(1, store(Z, ONE), LONG, &mut Delay(LONG));
        } else {
            machine.private_store(1, store(Z, ONE));
        }
        machine.store(1, store(Y, ONE), LONG, &mut Delay(LONG));
        assert_eq!((machine.broken(), machine.has_promises(1)), (None, false));
    }
}

#[test]
fn a_thread_that_ends_has_kept_its_promises() {
    let mut machine = promised(Rules::RVWMO);
    machine.must_have_kept(0);
    assert_eq!((machine.broken(), machine.any_promises()), (None, true));
    machine.must_have_kept(1);
    let breach = machine.broken().map(|it| it.breach);
    assert_eq!(
        (breach, machine.any_promises()),
        (Some(Breach::Other), false)
    );
}

/// What was the thread's own is no newer for that another thread has come to use the page.
#[test]
fn a_page_that_becomes_shared_breaks_no_promise() {
    let mut machine = promised(Rules::RVWMO);
    machine.share_page(1, 0x9000, [0; PAGE_SIZE]);
    let data = machine.load(1, load(0x9000));
    let store = Store {
        data,
        ..store(Y, ONE)
    };
    assert_eq!(make(&mut machine, store), None);
}
