//! What an access stores, and what that depends on.

use super::Processor;
use crate::memory::Unseen;
use crate::rule::Rule;
use diy::{Access, Operation, Value};
use weakmem::{Machine, ThreadId, View};

impl Processor {
    /// The view of what this step read. A pick dependency orders no reads, and every write is after all
    /// earlier reads anyway.
    pub(super) fn view(&self, step: Option<usize>) -> View {
        step.map_or(View::NONE, |step| self.results[step].view)
    }

    /// Whether a load of what is promised is overlooked, without CoRW.
    pub(super) fn overlooks_promise(
        &self,
        access: &weakmem::Access<'_>,
        machine: &Machine,
        thread: ThreadId,
    ) -> bool {
        let mut promises = machine.promises(thread);
        // An atomic's own read is no earlier one.
        !self.keeps(Rule::CoRW)
            && !access.store
            && promises.any(|promise| promise.addr == access.addr)
    }

    /// What an access would store if it were done now; nothing if it would not.
    pub fn would_store(
        &self,
        access: &Access,
        machine: &Machine,
        thread: ThreadId,
    ) -> Option<[u8; 16]> {
        let mut newest = [0; 16];
        let mut machine = machine.clone();
        machine.expect(thread, View::ALL, &mut Unseen);
        let len = usize::from(access.size);
        machine.read(thread, self.addr(access), &mut newest[..len]);
        let newest = u128::from_le_bytes(newest);
        match access.operation {
            Operation::Read | Operation::ReadExclusive => None,
            Operation::CompareExchange(expected) if newest != expected.into() => None,
            _ => Some(self.stored(access, newest)),
        }
    }

    /// What the data that an access stores depend on by pick.
    pub(super) fn picked(&self, access: &Access) -> View {
        let data = access
            .data
            .map_or(View::NONE, |step| self.results[step].pick);
        // What is expected decides whether it is written.
        let expected = access.expected.map(|step| self.results[step]);
        let expected = expected.map_or(View::NONE, |it| it.view.join(it.pick));
        data.join(expected)
    }

    /// What an access stores that read `old`.
    pub fn stored(&self, access: &Access, old: u128) -> [u8; 16] {
        let value = match access.value {
            Value::Constant(value) => u128::from(access.upper_value) << 64 | u128::from(value),
            Value::Plus(value) => {
                let data = access.data.map_or(0, |step| self.results[step].value);
                data.wrapping_add(value.into())
            }
        };
        if access.operation == Operation::Add {
            old.wrapping_add(value).to_le_bytes()
        } else {
            value.to_le_bytes()
        }
    }
}
