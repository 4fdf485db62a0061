//! The ring's race of 2003: one thread calls `complete` in a loop, another calls `read_evt`.
//!
//! Each event carries its number in all four fields, and the reader checks every field of every
//! event. An event with a wrong field is *stale*: the reader took some or all of the slot's old
//! contents.

mod event;
mod names;
mod options;
mod report;
mod symbols;

use std::sync::Barrier;
use std::{hint, process, thread};

use aio_ring_buggy::{BarrierOnly, RelaxedReader, RelaxedTail, Release, Wmb};
use aio_ring_buggy::{Consumer, Event, Producer, Ring, Variant, bytes_for};

pub use options::Options;
pub use report::{Report, Stale};
pub use symbols::Symbols;

use self::event::numbered;
use crate::args::EXIT_WRONG;
use crate::pages::Pages;

/// Runs the race.
#[must_use]
pub fn run(options: &Options) -> Report {
    let race = match options.variant {
        Variant::Release => race::<Release>,
        Variant::Wmb => race::<Wmb>,
        Variant::RelaxedTail => race::<RelaxedTail>,
        Variant::BarrierOnly => race::<BarrierOnly>,
        Variant::RelaxedReader => race::<RelaxedReader>,
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
    let (mut producer, mut consumer) = ring.split();
    let gate = Barrier::new(2);

    let mut report = Report::new(options);
    thread::scope(|scope| {
        scope.spawn(|| {
            warm_up_producer(&mut producer, options.slots);
            gate.wait();
            for number in 1..=options.events {
                publish(&mut producer, number);
            }
        });
        scope.spawn(|| {
            warm_up_consumer(&mut consumer, options.slots);
            gate.wait();
            for number in 1..=options.events {
                let right = report.add(number, read(&mut consumer));
                if options.until_stale && !overtake_mark::check!(right, "a stale event") {
                    // Not under overtake, where the check ends the program. The producer may wait
                    // forever.
                    report.print();
                    process::exit(EXIT_WRONG.into());
                }
            }
        });
    });
    report
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
        read(consumer);
    }
}

fn publish<O: Symbols>(producer: &mut Producer<'_, O>, number: u64) {
    let event = numbered(number);
    while !O::publish(producer, &event) {
        hint::spin_loop();
    }
}

fn read<O: Symbols>(consumer: &mut Consumer<'_, O>) -> Event {
    let mut event = Event::default();
    while !O::read(consumer, &mut event) {}
    event
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
