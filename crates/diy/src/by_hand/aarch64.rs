//! Armv8: `swp`, `ldadd`, `cas`, and exclusives, with acquire and release.

use super::draft::{
    ACQUIRE, BOTH, Draft, RELAXED, RELEASE, X, Y, atomic, exclusive_pair, increment, memory, read,
    register, store_buffering, write,
};
use crate::{Access, Acquire, Operation, Register, Release, Status, Step, Value};

pub(super) fn drafts() -> Vec<Draft> {
    let swap =
        |location, value, number, bits| atomic(Operation::Exchange, location, value, number, bits);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut add = |name: &str, steps, condition| drafts.push((name.to_owned(), steps, condition));

    let releasing = exclusive_pair(Y, 1, RELEASE, 4, 5);
    let acquiring = Access::new(Operation::ReadExclusive, Y, Value::Constant(0));
    let acquiring = Step::Access(ACQUIRE.on(acquiring.into(Register(4))));
    add(
        "RMW-MP-stlxr-ldaxr",
        vec![
            vec![write(X, 1), releasing[0], releasing[1]],
            vec![acquiring, read(X, 5)],
        ],
        vec![register(0, 5, 0), register(1, 4, 1), register(1, 5, 0)],
    );
    for (name, first, second) in [
        ("RMW-MP-swp-swp", RELAXED, RELAXED),
        ("RMW-MP-swpal-swpal", BOTH, BOTH),
        ("RMW-MP-swpl-swp", RELEASE, RELAXED),
        ("RMW-MP-swp-swpa", RELAXED, ACQUIRE),
        ("RMW-MP-swpl-swpa", RELEASE, ACQUIRE),
        ("RMW-MP-swpa-swpl", ACQUIRE, RELEASE),
    ] {
        add(
            name,
            vec![
                vec![write(X, 1), swap(Y, 1, 4, first)],
                vec![swap(Y, 2, 4, second), read(X, 5)],
            ],
            vec![register(1, 4, 1), register(1, 5, 0)],
        );
    }
    for (name, acquire) in [
        ("RMW-SB-stlr-ldar", Acquire::Sc),
        ("RMW-SB-stlr-ldapr", Acquire::Pc),
    ] {
        let side = |mine, other| {
            let loaded = Access::read(other).into(Register(4));
            vec![
                Step::Access(RELEASE.on(Access::write(mine, 1))),
                Step::Access(loaded.ordered(acquire, Release::No)),
            ]
        };
        let condition = vec![register(0, 4, 0), register(1, 4, 0)];
        add(name, vec![side(X, Y), side(Y, X)], condition);
    }
    for (name, operation, bits) in [
        ("RMW-SB-swpals", Operation::Exchange, BOTH),
        ("RMW-SB-swpas", Operation::Exchange, ACQUIRE),
        ("RMW-SB-swpls", Operation::Exchange, RELEASE),
        ("RMW-SB-swps", Operation::Exchange, RELAXED),
        ("RMW-SB-ldaddals", Operation::Add, BOTH),
        ("RMW-SB-casals", Operation::CompareExchange(0), BOTH),
        ("RMW-SB-casas", Operation::CompareExchange(0), ACQUIRE),
    ] {
        let (steps, condition) =
            store_buffering(|mine| vec![atomic(operation, mine, 1, 2, bits)], 4);
        add(name, steps, condition);
    }
    let (steps, mut condition) =
        store_buffering(|mine| exclusive_pair(mine, 1, BOTH, 2, 6).to_vec(), 4);
    condition.extend([register(0, 6, 0), register(1, 6, 0)]);
    add("RMW-SB-ldaxr-stlxr", steps, condition);
    let (steps, condition) = store_buffering(
        |mine| {
            let own = Access::read(mine).into(Register(5));
            let own = Step::Access(ACQUIRE.on(own));
            vec![atomic(Operation::Exchange, mine, 1, 2, RELAXED), own]
        },
        4,
    );
    add("RMW-SB-swp-rfi-ldars", steps, condition);
    let cas = |value| vec![atomic(Operation::CompareExchange(0), X, value, 0, RELAXED)];
    add(
        "RMW-cas",
        vec![cas(1), cas(2)],
        vec![register(0, 0, 0), register(1, 0, 0)],
    );
    let one = || vec![atomic(Operation::Add, X, 1, 2, RELAXED)];
    add(
        "RMW-ldadd",
        vec![one(), one()],
        vec![register(0, 2, 0), register(1, 2, 0)],
    );
    let says = Status {
        success: 0,
        failure: 1,
    };
    add(
        "RMW-ldxr-inc",
        vec![increment(2, 4, says), increment(2, 4, says)],
        vec![
            register(0, 4, 0),
            register(1, 4, 0),
            register(0, 2, 0),
            register(1, 2, 0),
        ],
    );
    add(
        "RMW-swp-vs-str",
        vec![
            vec![write(X, 1), swap(X, 3, 3, RELAXED)],
            vec![write(X, 2), read(X, 2)],
        ],
        vec![register(0, 3, 2), memory(X, 2)],
    );
    drafts
}
