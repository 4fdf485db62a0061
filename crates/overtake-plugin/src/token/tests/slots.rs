//! Tests of the state that is kept for each thread.

use super::clock;
use super::kernel::Task;
use super::machine::{VCPUS, run_once};
use crate::token::flags::Flags;
use crate::token::holder::Holder;
use crate::token::host::Host;
use crate::token::slot::{Slot, State, Wakes, Wrote};
use crate::token::slots::{Settled, Slots};
use std::sync::Arc;
use std::time::Duration;

const AWAY: State = State::Away {
    asleep: false,
    writes: false,
};

/// Creates a thread for each of these states, on vCPU 10 and up, all on the calling host thread.
fn slots(states: &[State]) -> (Slots<Task>, Arc<Flags>) {
    let holder: &'static Holder = Box::leak(Box::new(Holder::nobody()));
    let flags = Arc::new(Flags::new(2 * VCPUS));
    let mut slots = Slots::new(holder, Arc::clone(&flags));
    for (id, state) in (0..).zip(states) {
        let mut slot = Slot::new(id, 10 + id);
        slot.host = Some(Task::current());
        slot.state = *state;
        slots.slots.push(slot);
        if *state == State::Running {
            slots.holder = Some(id);
        }
    }
    (slots, flags)
}

#[test]
fn a_vcpu_number_is_free_when_its_thread_is_about_to_end() {
    run_once(|| {
        let (mut slots, _) = slots(&[State::Ending, State::Parked]);
        assert!(slots.of_vcpu(10).is_none());
        slots.slots.push(Slot::new(7, 10));
        assert_eq!(slots.of_vcpu(10).map(|slot| slot.id), Some(7));
        assert_eq!(slots.of_vcpu(11).map(|slot| slot.id), Some(1));
    });
}

#[test]
fn threads_have_settled_when_each_is_parked_or_asleep() {
    run_once(|| {
        let (mut settled, _) = slots(&[State::Parked, State::Parked]);
        assert_eq!(settled.settle(), Settled::Yes);
        let (mut starting, _) = slots(&[State::Parked, State::Starting]);
        assert_eq!(starting.settle(), Settled::No);
        let (mut ending, _) = slots(&[State::Parked, State::Ending]);
        assert_eq!(
            ending.settle(),
            Settled::No,
            "its host thread is still there"
        );
        let (mut away, _) = slots(&[State::Parked, AWAY]);
        assert_eq!(away.settle(), Settled::No, "it is awake");
    });
}

#[test]
fn a_sleeping_thread_is_not_checked_until_something_woke() {
    run_once(|| {
        let asleep = State::Away {
            asleep: true,
            writes: false,
        };
        let (mut slots, flags) = slots(&[State::Parked, asleep]);
        assert_eq!(slots.settle(), Settled::Yes);
        flags.of(11).set_back(true);
        assert_eq!(slots.settle(), Settled::No, "it has come back");
        flags.of(11).set_back(false);
        assert_eq!(slots.settle(), Settled::Yes);
        slots.something_woke(Wakes::Anybody);
        assert_eq!(slots.settle(), Settled::No);
    });
}

#[test]
fn a_call_without_the_token_may_wake_until_it_is_over() {
    run_once(|| {
        let asleep = State::Away {
            asleep: true,
            writes: false,
        };
        for (caller, over) in [(AWAY, false), (asleep, true), (State::Parked, true)] {
            let (mut slots, _) = slots(&[caller, asleep]);
            slots.slots[0].may_wake = true;
            assert_eq!(slots.settle(), Settled::No);
            assert_eq!(slots.slots[1].state, AWAY, "it is looked at again");
            assert_eq!(!slots.slots[0].may_wake, over);
        }
    });
}

#[test]
fn a_wake_concerns_those_that_wait_for_its_word() {
    run_once(|| {
        let asleep = State::Away {
            asleep: true,
            writes: false,
        };
        let settles = |futex, wakes: &[Wakes]| {
            let (mut slots, _) = slots(&[State::Parked, asleep]);
            slots.slots[1].futex = futex;
            for wakes in wakes {
                slots.something_woke(*wakes);
            }
            slots.settle() == Settled::Yes
        };
        assert!(settles(Some(8), &[Wakes::Waiters(16), Wakes::Nobody]));
        assert!(settles(Some(8), &[Wakes::OthersThanWaiters]));
        assert!(!settles(None, &[Wakes::OthersThanWaiters]));
        assert!(!settles(Some(8), &[Wakes::Waiters(8)]));
        assert!(!settles(Some(8), &[Wakes::Anybody]));
        assert!(!settles(None, &[Wakes::Waiters(8)]), "it may be any word");
        assert!(!settles(Some(8), &[Wakes::Moved]));
        let (mut moved, _) = slots(&[State::Parked, asleep]);
        moved.slots[1].futex = Some(8);
        moved.something_woke(Wakes::Moved);
        moved.slots[1].state = asleep;
        moved.something_woke(Wakes::Waiters(16));
        assert_eq!(moved.settle(), Settled::No, "it may wait for this one now");
    });
}

#[test]
fn threads_far_behind_the_watcher_look_less_often() {
    run_once(|| {
        let (slots, _) = slots(&[State::Parked; 12]);
        let first = slots.watch_interval(0);
        assert_eq!(slots.watch_interval(1), first);
        assert_eq!(slots.watch_interval(8), 3 * first);
        let mut left = slots;
        for slot in &mut left.slots[..8] {
            slot.state = AWAY;
        }
        assert_eq!(left.watch_interval(8), first, "it is the watcher now");
    });
}

#[test]
fn the_kernel_may_write_for_a_thread_that_is_neither_parked_nor_running() {
    run_once(|| {
        let may_write = |state| slots(&[State::Parked, state]).0.kernel_may_write();
        assert!(!may_write(State::Parked) && !may_write(State::Running) && !may_write(AWAY));
        assert!(may_write(State::Starting) && may_write(State::Ending));
        assert!(may_write(State::Away {
            asleep: true,
            writes: true,
        }));
        let (slots, flags) = slots(&[AWAY]);
        flags.of(10).set_back(true);
        assert!(slots.kernel_may_write(), "it may be handling a signal");
    });
}

#[test]
fn a_kernel_write_is_reported_once_when_its_thread_is_parked() {
    run_once(|| {
        let (mut slots, _) = slots(&[State::Parked, AWAY]);
        slots.slots[1].kernel_wrote = Wrote::ItsCall;
        assert_eq!(slots.kernel_wrote(), []);
        slots.slots[1].state = State::Parked;
        assert_eq!(slots.kernel_wrote(), [(1, Wrote::ItsCall)]);
        assert_eq!(slots.kernel_wrote(), []);
    });
}

#[test]
fn the_published_vcpu_follows_the_token() {
    run_once(|| {
        let (mut slots, flags) = slots(&[State::Running, State::Parked]);
        flags.of(11).set_back(true);
        slots.release(AWAY);
        assert!(!slots.is_holder(10) && slots.slots[0].state == AWAY);
        slots.give(1);
        assert!(slots.is_holder(11) && slots.slots[1].state == State::Running);
        assert!(!flags.of(11).back());
        slots.only(5, 3);
        assert!(slots.is_holder(3) && slots.slots.len() == 1);
    });
}

#[test]
fn a_holder_that_is_awake_keeps_the_token() {
    run_once(|| {
        let (mut slots, _) = slots(&[State::Running, State::Parked]);
        assert!(!slots.holder_sleeps());
        slots.take_from_sleeper(|| false);
        assert!(slots.is_holder(10) && slots.slots[0].state == State::Running);
    });
}

#[test]
fn the_clock_advances_while_a_thread_sleeps() {
    run_once(|| {
        let start = clock::Instant::now();
        assert_eq!(start.elapsed(), Duration::ZERO);
        clock::sleep(Duration::from_secs(1));
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    });
}
