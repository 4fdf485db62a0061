//! What was seen.

use aio_ring_buggy::Event;
use serde::Serialize;

use super::Options;
use super::event::numbered;

/// What was asked and what was seen. Its JSON has the fields in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The ring's orderings.
    pub variant: &'static str,
    /// How many events were put into the ring.
    pub events: u64,
    /// How many slots it had.
    pub slots: u32,
    /// How many events were read.
    pub read: u64,
    /// How many of them were not what they should be.
    pub stale_events: u64,
    /// The first of these.
    pub first_stale: Option<Stale>,
}

/// A stale event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// Its number, from 1.
    pub event: u64,
    /// Its four fields as they should be.
    pub expected: [u64; 4],
    /// Its four fields as the reader took them.
    pub got: [u64; 4],
}

impl Report {
    /// Nothing has been read yet.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            variant: options.variant.name(),
            events: options.events,
            slots: options.slots,
            read: 0,
            stale_events: 0,
            first_stale: None,
        }
    }

    /// Prints it, as one line of JSON.
    pub fn print(&self) {
        println!(
            "{}",
            serde_json::to_string(self).expect("strings and numbers only")
        );
    }

    /// The reader took `got` for the event with this number. Returns whether it is what it should be.
    pub fn add(&mut self, number: u64, got: Event) -> bool {
        self.read += 1;
        let expected = numbered(number);
        if got != expected {
            self.stale_events += 1;
            self.first_stale.get_or_insert_with(|| Stale {
                event: number,
                expected: fields(expected),
                got: fields(got),
            });
        }
        got == expected
    }
}

fn fields(event: Event) -> [u64; 4] {
    [
        event.data,
        event.obj,
        event.res.cast_unsigned(),
        event.res2.cast_unsigned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_of_json() {
        let mut report = Report::new(&Options::default());
        report.add(1, numbered(1));
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"variant":"release","events":2000,"slots":8,"read":1,"stale_events":0,"first_stale":null}"#
        );
        report.add(
            2,
            Event {
                res: 2,
                ..numbered(1)
            },
        );
        report.add(3, numbered(1));
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"variant":"release","events":2000,"slots":8,"read":3,"stale_events":2,"#.to_owned()
                + r#""first_stale":{"event":2,"expected":[2,2,2,2],"got":[1,1,2,1]}}"#
        );
    }
}
