//! The story of a run without a cycle: an ordinary race.

use overtake_report::trace::Event;
use witness::race::{Race, contended, races};
use witness::{Cycle, Interleaving, Story};

use super::Teller;
use crate::code::is_of_the_toolchain;

impl Teller<'_> {
    /// Tells of the accesses to the contended location, in order, and of the two that nothing orders.
    pub(super) fn interleaving(&mut self, story: &mut Story) {
        let race = self.race();
        self.shown = contended(self.trace, race.as_ref());
        let alone = story.shrunk.delays == 0;
        let no_cycle = Cycle {
            shape: String::new(),
            edges: Vec::new(),
        };
        self.show(story, &no_cycle);
        let mut words = Vec::new();
        if let Some(race) = race {
            words = self.words(&race);
        } else if self.shown.is_empty() {
            words.push("No two threads accessed the same memory.".to_owned());
        } else {
            words.push(
                "No two accesses without synchronisation were found: what synchronises is correct on its own, and \
                 the order in which it lets the threads run makes the program fail. Shown is the location that \
                 changed hands most often."
                    .to_owned(),
            );
        }
        if !alone {
            words.push(
                "The reordered accesses may be to memory that the trace does not cover, such as memory that system \
                 calls write."
                    .to_owned(),
            );
        }
        story.interleaving = Some(Interleaving {
            alone,
            unsynchronised: race.map(|it| [self.step(it.first), self.step(it.second)]),
            words,
        });
        story.notes.extend(self.without_lines());
    }

    /// The most telling race in the program's own code, or else in any.
    fn race(&mut self) -> Option<Race> {
        let all = races(self.trace);
        let own = all.iter().copied().find(|race| {
            [race.first, race.second].into_iter().all(|event| {
                let line = self.place(event).and_then(|place| place.line);
                line.is_some_and(|line| !is_of_the_toolchain(&line.file))
            })
        });
        own.or_else(|| all.first().copied())
    }

    fn words(&mut self, race: &Race) -> Vec<String> {
        let mut words = vec![format!(
            "Nothing orders {} and {}: neither happens before the other.",
            self.named_step(race.first),
            self.named_step(race.second)
        )];
        if let Some([load, store]) = race.lost {
            let (load, lost) = (self.named_step(load), self.named_step(race.second));
            words.push(format!(
                "{} overwrites what {lost} wrote, and {load} had not seen that: the update is lost.",
                capital(&self.named_step(store))
            ));
        }
        words.extend(self.switches());
        words
    }

    /// `thread 1's load of c (step 2)`.
    fn named_step(&mut self, event: usize) -> String {
        let (thread, phrase) = (self.thread(event), self.phrase(event));
        let step = self.step(event) + 1;
        format!("thread {thread}'s {phrase} (step {step})")
    }

    /// The context switches between the steps that are shown.
    fn switches(&self) -> Option<String> {
        let shown = self.shown.iter().enumerate();
        let pairs = shown.zip(self.shown.iter().skip(1));
        let is_turn = |event: &Event| matches!(event, Event::Turn { .. });
        let switches: Vec<String> = pairs
            .filter(|((_, from), to)| {
                self.thread(**from) != self.thread(**to)
                    && self.trace.events[**from..**to].iter().any(is_turn)
            })
            .map(|((step, from), to)| {
                let (from, to) = (self.thread(*from), self.thread(*to));
                format!("after step {}, from thread {from} to thread {to}", step + 1)
            })
            .collect();
        (!switches.is_empty()).then(|| format!("Context switches: {}.", switches.join("; ")))
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
