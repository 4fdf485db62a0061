//! Turns a cycle of accesses into a story: instructions, source lines, names.

mod interleaving;

use std::collections::BTreeSet;

use overtake_report::trace::{Access, Event, Op, Trace};
use witness::{
    Column, Cycle, Edge, Link, Place, Relation, Reordering, Shrunk, Step, Story, VERSION, What,
};

use crate::code::{Code, is_of_the_toolchain};
use crate::location::{named, value};
use crate::setup::Setup;
use crate::subject::Subject;

/// Tells the story of a run.
pub struct Teller<'a> {
    setup: &'a Setup,
    trace: &'a Trace,
    code: Code,
    /// The events of the steps, in their order.
    shown: Vec<usize>,
    places: Vec<Option<Place>>,
}

impl<'a> Teller<'a> {
    /// Of a run of a setup.
    pub fn new(setup: &'a Setup, trace: &'a Trace) -> Self {
        Self {
            setup,
            trace,
            code: Code::new(setup.guest.target, &setup.guest.path, &trace.modules),
            shown: Vec::new(),
            places: Vec::new(),
        }
    }

    /// The step of an event.
    pub fn step(&self, event: usize) -> usize {
        self.shown.iter().position(|it| *it == event).unwrap_or(0)
    }

    /// Whether the access of an event is the kernel's, in a system call.
    pub fn is_system_call(&self, event: usize) -> bool {
        let place = self.places.get(self.step(event)).and_then(Option::as_ref);
        let mnemonic = place.and_then(|place| place.instruction.split_whitespace().next());
        matches!(mnemonic, Some("svc" | "sc" | "scv" | "ecall" | "syscall"))
    }

    /// The story of a cycle; without a cycle, that of an ordinary race.
    pub fn story(
        &mut self,
        cycle: Option<&Cycle>,
        failure: &str,
        again: String,
        shrunk: Shrunk,
    ) -> Story {
        let mut story = Story {
            version: VERSION,
            program: shell_words::join(self.program()),
            target: self.setup.guest.target.to_string(),
            seed: self.setup.emulation.seed,
            failure: failure.to_owned(),
            again,
            shrunk,
            shape: String::new(),
            interleaving: None,
            threads: Vec::new(),
            steps: Vec::new(),
            edges: Vec::new(),
            cures: Vec::new(),
            notes: Vec::new(),
            unfinished: None,
            phases: Vec::new(),
        };
        let Some(cycle) = cycle else {
            self.interleaving(&mut story);
            return story;
        };
        story.shape.clone_from(&cycle.shape);
        self.choose(cycle);
        self.show(&mut story, cycle);
        story.edges = cycle.edges.iter().map(|edge| self.relation(edge)).collect();
        story.notes = self.misplaced_barriers(cycle);
        story.notes.extend(self.without_lines());
        story
    }

    /// The chosen events as steps of the story. `cycle`: what explains them.
    fn show(&mut self, story: &mut Story, cycle: &Cycle) {
        let threads: BTreeSet<u32> = self.shown.iter().map(|it| self.thread(*it)).collect();
        let threads: Vec<u32> = threads.into_iter().collect();
        story.threads = threads
            .iter()
            .map(|thread| Column {
                thread: *thread,
                name: format!("thread {thread}"),
            })
            .collect();
        for index in 0..self.shown.len() {
            let event = self.shown[index];
            let column = threads.iter().position(|it| *it == self.thread(event));
            let place = self.place(event);
            self.places.push(place.clone());
            let what = self.what(event, cycle);
            story.steps.push(Step {
                column: column.unwrap_or(0),
                what,
                place,
            });
        }
    }

    fn program(&self) -> Vec<String> {
        match &self.setup.subject {
            Subject::Ring(_) => {
                let mut words = vec!["aio-ring-race".to_owned()];
                words.extend(self.setup.subject.words());
                words
            }
            Subject::Program(program) => program
                .iter()
                .map(|word| word.to_string_lossy().into_owned())
                .collect(),
        }
    }

    /// Chooses the events to show: the accesses of the cycle, barriers in the wrong place, and the moments
    /// at which stores become visible, where another event lies between.
    fn choose(&mut self, cycle: &Cycle) {
        let mut shown: BTreeSet<usize> = cycle.edges.iter().map(|edge| edge.from).collect();
        shown.extend(self.misplaced(cycle).iter().map(|(_, barrier)| *barrier));
        let last = shown.last().copied().unwrap_or(0);
        for store in shown.clone() {
            if let Some(visible) = self.visible(store) {
                let early = visible < store;
                let between = || shown.range(store + 1..visible).next().is_some();
                if early || between() || visible > last {
                    shown.insert(visible);
                }
            }
        }
        self.shown = shown.into_iter().collect();
    }

    /// When a pending or an early store becomes visible; none for other events.
    fn visible(&self, store: usize) -> Option<usize> {
        let access = self.access(store)?;
        let number = access.number.filter(|_| access.op == Op::Store)?;
        let is_it = |index: &usize| match &self.trace.events[*index] {
            Event::Visible {
                thread, number: it, ..
            } => (*thread, *it) == (access.thread, number),
            _ => false,
        };
        let mut later = store + 1..self.trace.events.len();
        later.find(is_it).or_else(|| (0..store).rev().find(is_it))
    }

    fn access(&self, event: usize) -> Option<&'a Access> {
        match self.trace.events.get(event)? {
            Event::Access(access) => Some(access),
            _ => None,
        }
    }

    fn thread(&self, event: usize) -> u32 {
        match &self.trace.events[event] {
            Event::Access(access) => access.thread,
            Event::Visible { thread, .. }
            | Event::Barrier { thread, .. }
            | Event::Turn { thread } => *thread,
            Event::Outside => 0,
        }
    }

    /// Where in the code an event is.
    pub fn place(&mut self, event: usize) -> Option<Place> {
        match &self.trace.events[event] {
            Event::Access(Access { pc, .. }) | Event::Barrier { pc, .. } => {
                Some(self.code.place(*pc))
            }
            _ => None,
        }
    }

    fn location(&mut self, access: &Access) -> String {
        named(&self.trace.objects, access.addr)
            .or_else(|| self.code.variable(access.addr))
            .unwrap_or_else(|| format!("{:#x}", access.addr))
    }

    fn what(&mut self, event: usize, cycle: &Cycle) -> What {
        let trace = self.trace;
        match &trace.events[event] {
            Event::Access(access) => {
                let (location, value) = (self.location(access), value(&access.bytes));
                match access.op {
                    Op::Load => What::Load {
                        location,
                        value,
                        current: self.current(event, cycle),
                    },
                    Op::Store => What::Store {
                        location,
                        value,
                        visible: self
                            .visible(event)
                            .and_then(|it| self.shown.iter().position(|shown| *shown == it)),
                    },
                    Op::Atomic => What::Atomic { location, value },
                }
            }
            Event::Visible { thread, number, .. } => {
                let same = |event: &usize| {
                    let access = self.access(*event);
                    access.is_some_and(|it| it.thread == *thread && it.number == Some(*number))
                };
                let store = self.shown.iter().position(same).unwrap_or(0);
                let access = self.access(self.shown[store]);
                What::Visible {
                    store,
                    location: access.map_or_else(String::new, |it| self.location(it)),
                    value: access.map_or_else(String::new, |it| value(&it.bytes)),
                }
            }
            _ => {
                let edge = self.misplaced(cycle).into_iter().find(|it| it.1 == event);
                let remark = edge.map(|(edge, barrier)| {
                    if barrier > edge.to {
                        "too late: it must stand between the two accesses, not after them"
                    } else {
                        "too early: it must stand between the two accesses, not before them"
                    }
                });
                What::Barrier {
                    remark: remark.map(str::to_owned),
                }
            }
        }
    }

    /// The newer value that another thread had stored before a load read a stale one.
    fn current(&self, load: usize, cycle: &Cycle) -> Option<String> {
        let edge = cycle
            .edges
            .iter()
            .find(|edge| edge.from == load && edge.link == Link::FromRead && edge.to < load)?;
        let (load, store) = (self.access(load)?, self.access(edge.to)?);
        // The bytes that both have.
        let start = load.addr.max(store.addr);
        let end = (load.addr + load.bytes.len() as u64).min(store.addr + store.bytes.len() as u64);
        let from = usize::try_from(start - store.addr).ok()?;
        let to = usize::try_from(end.checked_sub(store.addr)?).ok()?;
        Some(value(store.bytes.get(from..to)?))
    }

    fn relation(&mut self, edge: &Edge) -> Relation {
        let (from, to) = (self.phrase(edge.from), self.phrase(edge.to));
        let thread = self.thread(edge.from);
        let (name, reordered, words) = match edge.link {
            Link::Program { reordered, .. } => {
                let words = match reordered {
                    Some(Reordering::StoreAfterStore | Reordering::StoreAfterLoad) => format!(
                        "thread {thread}'s {to} overtook its {from}, which is earlier in program order"
                    ),
                    Some(Reordering::EarlyStore) => format!(
                        "thread {thread}'s {to} became visible before its {from}, which is earlier in program \
                         order, was done"
                    ),
                    Some(Reordering::StaleLoad) => format!(
                        "thread {thread}'s {to} took effect before its {from}, which is earlier in program \
                         order"
                    ),
                    None => format!(
                        "thread {thread}'s {to} took effect after its {from}, in program order"
                    ),
                };
                ("po", reordered, words)
            }
            Link::ReadsFrom => ("rf", None, format!("the {to} read the value of the {from}")),
            Link::FromRead => (
                "fr",
                None,
                format!("the {from} read a value older than that of the {to}"),
            ),
            Link::Coherence => (
                "co",
                None,
                format!("the {from} became visible before the {to}"),
            ),
        };
        Relation {
            from: self.step(edge.from),
            to: self.step(edge.to),
            name: name.to_owned(),
            reordered,
            words,
        }
    }

    /// `store of ring.tail`.
    fn phrase(&mut self, event: usize) -> String {
        let Some(access) = self.access(event) else {
            return "barrier".to_owned();
        };
        let what = match access.op {
            Op::Load => "load",
            Op::Store => "store",
            Op::Atomic => "read-modify-write",
        };
        format!("{what} of {}", self.location(access))
    }

    /// Barriers that stand beside a pair of accesses instead of between them, with their edges. The
    /// toolchain's own barriers are omitted: they serve another purpose.
    fn misplaced(&mut self, cycle: &Cycle) -> Vec<(Edge, usize)> {
        let mut found = Vec::new();
        for edge in &cycle.edges {
            if let Link::Program {
                misplaced: Some(barrier),
                ..
            } = edge.link
            {
                let place = self.place(barrier);
                let line = place.and_then(|place| place.line);
                if line.is_none_or(|line| !is_of_the_toolchain(&line.file)) {
                    found.push((*edge, barrier));
                }
            }
        }
        found
    }

    fn misplaced_barriers(&mut self, cycle: &Cycle) -> Vec<String> {
        let mut notes = Vec::new();
        for (edge, barrier) in self.misplaced(cycle) {
            let where_it_is = described(self.place(barrier).as_ref());
            let (first, second) = (self.phrase(edge.from), self.phrase(edge.to));
            let side = if barrier > edge.to { "after" } else { "before" };
            notes.push(format!(
                "The barrier {where_it_is} stands in the wrong place, {side} both accesses. Between the {first} \
                 and the {second} it would order them."
            ));
        }
        notes
    }

    /// A note if some of the places have no line.
    fn without_lines(&self) -> Option<String> {
        let places = self.places.iter().flatten();
        if places.clone().all(|it| it.line.is_some()) {
            return None;
        }
        let all = places.clone().all(|it| it.line.is_none());
        let what = if all {
            "The program has no line numbers"
        } else {
            "Some of the code has no line numbers"
        };
        Some(format!(
            "{what}: build it with debug information, and do not strip it."
        ))
    }
}

/// `dmb ishst at file.rs:3`.
pub fn described(place: Option<&Place>) -> String {
    let Some(place) = place else {
        return String::new();
    };
    let instruction = &place.instruction;
    match (&place.line, &place.function) {
        (Some(line), _) => format!("`{instruction}` at {}:{}", line.file, line.line),
        (None, Some(function)) => format!("`{instruction}` in {function}"),
        (None, None) => format!("`{instruction}` at {:#x}", place.pc),
    }
}
