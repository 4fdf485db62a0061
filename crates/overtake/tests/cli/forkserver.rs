//! The fork server: a seed gives the same run as alone.

use crate::support::test::Test;
use crate::support::{overtake_at_home, targets};
use crate::test;
use serde_json::Value;

const SEEDS: u64 = 6;

/// Stale events with a seed, by a run of its own.
fn alone(target: &str, seed: u64) -> u64 {
    let output = overtake_at_home()
        .args(["run", "--quiet", "--target", target])
        .args(["--variant", "relaxed-tail", "--events", "60"])
        .args(["--seed", &seed.to_string()])
        .output()
        .expect("it starts");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("one object");
    answer["stale_events"].as_u64().expect("a number")
}

/// Exposed seeds and stale events in a sweep.
fn together(target: &str, from: u64, seeds: u64, jobs: u64) -> (u64, u64) {
    let output = overtake_at_home()
        .args(["matrix", "--targets", target, "--variants", "relaxed-tail"])
        .args(["--emulations", "weak", "--events", "60", "--format", "json"])
        .args(["--first-seed", &from.to_string()])
        .args(["--seeds", &seeds.to_string(), "--jobs", &jobs.to_string()])
        .output()
        .expect("it starts");
    let rows: Value = serde_json::from_slice(&output.stdout).expect("rows");
    let number = |name: &str| rows[0][name].as_u64().expect("a number");
    (number("exposed_seeds"), number("stale_events"))
}

fn a_seed_gives_the_same_run_in_a_sweep_and_alone() {
    for target in targets() {
        let each: Vec<u64> = (1..=SEEDS).map(|it| alone(target.name(), it)).collect();
        let exposed = each.iter().filter(|stale| **stale > 0).count() as u64;
        let stale = each.iter().sum();
        // With more jobs than seeds, some end long before the others.
        for jobs in [1, 3, 8] {
            let all = together(target.name(), 1, SEEDS, jobs);
            assert_eq!(all, (exposed, stale), "{target}, {jobs} jobs: {each:?}");
        }
        // With one seed nothing is served.
        let (exposed, stale) = together(target.name(), 2, 1, 1);
        assert_eq!(
            (exposed, stale),
            (u64::from(each[1] > 0), each[1]),
            "{target}"
        );
    }
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![test!(a_seed_gives_the_same_run_in_a_sweep_and_alone)]
}
