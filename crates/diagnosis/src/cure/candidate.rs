//! Orderings that could be put between two accesses, by their kinds and the target.

use arch::Arch;

/// An ordering that could be put between two accesses.
pub(super) struct Candidate {
    pub instruction: &'static str,
    pub rust: Option<&'static str>,
    /// The ordering that the plugin assumes at the earlier access, and at the later one.
    pub earlier: Option<&'static str>,
    pub later: Option<&'static str>,
}

impl Candidate {
    /// Changes the candidate where the earlier or the later access is a read-modify-write.
    pub fn at_atomics(&mut self, [earlier, later]: [bool; 2]) {
        if later && matches!(self.later, Some("release" | "before-rw")) && self.rust == RELEASE {
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
    pub fn at_system_calls(mut self, [earlier, later]: [bool; 2]) -> Option<Self> {
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
pub(super) fn store_store(target: Arch) -> Vec<Candidate> {
    let release = |instruction| candidate(instruction, RELEASE, None, Some("release"));
    match target {
        Arch::AArch64 => vec![
            release("stlr"),
            candidate("dmb ishst", None, None, Some("before-ww")),
            candidate("dmb ish", FENCE_RELEASE, None, Some("before-all")),
        ],
        Arch::Ppc64le => vec![
            // Where stores reach one thread before another, it takes the barrier.
            candidate("lwsync before it", RELEASE, None, Some("before-rw")),
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
pub(super) fn load_load(target: Arch) -> Vec<Candidate> {
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
pub(super) fn load_store(target: Arch) -> Vec<Candidate> {
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
            // Where stores reach one thread before another, it takes the barrier.
            candidate("lwsync before it", RELEASE, None, Some("before-rw")),
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
pub(super) fn store_load(target: Arch) -> Vec<Candidate> {
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
