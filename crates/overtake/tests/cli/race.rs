//! Which variant of the ring gives a stale read on which target: a snapshot for each, made by
//! `overtake run` as a user starts it.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

use crate::support::{check_text, home, overtake, qemu_is_of_the_snapshots, targets};
use aio_ring_buggy::Variant;
use arch::Arch;
use emulator::target::Target as _;
use ring_race::scenario::Answer;

const SEEDS: RangeInclusive<u64> = 1..=5;

/// Held while plain QEMU runs. There both of the guest's threads run at once, each waiting for the
/// other in a loop; with too few cores that takes many times as long.
static PLAIN: Mutex<()> = Mutex::new(());

/// The guest's answer.
fn run(target: Arch, variant: Variant, model: &str, seed: u64) -> Answer {
    let output = overtake()
        .env("OVERTAKE_HOME", home())
        .args([
            "run",
            "--target",
            target.name(),
            "--variant",
            variant.name(),
        ])
        .args(["--model", model, "--seed", &seed.to_string()])
        .output()
        .unwrap();
    let answer: Answer = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{target}, {variant}, {model}: {error}: {output:?}"));
    assert_eq!(
        output.status.code(),
        Some(i32::from(answer.stale_events > 0)),
        "{output:?}"
    );
    answer
}

/// What the seeds gave, in the form of the snapshot.
fn shown(target: Arch, variant: Variant, model: &str) -> (bool, String) {
    let exposed = SEEDS.into_iter().find_map(|seed| {
        let stale = run(target, variant, model, seed).first_stale?;
        Some((seed, stale))
    });
    let seeds = format!("seeds {} to {}", SEEDS.start(), SEEDS.end());
    let mut text = String::new();
    match &exposed {
        None => text = not_exposed(),
        Some((seed, stale)) => write!(
            text,
            "exposed\n  first seed: {seed} ({seeds})\n  first stale event: {}\n    expected {:?}\n    \
             got      {:?}",
            stale.event, stale.expected, stale.got
        )
        .unwrap(),
    }
    (exposed.is_some(), text)
}

fn not_exposed() -> String {
    format!("not exposed (seeds {} to {})", SEEDS.start(), SEEDS.end())
}

fn race(target: Arch, variant: Variant) {
    let (plain, plain_shown) = if Need::StrongHost.missing().is_none() {
        let _alone = PLAIN.lock().unwrap_or_else(PoisonError::into_inner);
        shown(target, variant, "none")
    } else {
        (false, not_exposed())
    };
    let (weak, weak_shown) = shown(target, variant, "weak");
    if qemu_is_of_the_snapshots() {
        check_text(
            &format!("race_{target}_{variant}"),
            &format!("plain QEMU: {plain_shown}\nweak memory: {weak_shown}\n"),
            &[],
        );
    }
    // Whatever the snapshots say, and with any QEMU.
    assert!(!plain, "plain QEMU on an x86 host shows no weak memory");
    assert_eq!(weak, !variant.is_sound() && target.reorders_stores());
}

macro_rules! races {
    ($($name:ident: $variant:ident;)*) => {
        $(fn $name() {
            for target in targets() {
                race(target, Variant::$variant);
            }
        })*

        fn every_variant_is_tested() {
            let tested = [$(Variant::$variant),*];
            for variant in Variant::ALL {
                assert!(tested.contains(variant), "{variant}");
            }
        }
    };
}

races! {
    release: Release;
    wmb: Wmb;
    relaxed_tail: RelaxedTail;
    barrier_only: BarrierOnly;
    relaxed_reader: RelaxedReader;
    relaxed_head: RelaxedHead;
    barrier_only_reader: BarrierOnlyReader;
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(release)
            .needs(Need::Qemu7)
            .needs(Need::StrongHost)
            .or("exposed_or_not"),
        test!(wmb)
            .needs(Need::Qemu7)
            .needs(Need::StrongHost)
            .or("exposed_or_not"),
        test!(relaxed_tail)
            .needs(Need::Qemu7)
            .needs(Need::StrongHost)
            .or("exposed_or_not"),
        test!(barrier_only)
            .needs(Need::Qemu7)
            .needs(Need::StrongHost)
            .or("exposed_or_not"),
        test!(relaxed_reader)
            .needs(Need::Qemu7)
            .needs(Need::StrongHost)
            .or("exposed_or_not"),
        test!(relaxed_head)
            .needs(Need::Qemu7)
            .needs(Need::StrongHost)
            .or("exposed_or_not"),
        test!(barrier_only_reader)
            .needs(Need::Qemu7)
            .needs(Need::StrongHost)
            .or("exposed_or_not"),
        test!(every_variant_is_tested),
    ]
}
