//! A step with one rule left out.

use crate::memory::Unseen;
use crate::mutation::Mutation;
use crate::rule::Rule;
use arch::Pairs;
use weakmem::{Access, Acquire, Call, Machine, Step, Store, ThreadId};

/// A fence that lacks what is left out.
pub(crate) fn fence(mut step: Step, mutation: Mutation) -> Step {
    match mutation {
        Mutation::Without(Rule::FenceReadRead) => step.before.rr = false,
        Mutation::Without(Rule::FenceReadWrite) => step.before.rw = false,
        Mutation::Without(Rule::FenceWriteRead) => step.before.wr = false,
        Mutation::Without(Rule::FenceWriteWrite) => step.before.ww = false,
        Mutation::Without(Rule::ContextSync) => step.context_sync = false,
        _ => {}
    }
    step
}

/// What an access is to one of its calls, if that lacks what is left out.
pub(crate) fn access(mut step: Step, call: Call, mutation: Mutation) -> Step {
    let Mutation::Without(rule) = mutation else {
        return step;
    };
    let waits = matches!(call, Call::AwaitReleases | Call::FollowReleases);
    step.acquire = match (rule, call, step.acquire) {
        (Rule::AcquirePc, Call::Acquired, Acquire::Rcpc)
        | (Rule::AcquireSc, Call::Acquired, Acquire::Rcsc) => Acquire::No,
        (Rule::ReleaseAcquire, _, Acquire::Rcsc) if waits => Acquire::No,
        (Rule::ReleaseAcquirePc, _, Acquire::Rcpc) if waits => Acquire::Rcsc,
        (_, _, acquire) => acquire,
    };
    step.release &= rule != Rule::Release;
    if rule == Rule::AtomicFence {
        (step.before, step.after) = (Pairs::NONE, Pairs::NONE);
    }
    step
}

/// Makes a plain store as if the rule were not there. Nothing if the rule is not about stores;
/// else the thread that has the store now, if it is another.
pub(crate) fn write(
    mutation: Mutation,
    step: &Step,
    access: &Access<'_>,
    machine: &mut Machine,
    thread: ThreadId,
) -> Option<Option<ThreadId>> {
    let Mutation::Without(rule) = mutation else {
        return None;
    };
    let store = Store {
        addr: access.addr,
        bytes: access.bytes,
        release: step.release,
        address: access.address,
        data: access.data,
    };
    match rule {
        // Another thread's stores keep no order with it, and its writes are seen late.
        Rule::CoWW if !machine.buffer(thread).is_empty() => {
            let ghost = machine.add_thread();
            machine.store(ghost, store, 0, &mut Unseen);
            Some(Some(ghost))
        }
        Rule::CoWR => {
            let ghost = machine.add_thread();
            machine.atomic(ghost, store, None, &mut Unseen);
            Some(None)
        }
        Rule::WholeWrite if store.bytes.len() > 1 => {
            let (low, high) = store.bytes.split_at(store.bytes.len() / 2);
            for (offset, bytes) in [(0, low), (low.len(), high)] {
                let addr = store.addr + offset as u64;
                let half = Store {
                    addr,
                    bytes,
                    ..store
                };
                machine.store(thread, half, 0, &mut Unseen);
            }
            Some(None)
        }
        _ => None,
    }
}
