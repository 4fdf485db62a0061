//! `malloc` and `free` of small chunks from four threads, to show a bug of Debian 12's glibc on
//! riscv64: see [`overtake_guests::fastbins`].
//!
//! `fastbins [--avoid]` prints one line. Exit status: 0, all chunks had the right contents; 1, one
//! had wrong contents; 2, wrong usage; SIGABRT or SIGSEGV, `malloc` met a broken list.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::mpsc;

use overtake_guests::args::usage_error;
use overtake_guests::check::conclude;
use overtake_guests::fastbins;

const THREADS: usize = 4;
const ROUNDS: u64 = 12;
/// The number of chunks that a thread allocates at once: more than the seven that it keeps for
/// itself before it uses a fastbin.
const CHUNKS: u64 = 24;

/// Each thread frees its neighbour's chunks, into the neighbour's lists, while the neighbour
/// allocates.
fn exchange() -> Result<String, String> {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..THREADS)
        .map(|_| mpsc::channel::<Vec<Box<u64>>>())
        .unzip();
    let mut wrong = 0;
    std::thread::scope(|scope| {
        let threads: Vec<_> = receivers
            .into_iter()
            .enumerate()
            .map(|(me, from_neighbour)| {
                let to_neighbour = senders[(me + 1) % THREADS].clone();
                scope.spawn(move || {
                    let mut wrong = 0;
                    for round in 0..ROUNDS {
                        let chunks = (0..CHUNKS).map(|n| Box::new(black_box(round * CHUNKS + n)));
                        if to_neighbour.send(chunks.collect()).is_err() {
                            break;
                        }
                        let Ok(chunks) = from_neighbour.recv() else {
                            break;
                        };
                        for (n, chunk) in (0..).zip(chunks) {
                            wrong += u64::from(*black_box(chunk) != round * CHUNKS + n);
                        }
                    }
                    wrong
                })
            })
            .collect();
        drop(senders);
        wrong = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(1))
            .sum();
    });
    if wrong == 0 {
        Ok(format!("{} chunks", THREADS as u64 * ROUNDS * CHUNKS))
    } else {
        Err(format!("{wrong} chunks do not hold what was stored"))
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => {}
        [flag] if flag == "--avoid" => fastbins::avoid(),
        _ => return usage_error("fastbins", &"the only option is --avoid"),
    }
    conclude(&"fastbins", exchange())
}
