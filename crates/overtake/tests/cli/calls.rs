//! System calls: they order what the kernel's code orders, and no more.

use crate::guests::{always, failing, fails_on_riscv64_only};
use crate::support::targets;
use crate::support::test::Test;
use crate::test;
use arch::Arch;
use emulator::target::Target as _;

/// The guest fails with some seed on the weakly ordered targets only, and never where what is
/// missing is there.
#[track_caller]
fn weak_unless_ordered(mode: &str) {
    for target in targets() {
        let failing = failing(target, &["behind", mode]);
        assert_eq!(
            !failing.is_empty(),
            target.reorders_stores(),
            "{mode} on {target}: {failing:?}"
        );
    }
    always(&["behind", mode, "--ordered"], 0);
}

macro_rules! behind {
    ($($test:ident: $mode:literal;)*) => {$(
        fn $test() {
            weak_unless_ordered($mode);
        }
    )*};
}

behind! {
    a_missing_acquire_behind_sched_yield: "yield";
    a_missing_acquire_behind_nanosleep: "nanosleep";
    a_missing_acquire_behind_a_clock: "clock";
    a_missing_acquire_behind_a_futex_wake: "futex-wake";
    a_missing_acquire_behind_gettid: "gettid";
    a_missing_release_behind_what_the_kernel_wrote: "out";
}

/// On Power the clock's `lwsync` orders stores too, and x86 keeps them in order.
fn a_missing_fence_before_what_the_kernel_writes() {
    for target in targets() {
        let failing = failing(target, &["behind", "out-flag"]);
        let expected = matches!(target, Arch::AArch64 | Arch::Riscv64);
        assert_eq!(!failing.is_empty(), expected, "{target}: {failing:?}");
    }
    always(&["behind", "out-flag", "--ordered"], 0);
}

/// On AArch64 and Power entering the kernel is a context synchronisation.
fn a_branch_and_a_call_order_loads() {
    fails_on_riscv64_only(&["behind", "gettid-branch"]);
}

/// The kernel reads the clock between two `smp_rmb`.
fn the_clock_orders_loads() {
    always(&["behind", "clock-between"], 0);
}

macro_rules! never {
    ($($test:ident: $mode:literal;)*) => {$(
        fn $test() {
            always(&["forbidden", $mode], 0);
        }
    )*};
}

never! {
    a_message_through_an_eventfd: "eventfd";
    a_message_through_a_pair_of_sockets: "socketpair";
    a_thread_that_is_woken: "futex";
    a_signal_from_a_thread_that_has_stored: "signal";
    a_thread_that_has_ended: "join";
    membarrier_in_one_thread: "membarrier";
    what_the_kernel_writes: "outs";
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(a_missing_acquire_behind_sched_yield),
        test!(a_missing_acquire_behind_nanosleep),
        test!(a_missing_acquire_behind_a_clock),
        test!(a_missing_acquire_behind_a_futex_wake),
        test!(a_missing_acquire_behind_gettid),
        test!(a_missing_release_behind_what_the_kernel_wrote),
        test!(a_missing_fence_before_what_the_kernel_writes),
        test!(a_branch_and_a_call_order_loads),
        test!(the_clock_orders_loads),
        test!(a_message_through_an_eventfd),
        test!(a_message_through_a_pair_of_sockets),
        test!(a_thread_that_is_woken),
        test!(a_signal_from_a_thread_that_has_stored),
        test!(a_thread_that_has_ended),
        test!(membarrier_in_one_thread),
        test!(what_the_kernel_writes),
    ]
}
