//! RISC-V: `amoswap`, `amoadd`, `lr` and `sc`, with `.aq` and `.rl`.

use super::draft::{
    ACQUIRE, BOTH, Draft, RELAXED, RELEASE, X, Y, atomic, exclusive_pair, increment, read,
    register, store_buffering, write,
};
use crate::{Access, Operation, Register, Status, Step, Value};

pub(super) fn drafts() -> Vec<Draft> {
    let swap =
        |location, value, number, bits| atomic(Operation::Exchange, location, value, number, bits);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut add = |name: &str, steps, condition| drafts.push((name.to_owned(), steps, condition));
    for (name, first, second) in [
        ("RMW-MP-amoswap", RELAXED, RELAXED),
        ("RMW-MP-amoswap.rl-aq", RELEASE, ACQUIRE),
        ("RMW-MP-amoswap.rl-amoswap", RELEASE, RELAXED),
        ("RMW-MP-amoswap-aq", RELAXED, ACQUIRE),
    ] {
        add(
            name,
            vec![
                vec![write(X, 1), swap(Y, 1, 7, first)],
                vec![swap(Y, 2, 7, second), read(X, 9)],
            ],
            vec![register(1, 7, 1), register(1, 9, 0)],
        );
    }
    for (name, bits) in [
        ("RMW-SB-amoswap.aq.rl", BOTH),
        ("RMW-SB-amoswap.aq", ACQUIRE),
        ("RMW-SB-amoswap.rl", RELEASE),
        ("RMW-SB-amoswap", RELAXED),
    ] {
        let (steps, condition) = store_buffering(|mine| vec![swap(mine, 1, 7, bits)], 9);
        add(name, steps, condition);
    }
    for (name, bits) in [("RMW-SB-lr.aq-sc.rl", BOTH), ("RMW-SB-lr-sc", RELAXED)] {
        let (steps, mut condition) =
            store_buffering(|mine| exclusive_pair(mine, 1, bits, 7, 11).to_vec(), 9);
        condition.extend([register(0, 11, 0), register(1, 11, 0)]);
        add(name, steps, condition);
    }
    let side = |mine, other| {
        let reserved = Access::new(Operation::ReadExclusive, other, Value::Constant(0));
        let reserved = ACQUIRE.on(reserved.into(Register(9)));
        vec![swap(mine, 1, 7, RELEASE), Step::Access(reserved)]
    };
    add(
        "RMW-SB-amoswap.rl-lr.aq",
        vec![side(X, Y), side(Y, X)],
        vec![register(0, 9, 0), register(1, 9, 0)],
    );
    let side = |mine, other| {
        let mut last = Access::read(other).into(Register(9));
        last.address = Some(1);
        vec![swap(mine, 1, 7, RELAXED), read(mine, 8), Step::Access(last)]
    };
    add(
        "RMW-SB-amoswap-rfi-addrs",
        vec![side(X, Y), side(Y, X)],
        vec![register(0, 9, 0), register(1, 9, 0)],
    );
    let one = || vec![atomic(Operation::Add, X, 1, 7, RELAXED)];
    add(
        "RMW-amoadd",
        vec![one(), one()],
        vec![register(0, 7, 0), register(1, 7, 0)],
    );
    let says = Status {
        success: 0,
        failure: 1,
    };
    add(
        "RMW-lrsc",
        vec![increment(7, 9, says), increment(7, 9, says)],
        vec![
            register(0, 9, 0),
            register(1, 9, 0),
            register(0, 7, 0),
            register(1, 7, 0),
        ],
    );
    drafts
}
