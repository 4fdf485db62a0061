//! How fast the ring is natively: against other queues for one producer and one consumer, and
//! against copies of itself that each differ in one property that the kernel's layout, the ABI, fixes.

#![forbid(unsafe_code)]

mod abi;
mod arena;
mod capacity;
mod options;
mod ours;
mod peers;
mod table;

use std::process::ExitCode;

use aio_ring::{Release, Wmb};
use overtake_bench::sample::in_turns;

use abi::{Compare, Mask, Modulo, OneLine, OwnLines};
use arena::Arena;
use capacity::SLOTS;
use options::{Options, Request};
use table::Side;

fn main() -> ExitCode {
    match options::parse() {
        Ok(Request::Help) => {
            print!("{}", options::HELP);
            ExitCode::SUCCESS
        }
        Ok(Request::Measure(options)) => measure(&options),
        Err(error) => {
            eprintln!("error: {error}; --help lists the options");
            ExitCode::from(2)
        }
    }
}

fn measure(options: &Options) -> ExitCode {
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    let &[first, second, ..] = cores.as_slice() else {
        println!(
            "not measured: a producer and a consumer take two cores, and this process may use {}",
            cores.len()
        );
        return ExitCode::SUCCESS;
    };
    let arena = Arena::new([first, second], options.events);
    let sides = turns(&arena, options.rounds);
    if let Some(error) = arena.error() {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    if options.json {
        println!("{}", table::json(&sides, &arena, options.rounds));
    } else {
        print!("{}", table::text(&sides, &arena, options.rounds));
    }
    ExitCode::SUCCESS
}

/// Measures all sides, in turns. [`table::COSTS`] names some of them.
fn turns(arena: &Arena, rounds: usize) -> Vec<Side> {
    let samples = in_turns(
        rounds,
        [
            &mut || ours::aio_ring::<Release>(arena, SLOTS),
            &mut || ours::aio_ring::<Wmb>(arena, SLOTS),
            &mut || ours::aio_ring::<Release>(arena, SLOTS - 1),
            &mut || peers::rtrb(arena),
            &mut || peers::array_queue(arena),
            &mut || peers::ringbuf(arena),
            &mut || peers::heapless(arena),
            &mut || abi::copy::<OneLine, Compare, false>(arena, SLOTS),
            &mut || abi::copy::<OneLine, Compare, true>(arena, SLOTS),
            &mut || abi::copy::<OneLine, Compare, true>(arena, SLOTS - 1),
            &mut || abi::copy::<OneLine, Modulo, true>(arena, SLOTS),
            &mut || abi::copy::<OneLine, Mask, true>(arena, SLOTS),
            &mut || abi::copy::<OwnLines, Compare, false>(arena, SLOTS),
            &mut || abi::copy::<OwnLines, Compare, true>(arena, SLOTS),
            &mut || abi::copy::<OwnLines, Mask, true>(arena, SLOTS),
        ],
    );
    table::SIDES
        .iter()
        .zip(samples)
        .map(|(&(name, is_peer), sample)| Side::new(name, is_peer, &sample))
        .collect()
}
