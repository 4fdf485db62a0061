//! x86-TSO. Sources: Sewell et al., "x86-TSO" (CACM 2010), in the axiomatic form of Owens, Sarkar
//! and Sewell (TPHOLs 2009); Intel SDM 3A 9.2.3.

use crate::execution::Execution;
use crate::matrix::Matrix;

/// Whether the model, with `extra` order, allows a coherent and atomic execution.
pub(crate) fn allows(execution: &Execution<'_>, extra: &Matrix) -> bool {
    let program = execution.program;
    // Stores wait in a first-in first-out buffer: only a later load may overtake an earlier store.
    let overtaken = program.po.between(program.writes, program.reads);
    let preserved = program.po.without(&overtaken);
    // A fence between them drains the buffer; a locked instruction does so because its read and
    // its write are one event.
    let drained = program.fenced(execution.test, |_| true);
    let order = execution.come().or(&execution.co).or(&execution.fr);
    execution.is_acyclic_merged(&order.or(&preserved).or(&drained).or(extra))
}
