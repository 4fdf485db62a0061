//! What would have prevented a failure: orderings for each reordered pair of accesses, each one tested.

use arch::Arch;
use overtake_report::trace::{Access, Event, Op, Trace};
use schedule::Choices;
use witness::{Checked, Cure, Cycle, Edge, Link};

use crate::error::Error;
use crate::story::Teller;
use crate::trial::{Ask, Trials};

/// An ordering that could be put between two accesses.
struct Candidate {
    instruction: &'static str,
    rust: Option<&'static str>,
    /// The ordering that the plugin assumes at the earlier access, and at the later one.
    earlier: Option<&'static str>,
    later: Option<&'static str>,
}

impl Candidate {
    /// Changes the candidate where the earlier or the later access is a read-modify-write.
    fn at_atomics(&mut self, [earlier, later]: [bool; 2]) {
        if later && self.later == Some("release") && self.rust == RELEASE {
            self.rust = Some("Ordering::Release on this read-modify-write");
        }
        if earlier && self.earlier == Some("acquire-pc") {
            self.rust = Some("Ordering::Acquire on this read-modify-write");
            self.instruction = match self.instruction {
                "ldapr or ldar" => "an acquire (`A` in its name)",
                other => other,
            };
            // It may be a store-conditional, which reads nothing itself: the fence after it orders what the
            // load-reserved before it has read.
            self.earlier = Some("after-r");
        }
    }

    /// The candidate where the earlier or the later access is the kernel's, in a system call. None, if it would
    /// make an ordering of the call itself: only a fence can stand before or after a call.
    fn at_system_calls(mut self, [earlier, later]: [bool; 2]) -> Option<Self> {
        let of_the_access = |what: Option<&str>| {
            what.is_some_and(|it| !it.starts_with("before-") && !it.starts_with("after-"))
        };
        if earlier && of_the_access(self.earlier) || later && of_the_access(self.later) {
            return None;
        }
        if earlier && self.earlier.is_some() || later && self.later.is_some() {
            self.rust = self.rust.map(|rust| match rust {
                FENCE_RELEASE_TEXT => "fence(Ordering::Release) before this system call",
                FENCE_ACQUIRE_TEXT => "fence(Ordering::Acquire) after this system call",
                FENCE_SEQCST_TEXT => "fence(Ordering::SeqCst) before this system call",
                other => other,
            });
        }
        Some(self)
    }
}

const fn candidate(
    instruction: &'static str,
    rust: Option<&'static str>,
    earlier: Option<&'static str>,
    later: Option<&'static str>,
) -> Candidate {
    Candidate {
        instruction,
        rust,
        earlier,
        later,
    }
}

const RELEASE: Option<&str> = Some("Ordering::Release on this store");
const ACQUIRE: Option<&str> = Some("Ordering::Acquire on this load");
const FENCE_RELEASE_TEXT: &str = "fence(Ordering::Release) before this store";
const FENCE_RELEASE: Option<&str> = Some(FENCE_RELEASE_TEXT);
const FENCE_ACQUIRE_TEXT: &str = "fence(Ordering::Acquire) after this load";
const FENCE_ACQUIRE: Option<&str> = Some(FENCE_ACQUIRE_TEXT);
const FENCE_SEQCST_TEXT: &str = "fence(Ordering::SeqCst) before this load";
const FENCE_SEQCST: Option<&str> = Some(FENCE_SEQCST_TEXT);
const SEQCST: Option<&str> = Some("Ordering::SeqCst on both accesses");

/// Orderings between a store and a later store, cheapest first. (Arm ARM B2.3; RISC-V unprivileged
/// spec 17.1; Power ISA Book II 4.6.3. Rust's are what rustc makes of its orderings.)
fn store_store(target: Arch) -> Vec<Candidate> {
    let release = |instruction| candidate(instruction, RELEASE, None, Some("release"));
    match target {
        Arch::AArch64 => vec![
            release("stlr"),
            candidate("dmb ishst", None, None, Some("before-ww")),
            candidate("dmb ish", FENCE_RELEASE, None, Some("before-all")),
        ],
        Arch::Ppc64le => vec![
            release("lwsync before it"),
            candidate("lwsync", FENCE_RELEASE, None, Some("before-rw")),
            candidate("eieio", None, None, Some("before-ww")),
        ],
        Arch::Riscv64 => vec![
            candidate("fence w,w", None, None, Some("before-ww")),
            release("fence rw,w before it"),
            candidate("fence rw,w", FENCE_RELEASE, None, Some("before-rw")),
        ],
        // Never out of order.
        Arch::X86_64 => Vec::new(),
    }
}

/// Orderings between a load and a later load. A fence stands right after the first load, because it often
/// has to order more than one later load.
fn load_load(target: Arch) -> Vec<Candidate> {
    let acquire = |instruction| candidate(instruction, ACQUIRE, Some("acquire-pc"), None);
    match target {
        Arch::AArch64 => vec![
            acquire("ldapr or ldar"),
            candidate("dmb ishld", FENCE_ACQUIRE, Some("after-r"), None),
        ],
        Arch::Ppc64le => vec![
            acquire("a branch on the loaded value, then isync"),
            candidate("lwsync", FENCE_ACQUIRE, Some("after-rw"), None),
        ],
        Arch::Riscv64 => vec![
            candidate("fence r,r", None, Some("after-rr"), None),
            acquire("fence r,rw after it"),
            candidate("fence r,rw", FENCE_ACQUIRE, Some("after-r"), None),
        ],
        Arch::X86_64 => Vec::new(),
    }
}

/// Orderings between a load and a later store, cheapest first: a release costs nothing more where the store is
/// the last one of its thread, an acquire holds up what follows, a fence both.
fn load_store(target: Arch) -> Vec<Candidate> {
    let release = |instruction| candidate(instruction, RELEASE, None, Some("release"));
    let acquire = |instruction| candidate(instruction, ACQUIRE, Some("acquire-pc"), None);
    let fence = |instruction, rust, after| candidate(instruction, rust, Some(after), None);
    match target {
        Arch::AArch64 => vec![
            release("stlr"),
            acquire("ldapr or ldar"),
            fence("dmb ishld", FENCE_ACQUIRE, "after-r"),
        ],
        Arch::Ppc64le => vec![
            release("lwsync before it"),
            acquire("a branch on the loaded value, then isync"),
            fence("lwsync", FENCE_ACQUIRE, "after-rw"),
        ],
        Arch::Riscv64 => vec![
            release("fence rw,w before it"),
            acquire("fence r,rw after it"),
            fence("fence r,rw", FENCE_ACQUIRE, "after-r"),
        ],
        // Never out of order.
        Arch::X86_64 => Vec::new(),
    }
}

/// Orderings between a store and a later load.
fn store_load(target: Arch) -> Vec<Candidate> {
    let fence = |instruction| candidate(instruction, FENCE_SEQCST, None, Some("before-all"));
    match target {
        Arch::AArch64 => vec![
            candidate("stlr and ldar", SEQCST, Some("release"), Some("acquire")),
            fence("dmb ish"),
        ],
        Arch::Ppc64le => vec![fence("sync")],
        Arch::Riscv64 => vec![fence("fence rw,rw")],
        Arch::X86_64 => vec![
            candidate("xchg", SEQCST, None, Some("before-all")),
            fence("mfence"),
        ],
    }
}

/// The run on which cures are tested.
pub struct Cures<'a> {
    /// What is run.
    pub trials: &'a Trials,
    /// The choices that make it fail.
    pub choices: &'a Choices,
    /// The trace of the run with these choices.
    pub trace: &'a Trace,
    /// Number of seeds to test besides that run.
    pub seeds: u64,
    /// Guest instructions after which that run no longer fails.
    pub most: Option<u64>,
    /// Receives a description of each step.
    pub progress: &'a dyn Fn(String),
}

/// A pair of accesses of a thread, in program order.
struct Pair<'a> {
    /// Index of the edge.
    index: usize,
    edge: &'a Edge,
    first: &'a Access,
    second: &'a Access,
}

impl Cures<'_> {
    /// Sets `best` to the cycle that makes the run fail: the first one for which no seed fails once all its pairs
    /// are ordered, or else the one with the fewest failing seeds. After an error it is the best one so far.
    pub fn cause<'c>(
        &self,
        cycles: &'c [Cycle],
        best: &mut Option<&'c Cycle>,
    ) -> Result<(), Error> {
        let mut least = usize::MAX;
        for (index, cycle) in cycles.iter().enumerate() {
            (self.progress)(format!(
                "trying cures: cycle {} of {}",
                index + 1,
                cycles.len()
            ));
            let mut assumptions = Vec::new();
            for pair in self.pairs(cycle, true) {
                // The last candidate is the strongest.
                if let Some(candidate) = self.candidates(&pair).last() {
                    assumptions.extend(assumed(candidate, pair.first.pc, pair.second.pc));
                }
            }
            let rank = match self.check(&assumptions)? {
                Checked::Cures { .. } => {
                    *best = Some(cycle);
                    return Ok(());
                }
                Checked::CuresThisRun { failed, .. } => failed,
                Checked::Fails => usize::MAX,
            };
            if rank < least {
                least = rank;
                *best = Some(cycle);
            }
        }
        Ok(())
    }

    /// Tests each ordering for each reordered pair of the cycle: does the failing run still fail with it,
    /// and do other seeds? Adds them to `cures`, one by one.
    pub fn tried(
        &self,
        cycle: &Cycle,
        told: &Teller<'_>,
        cures: &mut Vec<Cure>,
    ) -> Result<(), Error> {
        for pair in self.pairs(cycle, false) {
            let calls = [pair.edge.from, pair.edge.to].map(|event| told.is_system_call(event));
            for candidate in self.candidates(&pair) {
                let Some(candidate) = candidate.at_system_calls(calls) else {
                    continue;
                };
                (self.progress)(format!("trying cures: {}", candidate.instruction));
                let mut assumptions = assumed(&candidate, pair.first.pc, pair.second.pc);
                // A shape whose pairs are all store to load (SB) needs the ordering in each pair.
                for other in self.pairs(cycle, true) {
                    if kind(&pair) == Kind::StoreLoad && kind(&other) == kind(&pair) {
                        assumptions.extend(assumed(&candidate, other.first.pc, other.second.pc));
                    }
                }
                let at = if candidate.later.is_some() {
                    pair.edge.to
                } else {
                    pair.edge.from
                };
                cures.push(Cure {
                    edge: pair.index,
                    instruction: candidate.instruction.to_owned(),
                    rust: candidate.rust.map(str::to_owned),
                    step: told.step(at),
                    checked: self.check(&assumptions)?,
                });
            }
        }
        Ok(())
    }

    /// The program-order pairs of a cycle: only those that this run reordered, or `all`.
    fn pairs<'c>(&'c self, cycle: &'c Cycle, all: bool) -> Vec<Pair<'c>> {
        let access = |event: usize| match &self.trace.events[event] {
            Event::Access(access) => Some(access),
            _ => None,
        };
        let pair = |(index, edge): (usize, &'c Edge)| {
            let Link::Program { reordered, .. } = edge.link else {
                return None;
            };
            let (first, second) = (access(edge.from)?, access(edge.to)?);
            (all || reordered.is_some()).then_some(Pair {
                index,
                edge,
                first,
                second,
            })
        };
        cycle.edges.iter().enumerate().filter_map(pair).collect()
    }

    fn candidates(&self, pair: &Pair<'_>) -> Vec<Candidate> {
        let target = self.trials.setup.guest.target;
        let mut candidates = match kind(pair) {
            // The atomic reads, too: an acquire may be enough.
            Kind::StoreLoad if pair.first.op == Op::Atomic => {
                let mut all = load_load(target);
                all.extend(store_load(target));
                all
            }
            Kind::LoadLoad => load_load(target),
            Kind::StoreLoad => store_load(target),
            Kind::StoreStore => store_store(target),
            Kind::LoadStore => load_store(target),
        };
        for candidate in &mut candidates {
            candidate.at_atomics([pair.first.op, pair.second.op].map(|op| op == Op::Atomic));
        }
        candidates
    }

    fn check(&self, assumptions: &[String]) -> Result<Checked, Error> {
        let trials = self.trials;
        let ask = Ask {
            assumptions,
            ..Ask::default()
        };
        let this = Ask {
            choices: Some(self.choices),
            most: self.most,
            ..ask
        };
        if trials.run(this)?.failure.is_some() {
            return Ok(Checked::Fails);
        }
        let seed = trials.setup.emulation.seed;
        let asks = (0..self.seeds).map(|number| Ask {
            seed: Some(seed.wrapping_add(number)),
            ..ask
        });
        let failed = trials.count_failures(asks)?;
        let seeds = self.seeds as usize;
        Ok(if failed == 0 {
            Checked::Cures { seeds }
        } else {
            Checked::CuresThisRun { failed, seeds }
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    LoadLoad,
    StoreLoad,
    StoreStore,
    LoadStore,
}

fn kind(pair: &Pair<'_>) -> Kind {
    match (pair.first.op, pair.second.op) {
        (Op::Load, Op::Load) => Kind::LoadLoad,
        (Op::Store | Op::Atomic, Op::Load) => Kind::StoreLoad,
        (Op::Store | Op::Atomic, Op::Store | Op::Atomic) => Kind::StoreStore,
        (Op::Load, Op::Store | Op::Atomic) => Kind::LoadStore,
    }
}

fn assumed(candidate: &Candidate, first: u64, second: u64) -> Vec<String> {
    [(first, candidate.earlier), (second, candidate.later)]
        .into_iter()
        .filter_map(|(pc, what)| Some(format!("{pc:#x}:{}", what?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_call_is_offered_fences_only() {
        let offered = |candidates: Vec<Candidate>, calls| -> Vec<_> {
            let kept = candidates
                .into_iter()
                .filter_map(|it| it.at_system_calls(calls));
            kept.map(|it| (it.instruction, it.rust)).collect()
        };
        for target in Arch::ALL {
            for pairs in [store_store, load_load, store_load, load_store] {
                let all = offered(pairs(target), [false, false]);
                assert_eq!(all.len(), pairs(target).len());
                for calls in [[true, false], [false, true], [true, true]] {
                    for kept in offered(pairs(target), calls) {
                        assert!(all.iter().any(|(instruction, _)| *instruction == kept.0));
                    }
                }
            }
        }
        assert_eq!(
            offered(store_store(Arch::AArch64), [false, true]),
            [
                ("dmb ishst", None),
                (
                    "dmb ish",
                    Some("fence(Ordering::Release) before this system call")
                ),
            ]
        );
        assert_eq!(
            offered(load_load(Arch::AArch64), [true, false]),
            [(
                "dmb ishld",
                Some("fence(Ordering::Acquire) after this system call")
            )]
        );
        // A call before a store changes nothing at the store.
        assert_eq!(
            offered(store_store(Arch::AArch64), [true, false]),
            offered(store_store(Arch::AArch64), [false, false])
        );
    }
}
