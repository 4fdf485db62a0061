//! Enumerates the candidate executions of a test that are coherent and atomic.

use diy::{Step, Test};

use crate::event::is_conditional;
use crate::execution::Execution;
use crate::matrix::{Matrix, members};
use crate::program::Program;

/// Calls `visit` with each candidate and the values of its events.
pub(crate) fn visit_all(test: &Test, mut visit: impl FnMut(&Execution<'_>, &[u128])) {
    let conditional = conditional_writes(test);
    for choice in 0..1_u64 << conditional.len() {
        let happens = |processor, step| {
            let mut places = conditional.iter();
            let index = places.position(|place| *place == (processor, step));
            index.is_some_and(|index| choice >> index & 1 == 1)
        };
        if let Some(program) = Program::new(test, happens) {
            visit_program(test, &program, &mut visit);
        }
    }
}

/// An upper bound on the number of candidates: every write for every read, every order of the writes.
pub(crate) fn estimate(test: &Test) -> u64 {
    let choices = 1_u64 << conditional_writes(test).len().min(63);
    let Some(program) = Program::new(test, |_, _| true) else {
        return choices;
    };
    let of_cell = |event: usize| program.same_location.row(event) & program.writes;
    let sources = members(program.reads).map(|read| u64::from(of_cell(read).count_ones()));
    // For each write of a cell but the first, the number of writes before it.
    let orders = members(program.writes).map(|write| {
        let earlier = of_cell(write) & ((1 << write) - 1);
        u64::from(earlier.count_ones()).max(1)
    });
    sources.chain(orders).fold(choices, u64::saturating_mul)
}

/// Processor and step of every conditional write.
fn conditional_writes(test: &Test) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    for (processor, one) in test.processors.iter().enumerate() {
        for (step, access) in one.steps.iter().enumerate() {
            if matches!(access, Step::Access(access) if is_conditional(access.operation)) {
                places.push((processor, step));
            }
        }
    }
    places
}

fn visit_program(test: &Test, program: &Program, visit: &mut impl FnMut(&Execution<'_>, &[u128])) {
    let orders = coherence_orders(program);
    let reads: Vec<usize> = members(program.reads).collect();
    let sources: Vec<Vec<usize>> = reads
        .iter()
        .map(|read| {
            let same = program.same_location.row(*read) & program.writes;
            // A read never reads a later write of its own processor.
            members(same)
                .filter(|write| !program.po.has(*read, *write))
                .collect()
        })
        .collect();
    let mut chosen = vec![0; reads.len()];
    loop {
        let mut rf = Matrix::empty(program.size());
        for (index, read) in reads.iter().enumerate() {
            rf.add(sources[index][chosen[index]], *read);
        }
        for co in &orders {
            let execution = Execution::new(test, program, rf.clone(), co.clone());
            if execution.is_coherent()
                && execution.is_atomic()
                && let Some(values) = execution.values()
            {
                visit(&execution, &values);
            }
        }
        if !advance(&mut chosen, &sources) {
            return;
        }
    }
}

/// Advances to the next choice of a source for each read; false after the last one.
fn advance(chosen: &mut [usize], sources: &[Vec<usize>]) -> bool {
    for (choice, sources) in chosen.iter_mut().zip(sources) {
        *choice += 1;
        if *choice < sources.len() {
            return true;
        }
        *choice = 0;
    }
    false
}

/// Every coherence order that respects program order. The initial write comes first.
fn coherence_orders(program: &Program) -> Vec<Matrix> {
    let mut orders = vec![Matrix::empty(program.size())];
    let starts = members(program.writes).filter(|write| program.events[*write].place.is_none());
    for start in starts {
        let others = program.same_location.row(start) & program.writes & !(1 << start);
        let others: Vec<usize> = members(others).collect();
        let mut sequences = Vec::new();
        permute(program, &mut vec![start], &others, &mut sequences);
        let extend = |order: &Matrix| {
            let extended = sequences.iter().map(|sequence| {
                let mut order = order.clone();
                for (position, from) in sequence.iter().enumerate() {
                    for to in &sequence[position + 1..] {
                        order.add(*from, *to);
                    }
                }
                order
            });
            extended.collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(extend).collect();
    }
    orders
}

fn permute(
    program: &Program,
    sequence: &mut Vec<usize>,
    others: &[usize],
    found: &mut Vec<Vec<usize>>,
) {
    if sequence.len() == others.len() + 1 {
        found.push(sequence.clone());
        return;
    }
    for next in others {
        let is_free = !sequence.contains(next);
        let waits = others
            .iter()
            .any(|other| program.po.has(*other, *next) && !sequence.contains(other));
        if is_free && !waits {
            sequence.push(*next);
            permute(program, sequence, others, found);
            sequence.pop();
        }
    }
}
