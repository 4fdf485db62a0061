//! The calls of a step.

use crate::support::{Delay, LONG, PAGE, X, Y, byte, machine, store, write};
use arch::{Arch, Pairs};
use weakmem::{Access, Acquire, Call, Execution, Kind, Machine, Memory, Rules, Step, Store, View};

/// Memory that only thread 1 uses.
const OWN: u64 = 0x9000;

/// Thread 1 has a pending release of X and has not seen a write to Y.
fn busy(arch: Arch) -> Machine {
    let mut machine = machine(Rules::of(arch));
    write(&mut machine, Y, 1);
    let release = Store {
        release: true,
        ..store(X, &[5; 4])
    };
    machine.store(1, release, LONG, &mut Delay(LONG));
    machine
}

fn access(addr: u64, store: bool, bytes: &[u8]) -> Access<'_> {
    Access {
        addr,
        len: 4,
        store,
        bytes,
        ..Access::NONE
    }
}

fn load_reserved() -> Step {
    Step {
        kind: Kind::LoadReserved,
        prepares: true,
        newest: true,
        ..Step::default()
    }
}

/// Makes all phases of a step of thread 1; its only access is this one.
fn phases(machine: &mut Machine, step: &Step, access: Access<'_>, memory: Memory) -> View {
    let driver = &mut Delay(LONG);
    machine.prepare(1, [(step, access.address)], driver);
    machine.before(1, step, driver);
    let mut execution = Execution::new(access, memory);
    machine.begin(1, step, &mut execution, driver);
    machine.finish(1, step, &mut execution, 0, driver)
}

fn one_by_one(machine: &mut Machine, step: &Step, access: Access<'_>, calls: &[Call]) -> View {
    let mut execution = Execution::one_by_one(step, access, Memory::Shared);
    for call in calls {
        execution.call(*call, step, machine, 1, &mut Delay(LONG));
    }
    execution.view()
}

/// Every step that there is, on memory that the model holds.
fn steps() -> Vec<(Step, bool)> {
    let mut steps = Vec::new();
    for kind in [
        Kind::Plain,
        Kind::LoadReserved,
        Kind::StoreConditional,
        Kind::Atomic,
    ] {
        for acquire in [Acquire::No, Acquire::Rcpc, Acquire::Rcsc] {
            for fence in [Pairs::NONE, Pairs::WW, Pairs::ALL] {
                for (release, store, flag) in [
                    (false, false, false),
                    (false, true, true),
                    (true, true, false),
                ] {
                    let step = Step {
                        kind,
                        prepares: !store || kind != Kind::Plain,
                        newest: kind != Kind::Plain,
                        expected: (kind == Kind::Atomic && flag).then_some((7, 4)),
                        single_copy: if flag { 8 } else { 4 },
                        no_result: flag,
                        acquire,
                        release,
                        before: fence,
                        after: fence,
                        context_sync: flag,
                        synchronises: flag,
                    };
                    steps.push((step, store));
                }
            }
        }
    }
    steps
}

/// What the plugin calls is what the exhaustive tests call.
#[test]
fn the_phases_make_the_calls_in_order() {
    for arch in Arch::ALL {
        for (step, store) in steps() {
            for addr in [X, Y, PAGE + 128] {
                let access = access(addr, store, &[7; 4]);
                let (mut all, mut each) = (busy(arch), busy(arch));
                let view = phases(&mut all, &step, access, Memory::Shared);
                let expected = one_by_one(&mut each, &step, access, Call::IN_ORDER);
                assert_eq!(view, expected, "{arch} {step:?}");
                let (all, each) = (format!("{all:?}"), format!("{each:?}"));
                assert_eq!(all, each, "{arch} {step:?}");
            }
        }
    }
}

/// What the plugin skips, the calls would not have noticed.
#[test]
fn a_skipped_access_changes_nothing() {
    let mut skipped = 0;
    for arch in Arch::ALL {
        for (step, store) in steps() {
            for mut machine in [busy(arch), machine(Rules::of(arch))] {
                if !machine.skips(1, &step, Memory::Private) {
                    continue;
                }
                skipped += 1;
                let before = format!("{machine:?}{:?}", machine.counters());
                let access = access(OWN, store, &[7; 4]);
                let driver = &mut Delay(LONG);
                let mut execution = Execution::new(access, Memory::Private);
                machine.begin(1, &step, &mut execution, driver);
                let view = machine.finish(1, &step, &mut execution, 0, driver);
                assert_eq!(view, View::NONE, "{arch} {step:?}");
                let after = format!("{machine:?}{:?}", machine.counters());
                assert_eq!(before, after, "{arch} {step:?}");
            }
        }
    }
    assert!(skipped > 0);
    for memory in [Memory::Shared, Memory::JustShared, Memory::Unmodelled] {
        assert!(!machine(Rules::ARMV8).skips(1, &Step::default(), memory));
    }
}

#[test]
fn a_reservation_is_taken_with_the_view_of_its_load() {
    let mut reversed = Call::IN_ORDER.to_vec();
    let at = |wanted| Call::IN_ORDER.iter().position(|call| *call == wanted);
    reversed.swap(at(Call::Load).unwrap(), at(Call::Reserve).unwrap());
    for (calls, kept) in [(Call::IN_ORDER, true), (&*reversed, false)] {
        let mut machine = machine(Rules::ARMV8);
        // What it reads is newer than what it has not seen elsewhere.
        write(&mut machine, PAGE + 128, 1);
        write(&mut machine, Y, 1);
        let view = one_by_one(
            &mut machine,
            &load_reserved(),
            access(Y, false, &[1, 0, 0, 0]),
            calls,
        );
        assert_ne!(view, View::NONE);
        assert_eq!(machine.status(1) == view, kept);
    }
}

#[test]
fn memory_is_prepared_for_every_access_that_may_be_next() {
    let load = Step {
        prepares: true,
        ..Step::default()
    };
    let driver = &mut Delay(LONG);
    for (next, seen) in [
        (vec![], 0),
        (vec![(&load, View::NONE)], 0),
        (vec![(&load, View::NONE), (&load, View::ALL)], 1),
        (vec![(&load_reserved(), View::NONE)], 1),
        (vec![(&Step::default(), View::ALL)], 0),
    ] {
        let mut machine = busy(Arch::AArch64);
        machine.prepare(1, next, driver);
        assert_eq!(byte(&machine, 1, Y), seen);
        machine.prepare(1, [], driver);
        assert_eq!(byte(&machine, 1, Y), 0);
    }
}

#[test]
fn private_memory_orders_as_other_memory_does() {
    let acquiring = Step {
        kind: Kind::Atomic,
        prepares: true,
        newest: true,
        acquire: Acquire::Rcsc,
        ..Step::default()
    };
    let mut machine = busy(Arch::AArch64);
    let now = machine.now();
    phases(
        &mut machine,
        &acquiring,
        access(OWN, true, &[1; 4]),
        Memory::Private,
    );
    assert!(machine.buffer(1).is_empty(), "the release is visible");
    assert!(machine.now() > now);
    assert!(!machine.tracks(1), "and the acquire is ordered after it");
}

/// What it stores is visible at once, and may be what another thread has reserved.
#[test]
fn a_store_to_unmodelled_memory_makes_earlier_stores_visible() {
    let mut machine = busy(Arch::AArch64);
    machine.reserve(0, X + 32, &[0; 4], View::NONE, false);
    let plain = Step::default();
    phases(
        &mut machine,
        &plain,
        access(OWN, false, &[]),
        Memory::Unmodelled,
    );
    assert_eq!(machine.buffer(1).len(), 1);
    phases(
        &mut machine,
        &plain,
        access(OWN, true, &[1; 4]),
        Memory::Unmodelled,
    );
    assert!(machine.buffer(1).is_empty());
    assert!(machine.reservation(0).unwrap().is_lost());
}

#[test]
fn memory_that_is_just_shared_is_as_new_as_all_that_is_visible() {
    let plain = Step {
        prepares: true,
        ..Step::default()
    };
    for (memory, view) in [
        (Memory::Private, View::NONE),
        (Memory::JustShared, busy(Arch::AArch64).now()),
    ] {
        let mut machine = busy(Arch::AArch64);
        let found = phases(&mut machine, &plain, access(OWN, false, &[]), memory);
        assert_eq!(found, view);
    }
}
