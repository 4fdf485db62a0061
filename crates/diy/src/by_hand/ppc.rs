//! Power: `lwarx` and `stwcx.`, and order that only a third processor can observe.

use super::draft::{
    Draft, RELAXED, X, Y, Z, exclusive_pair, increment, memory, read, register, store_buffering,
    write,
};
use crate::{Access, Arch, Fence, Status, Step};

pub(super) fn drafts() -> Vec<Draft> {
    let says = Status {
        success: 1,
        failure: 0,
    };
    let increments = (
        "RMW-lwarx-inc".to_owned(),
        vec![increment(2, 4, says), increment(2, 4, says)],
        vec![
            register(0, 4, 1),
            register(1, 4, 1),
            register(0, 2, 0),
            register(1, 2, 0),
        ],
    );
    let mut drafts = vec![increments];
    for (name, fence) in [
        ("RMW-SB-lwarx", None),
        ("RMW-SB-lwarx-lwsync", Some("LwSync")),
        ("RMW-SB-lwarx-sync", Some("Sync")),
    ] {
        let fence = fence.and_then(|name| Fence::named(Arch::Ppc64le, name));
        let own = |mine| {
            let mut steps = exclusive_pair(mine, 1, RELAXED, 5, 6).to_vec();
            steps.extend(fence.map(Step::Fence));
            steps
        };
        let (steps, mut condition) = store_buffering(own, 4);
        condition.extend([register(0, 6, 0), register(1, 6, 0)]);
        drafts.push((name.to_owned(), steps, condition));
    }
    drafts.push(through_another("PPO-read-different-writes", |address| {
        vec![with_address(read(Z, 10), address), read(Z, 11)]
    }));
    drafts.push(through_another("PPO-detour", |data| {
        let mut own = Access::write(Z, 1);
        own.data = Some(data);
        vec![Step::Access(own), read(Z, 11)]
    }));
    drafts
}

/// Message passing in which only the accesses of `between`, to a location that a third processor
/// writes, order the reader's two reads.
fn through_another(name: &str, between: impl Fn(usize) -> Vec<Step>) -> Draft {
    let fence = Fence::named(Arch::Ppc64le, "Sync").map(Step::Fence);
    let writer = [Some(write(X, 1)), fence, Some(write(Y, 1))];
    let mut reader = vec![read(Y, 9)];
    reader.extend(between(0));
    let last = reader.len() - 1;
    reader.push(with_address(read(X, 12), last));
    let other = vec![write(Z, 2)];
    let mut condition = vec![register(1, 9, 1), register(1, 11, 2), register(1, 12, 0)];
    let reads_first = matches!(
        reader.get(1),
        Some(Step::Access(access)) if access.operation.reads()
    );
    condition.push(if reads_first {
        register(1, 10, 0)
    } else {
        memory(Z, 2)
    });
    let steps = vec![writer.into_iter().flatten().collect(), reader, other];
    (name.to_owned(), steps, condition)
}

/// The access with an address that depends on what the step `source` read.
fn with_address(step: Step, source: usize) -> Step {
    match step {
        Step::Access(mut access) => {
            access.address = Some(source);
            Step::Access(access)
        }
        other => other,
    }
}
