//! The race's report.

use aio_ring_buggy::Event;
use serde::Serialize;

use super::Options;
use super::event::numbered;

/// The race's options and result. The JSON has the fields in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The variant of the ring.
    pub variant: &'static str,
    /// The number of events that the producer was to publish.
    pub events: u64,
    /// The number of slots of the ring.
    pub slots: u32,
    /// The number of events that the consumer read.
    pub read: u64,
    /// The number of stale events among them.
    pub stale_events: u64,
    /// The first stale event.
    pub first_stale: Option<Stale>,
}

/// A stale event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The number of the event, from 1.
    pub event: u64,
    /// The four fields that the producer published.
    pub expected: [u64; 4],
    /// The four fields that the consumer read.
    pub got: [u64; 4],
}

impl Report {
    /// Returns a report in which nothing has been read yet.
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

    /// Prints the report as one line of JSON.
    pub fn print(&self) {
        println!(
            "{}",
            serde_json::to_string(self).expect("strings and numbers only")
        );
    }

    /// Adds `got`, which was read as the event with this number. Returns whether it is right.
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
