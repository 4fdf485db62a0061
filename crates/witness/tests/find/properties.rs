//! Properties of random runs.

use arch::Pairs;
use overtake_report::trace::{Access, Event, Op};
use proptest::prelude::*;

use crate::run::Run;

const BASE: u64 = 0x1000;

/// An access of any size, in a sequentially consistent run.
#[derive(Debug, Clone)]
struct Any {
    thread: u32,
    op: Op,
    offset: usize,
    size: usize,
    value: u8,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![3 => Just(Op::Load), 3 => Just(Op::Store), 1 => Just(Op::Atomic)]
}

prop_compose! {
    fn any_access()(
        thread in 0..4_u32,
        op in op(),
        offset in 0..24_usize,
        size in prop::sample::select(vec![1, 2, 4, 8, 16]),
        value: u8,
    ) -> Any {
        Any { thread, op, offset, size, value }
    }
}

fn nonsense() -> impl Strategy<Value = Event> {
    let (thread, number, write) = (0..3_u32, 0..6_u64, 0..9_u64);
    let near = prop_oneof![0x1000..0x1010_u64, u64::MAX - 9..=u64::MAX, 0..9_u64];
    let bytes = prop::collection::vec(0..2_u8, 0..=16);
    let unseen =
        prop::collection::vec((prop::sample::select(vec![0x1000, 0x1008]), 0..9_u64), 0..3);
    let access = (
        thread.clone(),
        op(),
        near,
        bytes,
        prop::option::of(number.clone()),
        unseen,
    );
    let access = access.prop_map(|(thread, op, addr, bytes, number, unseen)| {
        Event::Access(Access {
            thread,
            pc: addr,
            addr,
            op,
            bytes,
            number,
            unseen,
            acquire: false,
            release: false,
            orders: Pairs::NONE,
        })
    });
    let visible =
        (thread.clone(), number, write).prop_map(|(thread, number, write)| Event::Visible {
            thread,
            number,
            write,
        });
    let barrier = thread.prop_map(|thread| Event::Barrier {
        thread,
        pc: 1,
        orders: Pairs {
            rr: true,
            ww: true,
            ..Pairs::NONE
        },
    });
    prop_oneof![6 => access, 3 => visible, 1 => barrier, 1 => Just(Event::Outside)]
}

/// The next step of a run with weak memory. All accesses are of whole words.
#[derive(Debug, Clone)]
enum Next {
    Access {
        thread: usize,
        op: Op,
        word: usize,
    },
    /// The thread's oldest store of a word becomes visible; the threads of a bit set do not see it.
    Visible {
        thread: usize,
        word: usize,
        unseen: u8,
    },
    /// The thread sees all that is visible of a word.
    Sees {
        thread: usize,
        word: usize,
    },
}

const THREADS: usize = 4;
const WORDS: usize = 3;

fn next() -> impl Strategy<Value = Next> {
    let [thread, word] = [0..THREADS, 0..WORDS];
    prop_oneof![
        4 => (thread.clone(), op(), word.clone())
            .prop_map(|(thread, op, word)| Next::Access { thread, op, word }),
        2 => (thread.clone(), word.clone(), any::<u8>())
            .prop_map(|(thread, word, unseen)| Next::Visible { thread, word, unseen }),
        1 => (thread, word).prop_map(|(thread, word)| Next::Sees { thread, word }),
    ]
}

/// A machine of a few words: its stores stay pending, and its loads may return stale values.
#[derive(Default)]
struct Machine {
    run: Run,
    /// The visible stores of each word.
    visible: [Vec<usize>; WORDS],
    /// The pending stores of each thread and word.
    pending: [[Vec<usize>; WORDS]; THREADS],
    /// For each thread and word, how many visible stores it sees, and the first that it does not.
    past: [[Option<(usize, u64)>; WORDS]; THREADS],
    /// Each load with its word and the store that it read.
    reads: Vec<(usize, usize, Option<usize>)>,
}

impl Machine {
    fn step(&mut self, next: &Next) {
        match *next {
            Next::Access { thread, op, word } => self.access(thread, op, word),
            Next::Visible {
                thread,
                word,
                unseen,
            } => {
                if !self.pending[thread][word].is_empty() {
                    self.commit(thread, word, unseen);
                }
            }
            Next::Sees { thread, word } => self.past[thread][word] = None,
        }
    }

    fn access(&mut self, thread: usize, op: Op, word: usize) {
        let (owner, addr) = (thread as u32, BASE + 8 * word as u64);
        // A value and an instruction for each access.
        let here = self.run.events.len() as u64 + 1;
        match op {
            Op::Load => {
                let past = self.past[thread][word];
                let seen = past.map_or(self.visible[word].len(), |it| it.0);
                let visible = self.visible[word][..seen].last();
                let source = self.pending[thread][word].last().or(visible).copied();
                let value = source.map_or(0, |it| it as u64 + 1);
                let load = self.run.load(owner, here, addr, value);
                if let Some((_, write)) = past {
                    self.run.unseen(load, addr, write);
                }
                self.reads.push((load, word, source));
            }
            Op::Store => {
                let store = self.run.store(owner, here, addr, here);
                self.pending[thread][word].push(store);
            }
            Op::Atomic => {
                while !self.pending[thread][word].is_empty() {
                    self.commit(thread, word, 0);
                }
                let here = self.run.events.len() as u64 + 1;
                let atomic = self.run.access(owner, here, addr, op, &here.to_le_bytes());
                let source = self.visible[word].last().copied();
                self.reads.push((atomic, word, source));
                self.pending[thread][word].push(atomic);
                self.commit(thread, word, 0);
            }
        }
    }

    fn commit(&mut self, thread: usize, word: usize, unseen: u8) {
        let store = self.pending[thread][word].remove(0);
        let write = self.run.visible(store);
        for other in 0..THREADS {
            let past = &mut self.past[other][word];
            if other == thread {
                *past = None;
            } else if past.is_none() && unseen >> other & 1 == 1 {
                *past = Some((self.visible[word].len(), write));
            }
        }
        self.visible[word].push(store);
    }

    /// Whether program order and communication have a cycle: accesses remain after repeatedly removing
    /// those without a predecessor.
    fn has_cycle(&self) -> bool {
        let events = &self.run.events;
        let accesses: Vec<usize> = (0..events.len())
            .filter(|&it| matches!(events[it], Event::Access(_)))
            .collect();
        let mut before: Vec<(usize, usize)> = Vec::new();
        for &one in &accesses {
            let thread = self.run.at(one).thread;
            let mut later = accesses.iter().filter(|&&it| it > one);
            before.extend(
                later
                    .find(|&&it| self.run.at(it).thread == thread)
                    .map(|&it| (one, it)),
            );
        }
        for word in 0..WORDS {
            let mut order = self.visible[word].clone();
            let mut late: Vec<usize> = self
                .pending
                .iter()
                .flat_map(|it| it[word].clone())
                .collect();
            late.sort_unstable();
            order.extend(late);
            before.extend(
                order
                    .iter()
                    .zip(&order[1.min(order.len())..])
                    .map(|(one, next)| (*one, *next)),
            );
            for &(load, _, source) in self.reads.iter().filter(|it| it.1 == word) {
                let place = source.map(|it| order.iter().position(|other| *other == it).unwrap());
                before.extend(source.map(|it| (it, load)));
                let next = order.get(place.map_or(0, |it| it + 1));
                before.extend(next.filter(|it| **it != load).map(|it| (load, *it)));
            }
        }
        let mut left = accesses;
        loop {
            let free = |it: &usize| {
                !before
                    .iter()
                    .any(|(from, to)| to == it && left.contains(from))
            };
            let rest: Vec<usize> = left.iter().copied().filter(|it| !free(it)).collect();
            if rest.len() == left.len() {
                return !rest.is_empty();
            }
            left = rest;
        }
    }
}

proptest! {
    #[test]
    fn interleaving_gives_no_cycle(accesses in prop::collection::vec(any_access(), 0..200)) {
        let mut memory = [0_u8; 64];
        let mut run = Run::new();
        for (index, any) in accesses.iter().enumerate() {
            let place = any.offset..any.offset + any.size;
            if any.op != Op::Load {
                memory[place.clone()].fill(any.value);
            }
            let addr = BASE + any.offset as u64;
            let access = run.access(any.thread, index as u64, addr, any.op, &memory[place]);
            if any.op != Op::Load {
                run.visible(access);
            }
        }
        prop_assert_eq!(run.show(), "");
    }

    /// Inconsistent numbers and values: edges still connect accesses.
    #[test]
    fn any_trace_is_read(events in prop::collection::vec(nonsense(), 0..60)) {
        let mut run = Run::new();
        run.events = events;
        run.find();
    }

    /// [`Run::find`] also checks each cycle.
    #[test]
    fn a_cycle_is_found_where_there_is_one(steps in prop::collection::vec(next(), 0..60)) {
        let mut machine = Machine::default();
        for step in &steps {
            machine.step(step);
        }
        prop_assert_eq!(!machine.run.find().is_empty(), machine.has_cycle());
    }
}
