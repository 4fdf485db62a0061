//! RISC-V weak memory ordering. Source: RISC-V unprivileged manual, chapter 17 ("RVWMO"), the
//! preserved program order rules 1 to 13 of 17.1 in their order.

use crate::execution::Execution;
use crate::matrix::Matrix;

/// Whether the model, with `extra` order, allows a coherent and atomic execution.
pub(crate) fn allows(execution: &Execution<'_>, extra: &Matrix) -> bool {
    // The load value axiom and the existence of a global memory order: an atomic memory operation
    // is one event in it.
    let order = execution
        .come()
        .or(&execution.co)
        .or(&execution.fr)
        .or(&preserved_program_order(execution));
    execution.is_acyclic_merged(&order.or(extra))
}

fn preserved_program_order(execution: &Execution<'_>) -> Matrix {
    let program = execution.program;
    let (all, reads, writes) = (program.all(), program.reads, program.writes);
    let (po, po_loc) = (&program.po, &execution.po_loc);

    // 1: overlapping, the second a store.
    let rule_1 = po_loc.between(all, writes);
    // 2: loads that overlap, no store between them, of different stores.
    let with_store_between = po_loc.between(all, writes).then(po_loc);
    let same_source = execution.rf.inverse().then(&execution.rf);
    let rule_2 = po_loc
        .between(reads, reads)
        .without(&with_store_between)
        .without(&same_source);
    // 3: a load that reads what an atomic or a store-conditional wrote.
    let rule_3 = execution.rfi().between(program.rmw.range(), reads);
    // 4: fences.
    let rule_4 = program.fenced(execution.test, |_| true);
    // 5: acquire. 6: release. 7: both RCsc.
    let rule_5 = po.between(program.acquire, all);
    let rule_6 = po.between(all, program.release);
    let rcsc = program.acquire_sc | program.release_sc;
    let rule_7 = po.between(rcsc, rcsc);
    // 8: a load-reserved and its store-conditional.
    let rule_8 = &program.rmw;
    // 9: address. 10: data. 11: control before a store.
    let address_or_data = program.dependencies.address.or(&program.dependencies.data);
    let rule_11 = program.dependencies.control.between(all, writes);
    // 12: a load that reads a store with an address or data dependency.
    let rule_12 = address_or_data.then(&execution.rfi());
    // 13: a store after an access with an address dependency.
    let rule_13 = program.dependencies.address.then(po).between(all, writes);

    [
        rule_2,
        rule_3,
        rule_4,
        rule_5,
        rule_6,
        rule_7,
        address_or_data,
        rule_11,
        rule_12,
        rule_13,
    ]
    .iter()
    .fold(rule_1.or(rule_8), |order, rule| order.or(rule))
}
