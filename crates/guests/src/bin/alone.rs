//! Work for one thread, for the benchmark.
//!
//! `alone hash|sort|allocate N [beside]` prints a number that depends on all the work. With
//! `beside`, a second thread sleeps meanwhile. Exit status 2: wrong usage.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use overtake_guests::args::usage_error;
use overtake_guests::fastbins;

fn main() -> ExitCode {
    fastbins::avoid();
    let mut args = std::env::args().skip(1);
    let rounds = |args: &mut dyn Iterator<Item = String>| args.next().and_then(|n| n.parse().ok());
    let work: Option<fn(u64) -> u64> = match args.next().as_deref() {
        Some("hash") => Some(hash),
        Some("sort") => Some(sort),
        Some("allocate") => Some(allocate),
        _ => None,
    };
    let rounds = rounds(&mut args);
    let (Some(work), Some(rounds), beside) = (work, rounds, args.next()) else {
        return usage_error("alone", &"expected hash|sort|allocate and a number");
    };
    let result = match beside.as_deref() {
        None => work(rounds),
        Some("beside") => beside_a_sleeper(|| work(rounds)),
        Some(other) => return usage_error("alone", &format!("expected `beside`, not `{other}`")),
    };
    println!("{result}");
    ExitCode::SUCCESS
}

/// Works while another thread sleeps.
fn beside_a_sleeper(work: impl FnOnce() -> u64) -> u64 {
    let (end, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || ended.recv().is_err());
        let result = work();
        drop(end);
        result
    })
}

/// Steps a linear congruential generator (Knuth's MMIX).
fn step(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Hashes a buffer of 4 KiB (FNV-1a), and writes the hash back into it.
fn hash(rounds: u64) -> u64 {
    let mut buffer = [0_u8; 4096];
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for round in 0..rounds {
        for byte in &buffer {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
        buffer[round as usize % 4096] = hash as u8;
    }
    hash
}

/// Sorts 4,096 numbers.
fn sort(rounds: u64) -> u64 {
    let (mut state, mut sum) = (1, 0_u64);
    for _ in 0..rounds {
        let mut numbers: Vec<u64> = (0..4096).map(|_| step(&mut state)).collect();
        numbers.sort_unstable();
        sum = sum.wrapping_add(numbers[1000]);
    }
    sum
}

/// Inserts vectors of many sizes into a map, and drops those that they replace.
fn allocate(rounds: u64) -> u64 {
    let (mut state, mut sum) = (1, 0_u64);
    let mut map = BTreeMap::new();
    for _ in 0..rounds * 256 {
        let key = step(&mut state) % 1024;
        let size = 1 + step(&mut state) as usize % 200;
        if let Some(old) = map.insert(key, vec![key as u8; size]) {
            sum = sum.wrapping_add(old.len() as u64);
        }
    }
    sum
}
