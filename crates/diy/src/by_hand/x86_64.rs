//! x86-64: `xchg`, `xadd`, and an increment that is not atomic.

use super::draft::{
    Draft, RELAXED, X, Y, Z, atomic, memory, read, register, store_buffering, write,
};
use crate::{Access, Operation, Step, Value};

pub(super) fn drafts() -> Vec<Draft> {
    let xchg = |location| atomic(Operation::Exchange, location, 1, 0, RELAXED);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut add = |name: &str, steps, condition| drafts.push((name.to_owned(), steps, condition));
    let (steps, condition) = store_buffering(|mine| vec![xchg(mine)], 1);
    add("RMW-SB-xchg", steps, condition);
    let (steps, condition) = store_buffering(|mine| vec![write(mine, 1), xchg(Z)], 1);
    add("RMW-SB-xchg-po", steps, condition);
    let (steps, condition) =
        store_buffering(|mine| vec![atomic(Operation::Add, mine, 1, 0, RELAXED)], 1);
    add("RMW-SB-xadd", steps, condition);
    add(
        "RMW-MP-xchg",
        vec![vec![write(X, 1), xchg(Y)], vec![read(Y, 0), read(X, 1)]],
        vec![register(1, 0, 1), register(1, 1, 0)],
    );
    let locked = || vec![atomic(Operation::Add, X, 1, 0, RELAXED)];
    add("RMW-lock-inc", vec![locked(), locked()], vec![memory(X, 1)]);
    let apart = || {
        let mut sum = Access::new(Operation::Write, X, Value::Plus(1));
        sum.data = Some(0);
        vec![read(X, 0), Step::Access(sum)]
    };
    add("RMW-inc", vec![apart(), apart()], vec![memory(X, 1)]);
    drafts
}
