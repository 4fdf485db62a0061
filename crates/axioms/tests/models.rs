//! What the models have in common, and outcomes that the literature is clear about.

use axioms::{Model, outcomes, suite};
use diy::{Access, Arch, FAMILIES, Step, Test, from_name};
use proptest::prelude::*;

/// The strongest model that allows what the test asks for.
fn verdict(arch: Arch, name: &str) -> Option<Model> {
    let test = from_name(name, arch).expect("a test");
    outcomes(&test)
        .expect("a judgement")
        .strongest(&test.wanted())
}

#[test]
fn weaker_models_allow_more() {
    for arch in Arch::ALL {
        for entry in suite(arch).expect("a suite") {
            let outcomes = outcomes(&entry.test(arch).expect("a test")).expect("a judgement");
            for pair in Model::ALL.windows(2) {
                let (strong, weak) = (outcomes.of(pair[0]), outcomes.of(pair[1]));
                assert!(strong.is_subset(weak), "{arch} {} {pair:?}", entry.name);
                assert!(!strong.is_empty(), "{arch} {}", entry.name);
            }
        }
    }
}

#[test]
fn x86_has_store_buffers_and_nothing_else() {
    use Model::StoresDelayedOnly;
    for (name, expected) in [
        ("SB", Some(StoresDelayedOnly)),
        ("SB+mfences", None),
        ("SB+mfence+po", Some(StoresDelayedOnly)),
        ("SB+sfences", Some(StoresDelayedOnly)),
        ("SB+lfences", Some(StoresDelayedOnly)),
        ("SB+poanas", None),
        ("R", Some(StoresDelayedOnly)),
        ("MP", None),
        ("LB", None),
        ("S", None),
        ("2+2W", None),
        ("IRIW", None),
        ("RWC", Some(StoresDelayedOnly)),
        ("3.SB", Some(StoresDelayedOnly)),
    ] {
        assert_eq!(verdict(Arch::X86_64, name), expected, "{name}");
    }
}

#[test]
fn armv8_is_multi_copy_atomic_and_knows_dependencies() {
    use Model::{MultiCopyAtomic, StoresDelayedOnly, WithoutLoadBuffering};
    for (name, expected) in [
        ("MP", Some(StoresDelayedOnly)),
        ("MP+dmb.st+po", Some(WithoutLoadBuffering)),
        ("MP+dmb.sy+addr", None),
        ("MP+dmb.sy+ctrl", Some(WithoutLoadBuffering)),
        ("MP+dmb.sy+ctrlisb", None),
        ("MP+popl+poap", None),
        ("MP+popl+poqp", None),
        ("SB+polas", None),
        ("SB+polqs", Some(StoresDelayedOnly)),
        ("LB", Some(MultiCopyAtomic)),
        ("LB+datas", None),
        ("IRIW", Some(WithoutLoadBuffering)),
        ("IRIW+addrs", None),
        ("WRC+data+addr", None),
        // "PPOCA" and "PPOAA" of Sarkar et al. (PLDI 2011): speculation may forward.
        ("MP+dmb.sy+ctrl-rfi-addr", Some(WithoutLoadBuffering)),
        ("MP+dmb.sy+addr-rfi-addr", None),
        ("SB+rfi-addrs", Some(StoresDelayedOnly)),
    ] {
        assert_eq!(verdict(Arch::AArch64, name), expected, "{name}");
    }
}

#[test]
fn riscv_fences_order_what_they_say() {
    use Model::{MultiCopyAtomic, StoresDelayedOnly, WithoutLoadBuffering};
    for (name, expected) in [
        ("MP+fence.w.w+fence.r.r", None),
        ("MP+fence.r.r+fence.w.w", Some(StoresDelayedOnly)),
        ("MP+fence.w.w+addr", None),
        ("MP+fence.w.w+ctrlfencei", Some(WithoutLoadBuffering)),
        ("MP+poprl+poaqp", None),
        ("SB+fence.w.rs", None),
        ("SB+fence.tsos", Some(StoresDelayedOnly)),
        ("SB+porlaqs", Some(StoresDelayedOnly)),
        ("LB+po+data", Some(MultiCopyAtomic)),
        ("LB+datas", None),
        ("IRIW+fence.r.rs", None),
    ] {
        assert_eq!(verdict(Arch::Riscv64, name), expected, "{name}");
    }
}

/// The tables of "Herding cats" (TOPLAS 2014) and Sarkar et al. (PLDI 2011).
#[test]
fn power_is_not_multi_copy_atomic() {
    use Model::{Allowed, MultiCopyAtomic, StoresDelayedOnly, WithoutLoadBuffering};
    for (name, expected) in [
        ("MP+lwsync+addr", None),
        ("MP+eieio+addr", None),
        ("MP+lwsync+ctrl", Some(WithoutLoadBuffering)),
        ("MP+lwsync+ctrlisync", None),
        ("SB+lwsyncs", Some(StoresDelayedOnly)),
        ("SB+syncs", None),
        ("R+lwsync+sync", Some(Allowed)),
        ("R+syncs", None),
        ("2+2W+lwsyncs", None),
        ("S+lwsync+data", None),
        ("LB+datas", None),
        ("LB", Some(MultiCopyAtomic)),
        ("IRIW+addrs", Some(Allowed)),
        ("IRIW+lwsyncs", Some(Allowed)),
        ("IRIW+syncs", None),
        ("WRC+data+addr", Some(Allowed)),
        ("WRC+lwsync+addr", None),
        ("ISA2+lwsync+data+addr", None),
        ("RWC+syncs", None),
        ("RWC+lwsync+sync", Some(Allowed)),
        ("W+RWC+lwsync+addr+sync", Some(Allowed)),
        ("Z6.3+lwsync+lwsync+addr", Some(Allowed)),
        ("MP+sync+ctrl-rfi-addr", Some(WithoutLoadBuffering)),
        ("MP+sync+addr-rfi-addr", None),
    ] {
        assert_eq!(verdict(Arch::Ppc64le, name), expected, "{name}");
    }
}

#[test]
fn what_cannot_be_judged_is_said() {
    let stores = |location| Step::Access(Access::write(location, 1));
    let large = vec![(0..20).map(stores).collect(); 4];
    let text = |arch, steps| {
        let test = Test::new(arch, "T", "by hand", steps, |_| Vec::new())?;
        Ok::<_, diy::Error>(outcomes(&test).map_err(|error| error.to_string()))
    };
    assert_eq!(
        text(Arch::X86_64, large),
        Ok(Err(
            "`T` has 100 reads and writes: expected at most 64; use fewer accesses or locations"
                .to_owned()
        ))
    );
}

/// Parts of names; most architectures have about half of them.
const PARTS: [&str; 22] = [
    "po",
    "po",
    "pos",
    "rfi-po",
    "po-po",
    "coi-po",
    "addr",
    "data",
    "ctrl",
    "data-coi",
    "addr-po",
    "dmb.sy",
    "dmb.st",
    "popl",
    "poap",
    "sync",
    "lwsync",
    "fence.tso",
    "poprl",
    "mfence",
    "sfence",
    "poana",
];

fn a_name() -> impl Strategy<Value = (Arch, String)> {
    let all: Vec<(Arch, String)> = Arch::ALL
        .into_iter()
        .flat_map(|arch| {
            let entries = suite(arch).expect("a suite").into_iter();
            entries.map(move |entry| (arch, entry.cycle))
        })
        .filter(|(_, cycle)| cycle != "by hand")
        .collect();
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// Any test of a family has outcomes, and weaker models allow more.
    #[test]
    fn any_member_of_a_family(
        arch in prop::sample::select(Arch::ALL.to_vec()),
        family in prop::sample::select(FAMILIES.to_vec()),
        parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 3),
    ) {
        let parts = parts[..family.slots()].join("+");
        if let Ok(test) = from_name(&format!("{}+{parts}", family.name), arch) {
            let outcomes = outcomes(&test).expect("a judgement");
            prop_assert!(!outcomes.of(Model::SequentiallyConsistent).is_empty());
            for pair in Model::ALL.windows(2) {
                prop_assert!(outcomes.of(pair[0]).is_subset(outcomes.of(pair[1])));
            }
        }
    }

    /// Where a cycle starts does not change what is seen of it: the processors have other
    /// numbers, and as many outcomes.
    #[test]
    fn where_a_cycle_starts_does_not_matter((arch, line) in a_name(), turn in 0_usize..8) {
        let mut relations: Vec<&str> = line.split(' ').collect();
        let turn = turn % relations.len();
        relations.rotate_left(turn);
        let count = |line: &str| {
            let cycle = diy::Cycle::parse(arch, line).expect("a cycle");
            let outcomes = outcomes(&cycle.test().expect("a test")).expect("a judgement");
            Model::ALL.map(|model| outcomes.of(model).len())
        };
        // With one location only, the values depend on where the cycle starts.
        if line.contains('d') {
            prop_assert_eq!(count(&relations.join(" ")), count(&line));
        }
    }
}
