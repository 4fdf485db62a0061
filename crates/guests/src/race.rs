//! The ring's race of 2003: one thread calls `complete` in a loop, another calls `read_evt`.
//!
//! Each event carries its number in all four fields, and the reader checks every field of every
//! event, after it has taken all that there are. An event with a wrong field is *stale*: the reader took some or all of the slot's old
//! contents.

mod event;
mod names;
mod options;
mod report;
mod symbols;

use std::sync::Barrier;
use std::{hint, process, thread};

use aio_ring_buggy::{
    BarrierOnly, BarrierOnlyReader, RelaxedHead, RelaxedReader, RelaxedTail, Release, Wmb,
};
use aio_ring_buggy::{Consumer, Event, Producer, Ring, Variant, bytes_for};

pub use options::Options;
pub use report::{Report, Stale};
pub use symbols::Symbols;

use self::event::numbered;
use crate::args::EXIT_WRONG;
use crate::pages::Pages;

/// The largest number of events that the reader takes before it looks at them.
const BATCH: usize = 8;

/// Runs the race.
#[must_use]
pub fn run(options: &Options) -> Report {
    let race = match options.variant {
        Variant::Release => race::<Release>,
        Variant::Wmb => race::<Wmb>,
        Variant::RelaxedTail => race::<RelaxedTail>,
        Variant::BarrierOnly => race::<BarrierOnly>,
        Variant::RelaxedReader => race::<RelaxedReader>,
        Variant::RelaxedHead => race::<RelaxedHead>,
        Variant::BarrierOnlyReader => race::<BarrierOnlyReader>,
    };
    race(options)
}

fn race<O: Symbols>(options: &Options) -> Report {
    let mut memory = Pages::new(bytes_for(options.slots));
    if options.until_stale {
        names::tell(memory.start(), options.slots);
    }
    let ring: Ring<'_, O> = Ring::new(memory.as_uninit_mut(), options.slots)
        .expect("the memory is as long as the ring needs");
    let (producer, consumer) = ring.split();
    let gate = &Barrier::new(2);

    let mut report = Report::new(options);
    let reported = &mut report;
    thread::scope(|scope| {
        scope.spawn(move || produce(producer, options, gate));
        scope.spawn(move || consume(consumer, options, gate, reported));
    });
    report
}

// Each half is on the stack of the thread that uses it.

fn produce<O: Symbols>(mut producer: Producer<'_, O>, options: &Options, gate: &Barrier) {
    warm_up_producer(&mut producer, options.slots);
    gate.wait();
    for number in 1..=options.events {
        publish(&mut producer, number);
    }
}

fn consume<O: Symbols>(
    mut consumer: Consumer<'_, O>,
    options: &Options,
    gate: &Barrier,
    report: &mut Report,
) {
    warm_up_consumer(&mut consumer, options.slots);
    gate.wait();
    let mut batch = [Event::default(); BATCH];
    while report.read < options.events {
        let left = (options.events - report.read).min(BATCH as u64) as usize;
        let taken = read_batch(&mut consumer, &mut batch[..left]);
        for event in &batch[..taken] {
            let right = report.add(report.read + 1, *event);
            if options.until_stale && !overtake_mark::check!(right, "a stale event") {
                // Not under overtake, where the check ends the program. The producer may wait
                // forever.
                report.print();
                process::exit(EXIT_WRONG.into());
            }
        }
    }
}

/// Publishes one event for every slot, before the race. Both threads have then used all of the
/// ring's memory, and no event is slow because it is the first on its page.
fn warm_up_producer<O: Symbols>(producer: &mut Producer<'_, O>, slots: u32) {
    for _ in 0..slots {
        publish(producer, 0);
    }
}

/// Takes the events of [`warm_up_producer`] and does not check them.
fn warm_up_consumer<O: Symbols>(consumer: &mut Consumer<'_, O>, slots: u32) {
    for _ in 0..slots {
        read(consumer, &mut Event::default());
    }
}

fn publish<O: Symbols>(producer: &mut Producer<'_, O>, number: u64) {
    let event = numbered(number);
    while !O::publish(producer, &event) {
        hint::spin_loop();
    }
}

/// Takes at least one event, and all others that there are, as `io_getevents` does. Returns how many.
///
/// It looks at no event: a branch on one would order its loads before the next store of the head.
fn read_batch<O: Symbols>(consumer: &mut Consumer<'_, O>, events: &mut [Event]) -> usize {
    read(consumer, &mut events[0]);
    let mut taken = 1;
    while taken < events.len() && O::read(consumer, &mut events[taken]) {
        taken += 1;
    }
    taken
}

fn read<O: Symbols>(consumer: &mut Consumer<'_, O>, event: &mut Event) {
    while !O::read(consumer, event) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_read() {
        for &variant in Variant::ALL {
            for slots in [2, 3, 8, 1000] {
                let report = run(&Options {
                    variant,
                    events: 500,
                    slots,
                    until_stale: false,
                });
                assert_eq!(report.read, 500, "{variant}, {slots} slots");
                if variant.is_sound() || cfg!(target_arch = "x86_64") {
                    assert_eq!(report.stale_events, 0, "{variant}, {slots} slots");
                }
            }
        }
    }
}
