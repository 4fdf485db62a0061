//! Reads that write nothing: load-reserved, and a compare-and-swap that fails, may be stale as a load may.

use super::side::{AARCH64, PPC, RISCV, between};
use crate::support::test::Test;
use crate::test;

/// No architecture orders the read of a load-reserved after an earlier load.
fn a_load_reserved_reads_stale_values() {
    AARCH64.all(&[between("ldxr", &["LDXR W11,[X1]"])], 5);
    PPC.all(&[between("lwarx", &["lwarx r11,0,r1"])], 5);
    RISCV.all(&[between("lr.w", &["lr.w x11,(x8)"])], 5);
}

/// It fails whether what it reads is stale or not.
fn a_compare_and_swap_that_fails_reads_stale_values() {
    let fails = &["MOV W11,#5", "MOV W7,#6", "CAS W11,W7,[X1]"];
    AARCH64.all(&[between("cas-fails", fails)], 5);
}

/// A fence between the two reads orders them.
fn a_fence_orders_a_load_reserved() {
    AARCH64.never(&[between("ldxr-dmb", &["DMB ISHLD", "LDXR W11,[X1]"])], 5);
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(a_load_reserved_reads_stale_values),
        test!(a_compare_and_swap_that_fails_reads_stale_values),
        test!(a_fence_orders_a_load_reserved),
    ]
}
