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
    let pick = pick_dependencies(execution);
    let ordered = successor
        .or(&successor.then(&program.parts))
        .or(&dependency_ordered_before(execution))
        .or(&pick_ordered_before(execution, &pick))
        .or(&atomic_ordered_before(execution))
        .or(&barrier_ordered_before(execution));
    // What follows a pick dependency is ordered up to a write only.
    let after_pick = pick.all().then(&ordered.star());
    ordered.or(&after_pick.between(program.all(), program.writes))
}

fn dependency_ordered_before(execution: &Execution<'_>) -> Matrix {
    let program = execution.program;
    let dependencies = &program.dependencies;
    let (all, writes) = (program.all(), program.writes);
    let address_or_data = dependencies.address.or(&dependencies.data);
    let before_later_writes = dependencies.address.then(&program.po);
    address_or_data
        .or(&dependencies.control.between(all, writes))
        .or(&before_later_writes.between(all, writes))
        // Forwarded from a write that depends.
        .or(&address_or_data.then(&execution.rfi()))
        // Instruction-fetch-barrier-ordered-before.
        .or(&dependencies.control_sync)
        .or(&dependencies.address.then(&dependencies.across_sync))
}

/// Pick dependencies, including those that go through memory.
struct Pick {
    address: Matrix,
    data: Matrix,
    control: Matrix,
}

impl Pick {
    fn all(&self) -> Matrix {
        self.address.or(&self.data).or(&self.control)
    }
}

fn pick_dependencies(execution: &Execution<'_>) -> Pick {
    let program = execution.program;
    let dependencies = &program.dependencies;
    let both = |full: &Matrix, pick: &Matrix| full.or(pick);
    let data = both(&dependencies.data, &dependencies.pick_data);
    // From a read to one that follows the write that depends on it: "local read successor".
    let through_memory = data.then(&execution.local_successors()).star();
    let from = |matrix: &Matrix| through_memory.then(matrix);
    let address = both(&dependencies.address, &dependencies.pick_address);
    let control = both(&dependencies.control, &dependencies.pick_control);
    Pick {
        address: from(&address),
        data: from(&data),
        control: from(&control),
    }
}

fn pick_ordered_before(execution: &Execution<'_>, pick: &Pick) -> Matrix {
    let program = execution.program;
    let across_sync = &program.dependencies.across_sync;
    let before_writes = pick
        .address
        .or(&pick.control)
        .or(&pick.address.then(&program.po));
    pick.data
        .or(&before_writes.between(program.all(), program.writes))
        .or(&pick.address.then(across_sync))
}

fn atomic_ordered_before(execution: &Execution<'_>) -> Matrix {
    let program = execution.program;
    // The read of an atomic is before an acquire that follows its write; the write is not.
    let followed = program.rmw.then(&execution.local_successors());
    program
        .rmw
        .or(&followed.between(program.all(), program.acquire))
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
    // The read of an atomic that discards what it read is no read to `dmb ld`.
    let kept = all & !program.discarded;
    let of_loads = program.fenced(execution.test, |fence| !fence.pairs.wr);
    program
        .fenced(execution.test, |fence| fence.pairs.wr)
        .or(&of_loads.between(kept, all))
        .or(&program.po.between(full, all))
        .or(&program.po.between(releases, acquires_sc))
        .or(&program.po.between(acquires, all))
        .or(&program.po.between(all, releases))
}
