//! The orderings that a run executed.

use std::collections::BTreeMap;

use arch::{Arch, Pairs};
use overtake_report::trace::{Access, Event, Op, Trace};
use serde::Serialize;
use witness::Place;

use crate::code::{Code, is_of_the_toolchain};

/// An instruction that orders accesses.
#[derive(Debug, Clone, Serialize)]
pub struct Ordering {
    /// Its place in the code.
    pub place: Place,
    /// What kind: `acquire`, `release`, `acquire and release`, `barrier`.
    pub kind: &'static str,
    /// How often the run executed it while threads shared memory.
    pub times: usize,
    /// Whether it is also an atomic access.
    #[serde(skip)]
    pub atomic: bool,
    #[serde(skip)]
    orders: Pairs,
}

impl Ordering {
    /// Guest address of the instruction.
    pub fn pc(&self) -> u64 {
        self.place.pc
    }

    /// Whether it orders loads before later stores.
    pub fn keeps_loads_before_stores(&self) -> bool {
        self.orders.rw
    }

    /// Whether the target's atomic accesses are ordered by themselves.
    pub fn target_is_strong(&self, target: Arch) -> bool {
        target == Arch::X86_64
    }
}

/// The orderings of a run by address, and the number of omitted ones: those in the toolchain, in dependencies
/// and in code without source lines. With `all` none is omitted.
pub fn orderings(trace: &Trace, code: &mut Code, all: bool) -> (Vec<Ordering>, usize) {
    let mut found: BTreeMap<u64, (Pairs, &'static str, bool, usize)> = BTreeMap::new();
    for event in &trace.events {
        let (pc, orders, kind, atomic) = match event {
            Event::Barrier { pc, orders, .. } => (*pc, *orders, "barrier", false),
            Event::Access(access) => match of_access(access) {
                Some((orders, kind)) => (access.pc, orders, kind, access.op == Op::Atomic),
                None => continue,
            },
            _ => continue,
        };
        found.entry(pc).or_insert((orders, kind, atomic, 0)).3 += 1;
    }
    let mut left_out = 0;
    let mut orderings = Vec::new();
    for (pc, (orders, kind, atomic, times)) in found {
        let place = code.place(pc);
        let own = place.line.as_ref().is_some_and(|line| {
            !is_of_the_toolchain(&line.file) && !line.file.contains("/.cargo/registry/")
        });
        if !own && !all {
            left_out += 1;
            continue;
        }
        orderings.push(Ordering {
            place,
            kind,
            times,
            atomic,
            orders,
        });
    }
    (orderings, left_out)
}

/// The pairs of accesses that an access orders, and the kind of ordering.
fn of_access(access: &Access) -> Option<(Pairs, &'static str)> {
    let mut orders = access.orders;
    orders.rr |= access.acquire;
    orders.rw |= access.acquire || access.release;
    orders.ww |= access.release;
    let kind = match (access.acquire, access.release) {
        (true, true) => "acquire and release",
        (true, false) => "acquire",
        (false, true) => "release",
        (false, false) if orders == Pairs::NONE => return None,
        (false, false) => "barrier",
    };
    Some((orders, kind))
}
