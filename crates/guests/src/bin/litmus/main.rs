//! Runs a litmus test: starts the functions of all processors at the same time, many times, each
//! time on fresh locations.
//!
//! `litmus PLAN CODE` prints a line for each final state. `crates/litmus/src/plan.rs` describes
//! the format of the plan and of the output. The code is a file of machine code without
//! relocations. Exit status: 0, the test ran; 2, wrong usage.

mod meeting;
mod memory;
mod plan;

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::process::ExitCode;
use std::thread;

use meeting::Meeting;
use memory::{Code, Locations};
use overtake_guests::args::usage_error;
use overtake_guests::fastbins;
use overtake_guests::pages::Pages;
use plan::{Plan, Processor, Word};

fn main() -> ExitCode {
    fastbins::avoid();
    match play() {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => usage_error("litmus", &message),
    }
}

fn play() -> Result<String, String> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [plan, code] = arguments.as_slice() else {
        return Err("give two files: PLAN CODE".to_owned());
    };
    let named = |error| format!("{}: {error}", plan.display());
    let plan = fs::read_to_string(plan).map_err(|error| named(error.to_string()))?;
    let plan = Plan::parse(&plan).map_err(named)?;
    let code = File::open(code)
        .and_then(|file| Code::map(&file))
        .map_err(|error| format!("{}: {error}", code.display()))?;
    if let Some(processor) = plan.processors.iter().find(|one| one.entry >= code.len()) {
        return Err(format!("no code at {}", processor.entry));
    }
    let locations = Locations::new(&plan);
    let meeting = Meeting::new(plan.processors.len());

    let results: Vec<Vec<u64>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..plan.processors.len())
            .map(|me| {
                let (plan, code) = (&plan, &code);
                let (locations, meeting) = (&locations, &meeting);
                scope.spawn(move || run(me, plan, code, locations, meeting))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("threads do not panic"))
            .collect()
    });
    Ok(histogram(&plan, &locations, &results))
}

/// Runs one processor, and returns its results of all iterations.
fn run(me: usize, plan: &Plan, code: &Code, locations: &Locations, meeting: &Meeting) -> Vec<u64> {
    let processor = &plan.processors[me];
    // On this thread's own pages, so that no other thread accesses them.
    let stride = processor.block();
    let mut pages = Pages::new(stride * plan.iterations * size_of::<u64>());
    let blocks = blocks(&mut pages, plan, processor, locations);
    locations.touch();
    for (iteration, block) in blocks.chunks_exact_mut(stride).enumerate() {
        meeting.meet(me, iteration);
        // SAFETY: the code was made for this plan, so it takes such a block.
        unsafe { code.call(processor.entry, block) };
    }
    let (begin, end) = (
        processor.inputs.len(),
        processor.inputs.len() + processor.results,
    );
    blocks
        .chunks_exact(stride)
        .flat_map(|block| &block[begin..end])
        .copied()
        .collect()
}

/// Returns the blocks of a processor for all iterations.
fn blocks<'a>(
    pages: &'a mut Pages,
    plan: &Plan,
    processor: &Processor,
    locations: &Locations,
) -> &'a mut [u64] {
    let blocks = pages.words();
    let blocks = &mut blocks[..processor.block() * plan.iterations];
    for (iteration, block) in blocks.chunks_exact_mut(processor.block()).enumerate() {
        for (word, input) in block.iter_mut().zip(&processor.inputs) {
            *word = locations.word(iteration, *input);
        }
    }
    blocks
}

/// Returns a text that says how often each final state was reached.
fn histogram(plan: &Plan, locations: &Locations, results: &[Vec<u64>]) -> String {
    let mut counts: BTreeMap<Vec<Word>, u64> = BTreeMap::new();
    for iteration in 0..plan.iterations {
        let mut state = Vec::new();
        for (processor, results) in plan.processors.iter().zip(results) {
            let begin = iteration * processor.results;
            let words = &results[begin..begin + processor.results];
            state.extend(words.iter().map(|word| locations.shown(iteration, *word)));
        }
        for index in 0..plan.locations.len() {
            state.push(locations.shown(iteration, locations.read(iteration, index)));
        }
        *counts.entry(state).or_default() += 1;
    }
    let mut text = String::new();
    for (state, count) in counts {
        write!(text, "{count}").expect("a string takes everything");
        for word in state {
            write!(text, " {word}").expect("a string takes everything");
        }
        text.push('\n');
    }
    text
}
