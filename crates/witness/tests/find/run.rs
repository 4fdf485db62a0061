//! Builds a trace, an event at a time, and shows the cycles found in it.

use arch::Pairs;
use std::collections::HashMap;

use overtake_report::trace::{Access, Event, Op, Trace};
use witness::{Cycle, Link, find};

/// A run. Its methods add an event and return its index.
#[derive(Default)]
pub struct Run {
    pub events: Vec<Event>,
    numbers: HashMap<u32, u64>,
    clock: u64,
}

impl Run {
    pub fn new() -> Self {
        Self::default()
    }

    fn push(&mut self, event: Event) -> usize {
        self.events.push(event);
        self.events.len() - 1
    }

    pub fn access(&mut self, thread: u32, pc: u64, addr: u64, op: Op, bytes: &[u8]) -> usize {
        let number = (op != Op::Load).then(|| {
            let number = self.numbers.entry(thread).or_default();
            *number += 1;
            *number
        });
        self.push(Event::Access(Access {
            thread,
            pc,
            addr,
            op,
            bytes: bytes.to_vec(),
            number,
            unseen: Vec::new(),
            acquire: false,
            release: false,
            orders: Pairs::NONE,
        }))
    }

    /// A pending store of eight bytes.
    pub fn store(&mut self, thread: u32, pc: u64, addr: u64, value: u64) -> usize {
        self.access(thread, pc, addr, Op::Store, &value.to_le_bytes())
    }

    /// A store becomes visible; its number in the order in which stores do.
    pub fn visible(&mut self, store: usize) -> u64 {
        let Event::Access(access) = &self.events[store] else {
            panic!("event {store} is no store");
        };
        let (thread, number) = (access.thread, access.number.expect("a store"));
        self.clock += 1;
        let write = self.clock;
        self.push(Event::Visible {
            thread,
            number,
            write,
        });
        write
    }

    /// The next store of a thread becomes visible before the thread makes it.
    pub fn early(&mut self, thread: u32) -> u64 {
        let number = self.numbers.get(&thread).copied().unwrap_or(0) + 1;
        self.clock += 1;
        let write = self.clock;
        self.push(Event::Visible {
            thread,
            number,
            write,
        });
        write
    }

    /// A store of eight bytes that is visible at once.
    pub fn store_now(&mut self, thread: u32, pc: u64, addr: u64, value: u64) -> usize {
        let store = self.store(thread, pc, addr, value);
        self.visible(store);
        store
    }

    pub fn atomic(&mut self, thread: u32, pc: u64, addr: u64, value: u64) -> usize {
        let atomic = self.access(thread, pc, addr, Op::Atomic, &value.to_le_bytes());
        self.visible(atomic);
        atomic
    }

    pub fn load(&mut self, thread: u32, pc: u64, addr: u64, value: u64) -> usize {
        self.access(thread, pc, addr, Op::Load, &value.to_le_bytes())
    }

    /// A load that does not see a write to its granule, nor later ones.
    pub fn load_past(&mut self, thread: u32, pc: u64, addr: u64, value: u64, write: u64) -> usize {
        let load = self.load(thread, pc, addr, value);
        self.unseen(load, addr, write);
        load
    }

    pub fn unseen(&mut self, load: usize, addr: u64, write: u64) {
        if let Event::Access(access) = &mut self.events[load] {
            access.unseen.push((addr & !7, write));
        }
    }

    pub fn barrier(&mut self, thread: u32, pc: u64, orders: Pairs) -> usize {
        self.push(Event::Barrier { thread, pc, orders })
    }

    pub fn outside(&mut self) {
        self.push(Event::Outside);
    }

    pub fn trace(&self) -> Trace {
        Trace {
            modules: Vec::new(),
            objects: Vec::new(),
            events: self.events.clone(),
        }
    }

    pub fn find(&self) -> Vec<Cycle> {
        let cycles = find(&self.trace());
        for cycle in &cycles {
            self.check(cycle);
        }
        cycles
    }

    /// The only cycle.
    pub fn only(&self) -> Cycle {
        let mut cycles = self.find();
        assert_eq!(cycles.len(), 1, "{}", self.show_all(&cycles));
        cycles.remove(0)
    }

    /// A line for each cycle that is found.
    pub fn show(&self) -> String {
        self.show_all(&self.find())
    }

    fn show_all(&self, cycles: &[Cycle]) -> String {
        let lines: Vec<String> = cycles.iter().map(|cycle| self.line(cycle)).collect();
        lines.join("\n")
    }

    /// The accesses by the addresses of their instructions.
    fn line(&self, cycle: &Cycle) -> String {
        let mut line = format!("{}:", cycle.shape);
        for edge in &cycle.edges {
            let link = match edge.link {
                Link::Program {
                    reordered: None, ..
                } => "po".to_owned(),
                Link::Program {
                    reordered: Some(reordering),
                    ..
                } => format!("po {reordering:?}"),
                Link::ReadsFrom => "rf".to_owned(),
                Link::FromRead => "fr".to_owned(),
                Link::Coherence => "co".to_owned(),
            };
            line += &format!(" {:x} ({link})", self.at(edge.from).pc);
        }
        line
    }

    pub fn at(&self, index: usize) -> &Access {
        match &self.events[index] {
            Event::Access(access) => access,
            event => panic!("{event:?} is no access"),
        }
    }

    /// Checks the properties of every cycle.
    pub fn check(&self, cycle: &Cycle) {
        let edges = &cycle.edges;
        let program = |link: Link| matches!(link, Link::Program { .. });
        assert!(program(edges[0].link), "starts with program order");
        let mut threads = Vec::new();
        for (index, edge) in edges.iter().enumerate() {
            let next = edges[(index + 1) % edges.len()];
            assert_eq!(edge.to, next.from, "closed");
            let [from, to] = [edge.from, edge.to].map(|it| self.at(it).thread);
            assert_eq!(program(edge.link), from == to);
            assert!(!(program(edge.link) && program(next.link)));
            if from == to {
                assert!(edge.from < edge.to);
            } else {
                threads.push(from);
            }
        }
        let count = threads.len();
        threads.sort_unstable();
        threads.dedup();
        assert_eq!(count, threads.len(), "no thread twice");
        let reordered = |link| {
            matches!(
                link,
                Link::Program {
                    reordered: Some(_),
                    ..
                }
            )
        };
        assert!(edges.iter().any(|edge| reordered(edge.link)));
    }
}
