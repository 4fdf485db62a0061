//! Power. Source: Alglave, Maranget, Tautschnig, "Herding cats" (TOPLAS 2014), figures 5, 17, 18
//! and 25: four axioms over preserved program order, fences and propagation.

use crate::execution::Execution;
use crate::matrix::Matrix;

/// Communication between whole accesses: an aligned access is done as one ("single-copy atomic", Power ISA
/// Book II 1.4), so what is observed of one part of it is observed of all.
struct Whole {
    rf: Matrix,
    co: Matrix,
    fr: Matrix,
    po_loc: Matrix,
    external: Matrix,
}

impl Whole {
    fn of(execution: &Execution<'_>) -> Whole {
        let program = execution.program;
        Whole {
            rf: program.whole(&execution.rf),
            co: program.whole(&execution.co),
            fr: program.whole(&execution.fr),
            po_loc: program.whole(&execution.po_loc).and(&program.po),
            external: program.external.clone(),
        }
    }

    fn com(&self) -> Matrix {
        self.rf.or(&self.co).or(&self.fr)
    }

    fn come(&self) -> Matrix {
        self.com().and(&self.external)
    }

    fn rfe(&self) -> Matrix {
        self.rf.and(&self.external)
    }

    fn rfi(&self) -> Matrix {
        self.rf.without(&self.external)
    }

    fn fre(&self) -> Matrix {
        self.fr.and(&self.external)
    }

    fn coe(&self) -> Matrix {
        self.co.and(&self.external)
    }
}

/// Whether the model allows a coherent and atomic execution. With `extra`, that order is preserved
/// too, and a write becomes visible to all other processors at once.
pub(crate) fn allows(execution: &Execution<'_>, extra: Option<&Matrix>) -> bool {
    let program = execution.program;
    let (all, writes) = (program.all(), program.writes);
    let strong = program.fenced(execution.test, |fence| fence.pairs.wr);
    let light = program.fenced(execution.test, |fence| !fence.pairs.wr);
    let fences = strong.or(&light);
    let whole = Whole::of(execution);
    // Nothing is torn. A load may take some bytes from its processor's own store before that is visible.
    let seen = whole.rfe().or(&whole.co).or(&whole.fr);
    if !seen.is_acyclic() {
        return false;
    }
    let preserved = preserved_program_order(execution, &whole);
    if let Some(extra) = extra {
        let order = preserved.or(&fences).or(extra).or(&whole.come());
        if !order.is_acyclic() {
            return false;
        }
    }

    // No thin air.
    let happens_before = preserved.or(&fences).or(&whole.rfe());
    if !happens_before.is_acyclic() {
        return false;
    }
    // Propagation.
    let onwards = happens_before.star();
    let cumulative = fences.or(&whole.rfe().then(&fences)).then(&onwards);
    let after_strong = whole
        .com()
        .star()
        .then(&cumulative.star())
        .then(&strong)
        .then(&onwards);
    let propagates = cumulative.between(writes, writes).or(&after_strong);
    // Observation.
    let observed = whole.fre().then(&propagates).then(&onwards);
    // Store-conditionals and load-reserveds of one processor stay in order.
    let exclusives = program.po.between(program.exclusive, program.exclusive);
    observed.is_irreflexive()
        && whole.co.or(&propagates).is_acyclic()
        && whole.co.or(&exclusives).between(all, all).is_acyclic()
}

/// Preserved program order (figure 25), as a least fixed point: whether the initiation (i) or the
/// commit (c) of one access is before the initiation or the commit of another.
fn preserved_program_order(execution: &Execution<'_>, whole: &Whole) -> Matrix {
    let program = execution.program;
    let (reads, writes) = (program.reads, program.writes);
    let po_loc = &whole.po_loc;
    let (rfe, fre, coe) = (whole.rfe(), whole.fre(), whole.coe());
    let dependency = program.dependencies.address.or(&program.dependencies.data);
    let read_different_writes = po_loc.and(&fre.then(&rfe));
    let detour = po_loc.and(&coe.then(&rfe));

    let ii0 = dependency.or(&read_different_writes).or(&whole.rfi());
    let ci0 = program.dependencies.control_sync.or(&detour);
    let cc0 = dependency
        .or(po_loc)
        .or(&program.dependencies.control)
        .or(&program.dependencies.address.then(&program.po));

    let (mut ii, mut ci, mut cc) = (ii0.clone(), ci0.clone(), cc0.clone());
    let mut ic = Matrix::empty(program.size());
    loop {
        let next_ii = ii0.or(&ci).or(&ic.then(&ci)).or(&ii.then(&ii));
        let next_ic = ii.or(&cc).or(&ic.then(&cc)).or(&ii.then(&ic));
        let next_ci = ci0.or(&ci.then(&ii)).or(&cc.then(&ci));
        let next_cc = cc0.or(&ci).or(&ci.then(&ic)).or(&cc.then(&cc));
        if next_ii == ii && next_ic == ic && next_ci == ci && next_cc == cc {
            return ii.between(reads, reads).or(&ic.between(reads, writes));
        }
        (ii, ic, ci, cc) = (next_ii, next_ic, next_ci, next_cc);
    }
}
