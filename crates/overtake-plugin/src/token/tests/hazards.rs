//! Tests for lost wake-ups, two holders, and holders that sleep in various places.

use super::machine::{
    Announces, CallLog, Cpu, NO_TIMEOUTS, Request, SimulatedHost, explore, explore_times, run_once,
};
use super::{clock, kernel};
use crate::token::Wakes;
use shuttle::rand::Rng;
use shuttle::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const BOTH: [Announces; 2] = [Announces::Parent, Announces::Child];

/// Every thread runs to its end, and no wake-up is lost.
#[test]
fn threads_hand_off_and_end() {
    for announces in BOTH {
        explore(NO_TIMEOUTS, move || {
            let first = Cpu::first(CallLog::default());
            let runs = |cpu: Cpu| {
                for _ in 0..3 {
                    cpu.block_with_hand_off();
                }
            };
            first.clone_thread(1, announces, runs);
            first.clone_thread(2, announces, runs);
            runs(first.clone());
            first.join(2);
            first.block();
            assert_eq!(first.hold().unsettled, 0);
        });
    }
}

/// Checks that the threads to choose from, and so the choices, are the same in every interleaving.
fn choices_are_the_same(times: usize, guest: impl Fn(&Cpu) + Send + Sync + 'static) {
    let seen: Arc<Mutex<Option<Vec<Request>>>> = Arc::default();
    explore_times(times, NO_TIMEOUTS, move || {
        let log = CallLog {
            by_rule: true,
            ..CallLog::default()
        };
        let first = Cpu::first(log);
        guest(&first);
        let held = first.hold();
        assert_eq!(held.unsettled, 0);
        let mut seen = seen.lock().unwrap();
        assert_eq!(
            *seen.get_or_insert_with(|| held.requests.clone()),
            held.requests
        );
    });
}

#[test]
fn choices_do_not_depend_on_the_interleaving() {
    choices_are_the_same(200, |first| {
        first.clone_thread(1, Announces::Child, |cpu| {
            cpu.block();
            cpu.call_without_token("woken");
            cpu.block_with_hand_off();
        });
        first.clone_thread(2, Announces::Parent, |cpu| {
            cpu.block_with_hand_off();
            cpu.block_with_hand_off();
        });
        first.block_with_hand_off();
        first.call_that_wakes("woken");
        first.block_with_hand_off();
        first.join(2);
        first.block();
    });
}

/// A woken thread may fall asleep again on the lock, between two checks by the thread that chooses.
#[test]
fn a_woken_thread_is_waited_for() {
    choices_are_the_same(3000, |first| {
        first.clone_thread(1, Announces::Child, |cpu| {
            cpu.call_without_token("woken");
        });
        first.block_with_hand_off();
        first.block_with_hand_off();
        first.call_that_wakes("woken");
        first.block_with_hand_off();
    });
}

/// The state is seized only while nobody else uses it, and it is seized if all sleep.
#[test]
fn the_state_is_seized_from_sleepers() {
    let seized = Arc::new(Mutex::new(0));
    let all = Arc::clone(&seized);
    explore(NO_TIMEOUTS, move || {
        let first = Cpu::first(CallLog::default());
        let times = first.seizer();
        for announces in BOTH {
            first.clone_thread(1, announces, |cpu| {
                cpu.block_with_hand_off();
                cpu.call_without_token("woken");
                cpu.block();
            });
            first.block_with_hand_off();
            first.call_that_wakes("woken");
            first.join(1);
            first.block();
        }
        let times = times.load(SeqCst);
        assert!(first.hold().now >= u64::from(times));
        *all.lock().unwrap() += times;
    });
    assert!(*seized.lock().unwrap() > 0);
}

/// QEMU reuses the number of a vCPU for the next thread.
#[test]
fn threads_start_and_end_on_the_same_vcpu() {
    for announces in BOTH {
        explore(NO_TIMEOUTS, move || {
            let first = Cpu::first(CallLog::default());
            for _ in 0..2 {
                first.clone_thread(1, announces, |cpu| cpu.block_with_hand_off());
                first.block_with_hand_off();
                first.join(1);
                first.block();
            }
            let ended = |it: &&Request| matches!(it, Request::Ended(_));
            assert_eq!(first.hold().requests.iter().filter(ended).count(), 2);
        });
    }
}

/// Hosts on which a parked thread wakes after a while, where the kernel reports what a thread waits
/// for, and where it does not.
const WITH_TIMEOUTS: [SimulatedHost; 2] = [
    SimulatedHost {
        timeouts: true,
        reports_waits: true,
    },
    SimulatedHost {
        timeouts: true,
        reports_waits: false,
    },
];

/// QEMU waits until every parked thread has left its execution loop, so the token is taken from the
/// thread that wants the exclusive section.
#[test]
fn the_holder_sleeps_before_an_exclusive_section() {
    for host in WITH_TIMEOUTS {
        for expected in [true, false] {
            explore(host, move || {
                let first = Cpu::first(CallLog::default());
                let runs = |cpu: Cpu| cpu.block_with_hand_off();
                first.clone_thread(1, Announces::Child, runs);
                first.clone_thread(2, Announces::Child, runs);
                if expected {
                    first.hold().expect_exclusive();
                }
                kernel::exclusive_section(|| {});
                first.block();
                if expected && host.reports_waits {
                    assert_eq!(first.hold().unsettled, 0, "no choice depends on the clock");
                }
                kernel::exclusive_section(|| {});
                first.join(2);
                first.block();
            });
        }
    }
}

/// A signal comes when a call that writes nothing is over, and before the thread parks. The frame of
/// its handler was written without the token.
#[test]
fn a_signal_comes_between_a_call_and_the_next_callback() {
    for signal in [false, true] {
        explore(NO_TIMEOUTS, move || {
            let first = Cpu::first(CallLog::default());
            first.clone_thread(1, Announces::Child, |cpu| {
                cpu.block();
                cpu.call_that_wakes("woken");
                cpu.block_with_hand_off();
            });
            first.sleep_without_token("woken", false);
            if signal {
                first.handler();
            } else {
                first.block();
            }
            assert_eq!(first.hold().kernel_writes, u32::from(signal));
            first.join(1);
            first.block();
        });
    }
}

/// The token is taken from a thread in a call that returns only after another thread has run. The
/// thread returns without the token.
#[test]
fn the_holder_sleeps_in_a_call_expected_to_be_short() {
    for host in WITH_TIMEOUTS {
        explore(host, || {
            let first = Cpu::first(CallLog::default());
            first.clone_thread(1, Announces::Child, |cpu| {
                cpu.block();
                cpu.call_that_wakes("other ran");
                cpu.block_with_hand_off();
            });
            first.hold().enter_call(Wakes::Nobody);
            kernel::sleep_until("other ran");
            assert!(first.machine.token.call_is_over(0, false).is_none());
            first.block();
            assert!(first.hold().unsettled > 0);
            first.join(1);
            first.block();
        });
    }
}

/// The holder wakes at any moment while another thread checks whether to take the token.
#[test]
fn the_holder_wakes_up_while_the_token_is_taken() {
    let reports_nothing = WITH_TIMEOUTS[1];
    for in_call in [false, true] {
        explore(reports_nothing, move || {
            let first = Cpu::first(CallLog::default());
            first.clone_thread(1, Announces::Child, |cpu| {
                cpu.block();
                cpu.block();
            });
            let time = shuttle::rand::thread_rng().gen_range(0..1500);
            let host = wake_after(Duration::from_millis(time), "woken");
            if in_call {
                first.hold().enter_call(Wakes::Nobody);
                kernel::sleep_until("woken");
                drop(first.machine.token.call_is_over(0, false));
            } else {
                kernel::sleep_until("woken");
            }
            first.block();
            first.block();
            host.join().unwrap();
            first.join(1);
            first.block();
        });
    }
}

/// The holder keeps the token, however long it sleeps in a callback.
#[test]
fn the_holder_sleeps_in_a_callback() {
    for host in WITH_TIMEOUTS {
        explore(host, || {
            let first = Cpu::first(CallLog::default());
            first.clone_thread(1, Announces::Child, |cpu| cpu.block());
            let host = wake_after(Duration::from_millis(1500), "written");
            let held = first.hold();
            let switches = held.switches();
            kernel::sleep_until("written");
            assert_eq!(held.switches(), switches);
            drop(held);
            host.join().unwrap();
            first.join(1);
            first.block();
        });
    }
}

/// A new thread starts late while others are parked. Its parent, which waits for it in a callback,
/// keeps the token.
#[test]
fn a_new_thread_starts_late() {
    for host in WITH_TIMEOUTS {
        for announces in BOTH {
            explore(host, move || {
                let first = Cpu::first(CallLog::default());
                first.clone_thread(1, Announces::Child, |cpu| cpu.block());
                let starts = wake_after(Duration::from_millis(500), "starts");
                let runs = wake_after(Duration::from_millis(2000), "runs");
                let switches = first.hold().switches();
                first.clone_late_thread(2, announces, Some("starts"), |cpu| {
                    kernel::sleep_until("runs");
                    cpu.block();
                });
                let held = first.machine.token.resume(0).expect("it keeps the token");
                assert_eq!(held.switches(), switches);
                drop(held);
                starts.join().unwrap();
                runs.join().unwrap();
                first.join(2);
                first.block();
            });
        }
    }
}

/// The chosen thread keeps the token, however late the host wakes it.
#[test]
fn the_chosen_thread_wakes_up_late() {
    let reports_nothing = WITH_TIMEOUTS[1];
    explore(reports_nothing, || {
        let first = Cpu::first(CallLog::default());
        let runs = |cpu: Cpu| {
            cpu.block();
            cpu.block_with_hand_off();
        };
        first.clone_thread(1, Announces::Child, runs);
        first.clone_thread(2, Announces::Child, runs);
        for _ in 0..3 {
            first.block_with_hand_off();
        }
        first.join(2);
        first.block();
        assert_eq!(first.hold().unsettled, 0, "the token was never taken");
    });
}

#[test]
#[should_panic(expected = "the holder has one `Held`")]
fn a_second_held_is_refused() {
    run_once(|| {
        let first = Cpu::first(CallLog::default());
        let _held = first.hold();
        let _second = first.hold();
    });
}

#[test]
fn a_vcpu_that_was_never_announced_gets_no_token() {
    run_once(|| {
        let first = Cpu::first(CallLog::default());
        assert!(first.machine.token.acquire(5, false).is_err());
        assert!(first.machine.token.resume(5).is_none());
        assert!(!first.machine.token.holds(5) && first.machine.token.holds(0));
    });
}

/// Starts a host thread that wakes all threads waiting for `event` after this time.
fn wake_after(time: Duration, event: &'static str) -> shuttle::thread::JoinHandle<()> {
    let end = clock::now() + time;
    shuttle::thread::spawn(move || {
        while clock::now() < end {
            clock::sleep(Duration::ZERO);
        }
        kernel::happens(event);
    })
}

/// A wait whose time has come ends before the next choice, and its thread takes part in it.
#[test]
fn a_wait_that_is_over_ends_before_the_choice() {
    choices_are_the_same(100, |first| {
        first.clone_thread(1, Announces::Child, |cpu| {
            cpu.wait_until(5);
            cpu.block();
        });
        first.block_with_hand_off();
        first.hold().now = 4;
        first.block_with_hand_off();
        first.hold().now = 5;
        first.block_with_hand_off();
        first.join(1);
        first.block();
    });
}

/// Time passes where all threads sleep, and each wait ends at its time.
#[test]
fn time_passes_while_all_sleep() {
    for host in WITH_TIMEOUTS {
        explore_times(50, host, || {
            let first = Cpu::first(CallLog::default());
            first.clone_thread(1, Announces::Child, |cpu| {
                cpu.wait_until(7);
                cpu.block();
                assert!(cpu.hold().now >= 7);
            });
            let keeper = first.keep_time();
            first.wait_until(3);
            first.block();
            assert!(first.hold().now >= 3);
            first.join(1);
            first.block();
            assert_eq!(first.hold().now, 7);
            keeper.store(false, SeqCst);
            // Wakes the keeper, which finds that it is over.
            first.leave_until(8);
        });
    }
}
