//! Two threads, each on a core of its own, and a queue between them.

use std::cell::{Cell, RefCell};
use std::hint;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aio_ring::Event;
use core_affinity::CoreId;
use overtake_bench::sample::Sample;

/// How many events are timed at once. The figure of a round is the median of its batches, so that
/// moments in which one of the threads did not run hardly affect it.
const BATCH: u64 = 10_000;

/// After this time a round ends early: the machine is too busy for two threads that spin.
const PATIENCE: Duration = Duration::from_secs(1);

/// Measures queues.
#[derive(Debug)]
pub struct Arena {
    cores: [CoreId; 2],
    events: u64,
    cut_off: Cell<usize>,
    error: RefCell<Option<String>>,
}

/// The result of a consumer.
struct Seen {
    pinned: bool,
    /// The seconds that each batch took.
    batches: Vec<f64>,
    wrong: u64,
    cut_off: bool,
}

impl Arena {
    /// A producer on the first core passes so many events, rounded up to batches, to a consumer
    /// on the second one.
    pub fn new(cores: [CoreId; 2], events: u64) -> Self {
        Self {
            cores,
            events: events.next_multiple_of(BATCH),
            cut_off: Cell::new(0),
            error: RefCell::new(None),
        }
    }

    /// How many events pass in a round.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many rounds ended early.
    pub fn cut_off(&self) -> usize {
        self.cut_off.get()
    }

    /// The first error, if there was one. Then no figure counts.
    pub fn error(&self) -> Option<String> {
        self.error.borrow().clone()
    }

    /// Passes the events; returns the nanoseconds for one. `put` returns whether there was room. Both
    /// threads spin while the queue is full or empty, in the same way for each queue.
    pub fn pass(
        &self,
        name: &str,
        put: impl FnMut(Event) -> bool + Send,
        take: impl FnMut() -> Option<Event> + Send,
    ) -> f64 {
        let [first, second] = self.cores;
        let events = self.events;
        let (start, over) = (&Barrier::new(2), &AtomicBool::new(false));
        let (pinned, seen) = thread::scope(|scope| {
            let producer = scope.spawn(move || {
                let pinned = core_affinity::set_for_current(first);
                start.wait();
                produce(events, over, put);
                pinned
            });
            let consumer = scope.spawn(move || {
                let pinned = core_affinity::set_for_current(second);
                start.wait();
                let seen = consume(events, pinned, take);
                // Relaxed: publishes no data, and pairs with the other access to `over` in this file.
                over.store(true, Ordering::Relaxed);
                seen
            });
            (producer.join().unwrap_or(false), consumer.join().ok())
        });

        let Some(seen) = seen else {
            return self.fail(format!("{name}: the consumer ended early"));
        };
        if !pinned || !seen.pinned {
            return self.fail(format!("{name}: a thread could not be bound to its core"));
        }
        if seen.wrong > 0 {
            let wrong = seen.wrong;
            return self.fail(format!("{name}: {wrong} of {events} events are wrong"));
        }
        if seen.cut_off {
            self.cut_off.set(self.cut_off.get() + 1);
        }
        Sample::new(seen.batches).median() * 1e9 / BATCH as f64
    }

    /// Keeps the first error; returns NaN.
    pub fn fail(&self, error: String) -> f64 {
        self.error.borrow_mut().get_or_insert(error);
        f64::NAN
    }
}

fn produce(events: u64, over: &AtomicBool, mut put: impl FnMut(Event) -> bool) {
    for number in 0..events {
        while !put(numbered(number)) {
            // Relaxed: publishes no data, and pairs with the other access to `over` in this file.
            if over.load(Ordering::Relaxed) {
                return;
            }
            hint::spin_loop();
        }
    }
}

fn consume(events: u64, pinned: bool, mut take: impl FnMut() -> Option<Event>) -> Seen {
    let mut seen = Seen {
        pinned,
        batches: Vec::with_capacity((events / BATCH) as usize),
        wrong: 0,
        cut_off: false,
    };
    let begin = Instant::now();
    let mut batch_begin = begin;
    for number in 0..events {
        let event = loop {
            if let Some(event) = take() {
                break event;
            }
            hint::spin_loop();
        };
        // Uses all fields, so that the compiler drops none.
        seen.wrong += u64::from(event != numbered(number));
        if (number + 1).is_multiple_of(BATCH) {
            let now = Instant::now();
            seen.batches.push((now - batch_begin).as_secs_f64());
            batch_begin = now;
            if now - begin > PATIENCE && number + 1 < events {
                seen.cut_off = true;
                break;
            }
        }
    }
    seen
}

fn numbered(number: u64) -> Event {
    let signed = number.cast_signed();
    Event {
        data: number,
        obj: !number,
        res: signed,
        res2: -signed,
    }
}
