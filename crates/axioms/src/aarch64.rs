//! Armv8, 64 bits. Source: Arm Architecture Reference Manual for A-profile (DDI 0487), B2.3
//! "Definition of the Armv8 memory model"; the names of the rules are those of that section.

use crate::execution::Execution;
use crate::matrix::Matrix;

/// Whether the model, with `extra` order, allows a coherent and atomic execution.
pub(crate) fn allows(execution: &Execution<'_>, extra: &Matrix) -> bool {
    // External visibility requirement: "Ordered-before" has no cycle.
    // What is observed of one part of an access is observed of all.
    let observed = execution.come();
    let order = observed
        .or(&observed.then(&execution.program.parts))
        .or(&locally_ordered_before(execution));
    order.or(extra).is_acyclic()
}

fn locally_ordered_before(execution: &Execution<'_>) -> Matrix {
    let program = execution.program;
    // Local write successor.
    let successor = execution.po_loc.between(program.all(), program.writes);
    successor
        .or(&successor.then(&program.parts))
        .or(&dependency_ordered_before(execution))
        .or(&atomic_ordered_before(execution))
        .or(&barrier_ordered_before(execution))
}

fn dependency_ordered_before(execution: &Execution<'_>) -> Matrix {
    let program = execution.program;
    let (all, writes) = (program.all(), program.writes);
    let address_or_data = program.address.or(&program.data);
    let before_later_writes = program.address.then(&program.po).between(all, writes);
    address_or_data
        .or(&program.control.between(all, writes))
        .or(&before_later_writes)
        // Forwarded from a write that depends.
        .or(&address_or_data.then(&execution.rfi()))
        // Instruction-fetch-barrier-ordered-before.
        .or(&program.control_sync)
        .or(&program.address.then(&program.across_sync))
}

fn atomic_ordered_before(execution: &Execution<'_>) -> Matrix {
    let program = execution.program;
    let written = program.rmw.range();
    let forwarded = execution.rfi().between(written, program.acquire);
    program.rmw.or(&forwarded)
}

fn barrier_ordered_before(execution: &Execution<'_>) -> Matrix {
    let program = execution.program;
    let (all, reads, writes) = (program.all(), program.reads, program.writes);
    let acquires = program.acquire & reads;
    let acquires_sc = program.acquire_sc & reads;
    let releases = program.release_sc & writes;
    // An atomic instruction with both acquire and release semantics is a full barrier: its write
    // is before all later accesses, and all earlier ones are before it.
    let full = program.amo.between(acquires_sc, releases).range();
    program
        .fenced(execution.test, |_| true)
        .or(&program.po.between(full, all))
        .or(&program.po.between(releases, acquires_sc))
        .or(&program.po.between(acquires, all))
        .or(&program.po.between(all, releases))
}
