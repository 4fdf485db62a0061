//! What would have prevented it: orderings for a pair that was out of order, each tried.

use overtake_report::trace::{Event, Op, Trace};
use schedule::Choices;
use witness::{Checked, Cure, Cycle, Link};

use super::story::Teller;
use crate::error::Error;
use crate::target::Target;
use crate::trial::{Ask, Trials};

/// An ordering that could be put between two accesses.
struct Candidate {
    instruction: &'static str,
    rust: Option<&'static str>,
    /// What the plugin is to suppose, of the earlier and of the later access.
    earlier: Option<&'static str>,
    later: Option<&'static str>,
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
const FENCE_RELEASE: Option<&str> = Some("fence(Ordering::Release) before this store");
const FENCE_ACQUIRE: Option<&str> = Some("fence(Ordering::Acquire) before this load");
const FENCE_SEQCST: Option<&str> = Some("fence(Ordering::SeqCst) before this load");
const SEQCST: Option<&str> = Some("Ordering::SeqCst on both accesses");

/// Orderings between a store and a later store, cheapest first. (Arm ARM B2.3; RISC-V unprivileged
/// spec 17.1; Power ISA Book II 4.6.3. Rust's are what rustc makes of its orderings.)
fn store_store(target: Target) -> Vec<Candidate> {
    let release = |instruction| candidate(instruction, RELEASE, None, Some("release"));
    match target {
        Target::Aarch64 => vec![
            release("stlr"),
            candidate("dmb ishst", None, None, Some("fence-ww")),
            candidate("dmb ish", FENCE_RELEASE, None, Some("fence-full")),
        ],
        Target::Ppc64le => vec![
            release("lwsync before it"),
            candidate("lwsync", FENCE_RELEASE, None, Some("fence-rw")),
            candidate("eieio", None, None, Some("fence-ww")),
        ],
        Target::Riscv64 => vec![
            candidate("fence w,w", None, None, Some("fence-ww")),
            release("fence rw,w before it"),
            candidate("fence rw,w", FENCE_RELEASE, None, Some("fence-rw")),
        ],
        // Never out of order.
        Target::X86_64 => Vec::new(),
    }
}

/// Orderings between a load and a later load.
fn load_load(target: Target) -> Vec<Candidate> {
    let acquire = |instruction| candidate(instruction, ACQUIRE, Some("acquire-pc"), None);
    match target {
        Target::Aarch64 => vec![
            acquire("ldapr, or ldar"),
            candidate("dmb ishld", FENCE_ACQUIRE, None, Some("fence-rrw")),
        ],
        Target::Ppc64le => vec![
            acquire("a branch on it, and isync"),
            candidate("lwsync", FENCE_ACQUIRE, None, Some("fence-rw")),
        ],
        Target::Riscv64 => vec![
            candidate("fence r,r", None, None, Some("fence-rr")),
            acquire("fence r,rw after it"),
            candidate("fence r,rw", FENCE_ACQUIRE, None, Some("fence-rrw")),
        ],
        Target::X86_64 => Vec::new(),
    }
}

/// Orderings between a store and a later load.
fn store_load(target: Target) -> Vec<Candidate> {
    let fence = |instruction| candidate(instruction, FENCE_SEQCST, None, Some("fence-full"));
    match target {
        Target::Aarch64 => vec![
            candidate("stlr and ldar", SEQCST, Some("release"), Some("acquire")),
            fence("dmb ish"),
        ],
        Target::Ppc64le => vec![fence("sync")],
        Target::Riscv64 => vec![fence("fence rw,rw")],
        Target::X86_64 => vec![
            candidate("xchg", SEQCST, None, Some("fence-full")),
            fence("mfence"),
        ],
    }
}

/// The orderings for each pair of the cycle that was out of order, each tried: with it, does the run
/// that failed still fail, and do others?
pub fn tried(
    trials: &Trials,
    choices: &Choices,
    cycle: &Cycle,
    trace: &Trace,
    told: &Teller<'_>,
    seeds: u64,
) -> Result<Vec<Cure>, Error> {
    let target = trials.bench.guest.target;
    let mut cures = Vec::new();
    let access = |event: usize| match &trace.events[event] {
        Event::Access(access) => Some(access),
        _ => None,
    };
    // Pairs of program order, and whether this run shows them out of order.
    let pairs = cycle.edges.iter().enumerate().filter_map(|(index, edge)| {
        let Link::Program { turned, .. } = edge.link else {
            return None;
        };
        let (first, second) = (access(edge.from)?, access(edge.to)?);
        let candidates = match (first.op, second.op) {
            (Op::Load, Op::Load) => load_load(target),
            (Op::Store | Op::Atomic, Op::Load) => store_load(target),
            (Op::Store | Op::Atomic, Op::Store | Op::Atomic) => store_store(target),
            // A later store never overtakes a load here.
            (Op::Load, Op::Store | Op::Atomic) => Vec::new(),
        };
        turned.map(|_| (index, edge, first.pc, second.pc, candidates))
    });
    // The same orderings in the other threads of the cycle: a shape whose pairs are all weak (SB) needs
    // one in each.
    let elsewhere = |but: usize, candidate: &Candidate| -> Vec<String> {
        let others = cycle.edges.iter().enumerate();
        others
            .filter(|(index, edge)| *index != but && matches!(edge.link, Link::Program { .. }))
            .filter_map(|(_, edge)| Some((access(edge.from)?, access(edge.to)?)))
            .filter(|(first, second)| first.op != Op::Load && second.op == Op::Load)
            .flat_map(|(first, second)| supposed(candidate, first.pc, second.pc))
            .collect()
    };
    for (index, edge, first, second, candidates) in pairs {
        for candidate in candidates {
            let mut suppositions = supposed(&candidate, first, second);
            if candidate.later == Some("fence-full") || candidate.earlier == Some("release") {
                suppositions.extend(elsewhere(index, &candidate));
            }
            let checked = check(trials, choices, &suppositions, seeds)?;
            let at = if candidate.later.is_some() {
                edge.to
            } else {
                edge.from
            };
            cures.push(Cure {
                edge: index,
                instruction: candidate.instruction.to_owned(),
                rust: candidate.rust.map(str::to_owned),
                step: told.step(at),
                checked,
            });
        }
    }
    Ok(cures)
}

fn supposed(candidate: &Candidate, first: u64, second: u64) -> Vec<String> {
    [(first, candidate.earlier), (second, candidate.later)]
        .into_iter()
        .filter_map(|(pc, what)| Some(format!("{pc:#x}:{}", what?)))
        .collect()
}

fn check(
    trials: &Trials,
    choices: &Choices,
    suppositions: &[String],
    seeds: u64,
) -> Result<Checked, Error> {
    let ask = Ask {
        suppositions,
        ..Ask::default()
    };
    let this = Ask {
        choices: Some(choices),
        ..ask
    };
    if trials.run(this)?.failure.is_some() {
        return Ok(Checked::Fails);
    }
    let mut failed = 0;
    for seed in 0..seeds {
        let seed = trials.bench.emulation.seed.wrapping_add(seed);
        failed += usize::from(trials.of_seed(seed, ask)?.failure.is_some());
    }
    let seeds = seeds as usize;
    Ok(if failed == 0 {
        Checked::Cures { seeds }
    } else {
        Checked::CuresThisRun { failed, seeds }
    })
}
