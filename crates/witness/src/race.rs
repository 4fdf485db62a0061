//! Looks for the race of a run that fails by its interleaving alone.
//!
//! A happens-before check with vector clocks (Flanagan, Freund, "FastTrack", PLDI 2009) on the trace of a
//! sequentially consistent run. Two accesses of different threads to the same bytes, one of them a write, are
//! unsynchronised if neither happens before the other. What the instructions say counts: machine code does not tell a
//! plain access from a relaxed atomic one. Where the trace does not show what synchronises (the kernel, the start
//! of a thread), everything so far counts as synchronised: a race may be missed there, and none is made up.

use std::collections::{BTreeMap, HashMap};

use overtake_report::trace::{Access, Event, Op, Trace};

/// How many races are returned at most.
const RACES: usize = 16;
/// How many accesses to the contended location are shown before and after the race.
const AROUND: usize = 2;
/// How many accesses are shown at most.
const SHOWN: usize = 12;

/// Two unsynchronised accesses. All are indices into [`Trace::events`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Race {
    /// The earlier access.
    pub first: usize,
    /// The later access, of another thread.
    pub second: usize,
    /// If an update is lost: the load that did not see `second`, and the store that overwrites it.
    pub lost: Option<[usize; 2]>,
}

/// Between the load and the store of an update its thread makes at most so many other accesses. More, and the store
/// has little to do with the load.
const UPDATE: u64 = 8;

/// A time of each thread.
type Clock = BTreeMap<u32, u64>;

fn join(into: &mut Clock, other: &Clock) {
    for (thread, time) in other {
        let known = into.entry(*thread).or_default();
        *known = (*known).max(*time);
    }
}

/// The last access of a thread to a byte.
#[derive(Debug, Clone, Copy)]
struct Last {
    event: usize,
    time: u64,
    op: Op,
    /// How many accesses its thread had made before it.
    number: u64,
}

/// What a thread has done to a byte.
#[derive(Debug, Clone, Copy, Default)]
struct Done {
    load: Option<Last>,
    store: Option<Last>,
}

/// The races of a run, the most telling first: lost updates, then pairs with a plain access, then the last ones.
/// Each pair of instructions counts once.
#[must_use]
pub fn races(trace: &Trace) -> Vec<Race> {
    let mut check = Check::default();
    for (index, event) in trace.events.iter().enumerate() {
        check.step(index, event);
    }
    let events = &trace.events;
    let ends = last_events(events);
    let mut found: Vec<(u8, usize, Race)> = Vec::new();
    for race in check.races {
        let (first, second) = (access(events, race.first), access(events, race.second));
        let (Some(first), Some(second)) = (first, second) else {
            continue;
        };
        // After its last access a thread may have ended, and the trace does not show who waits for that.
        let over = ends
            .get(&first.thread)
            .is_some_and(|end| *end < race.second);
        let plain = |it: &Access| it.op != Op::Atomic && !it.acquire && !it.release;
        let class = match (race.lost, over, plain(first), plain(second)) {
            (Some(_), ..) => 0,
            (None, true, ..) => 4,
            (None, false, true, true) => 1,
            (None, false, false, false) => 3,
            (None, false, ..) => 2,
        };
        found.push((class, usize::MAX - race.second, race));
    }
    found.sort_by_key(|it| (it.0, it.1));
    let mut known = Vec::new();
    let mut races = Vec::new();
    for (_, _, race) in found {
        let pcs = [race.first, race.second].map(|it| access(events, it).map(|it| it.pc));
        if races.len() < RACES && !known.contains(&pcs) {
            known.push(pcs);
            races.push(race);
        }
    }
    races
}

/// The accesses to show of a race: those to its bytes, in order, from a few before it to a few after it. Without a
/// race those to the location that most threads have used last.
#[must_use]
pub fn contended(trace: &Trace, race: Option<&Race>) -> Vec<usize> {
    let events = &trace.events;
    let (ends, place) = match race {
        Some(race) => {
            let lost = race.lost.unwrap_or([race.first, race.second]);
            let first = race.first.min(lost[0]);
            ([first, race.second.max(lost[1])], race.second)
        }
        None => match most_contended(events) {
            Some(place) => ([place, place], place),
            None => return Vec::new(),
        },
    };
    let Some(bytes) = access(events, place) else {
        return Vec::new();
    };
    let all = events.iter().enumerate().filter_map(|(index, event)| {
        let Event::Access(access) = event else {
            return None;
        };
        overlap(access, bytes).then_some(index)
    });
    let all: Vec<usize> = all.collect();
    let around = if race.is_some() { AROUND } else { SHOWN };
    let from = all
        .partition_point(|it| *it < ends[0])
        .saturating_sub(around);
    let to = (all.partition_point(|it| *it <= ends[1]) + around).min(all.len());
    let mut shown = all[from..to].to_vec();
    if shown.len() > SHOWN {
        // Those of the race stay, and of the others the last ones.
        let must = |it: &usize| {
            race.is_some_and(|race| {
                let lost = race.lost.unwrap_or([race.first, race.second]);
                [race.first, race.second, lost[0], lost[1]].contains(it)
            })
        };
        let mut left = shown.len() - SHOWN;
        shown.retain(|it| {
            let goes = left > 0 && !must(it);
            left -= usize::from(goes);
            !goes
        });
    }
    shown
}

/// The last access to the location that has changed hands most often.
fn most_contended(events: &[Event]) -> Option<usize> {
    let mut hands: HashMap<u64, (u32, usize, usize)> = HashMap::new();
    for (index, event) in events.iter().enumerate() {
        if let Event::Access(access) = event {
            let known = hands
                .entry(access.addr)
                .or_insert((access.thread, 0, index));
            known.1 += usize::from(known.0 != access.thread);
            (known.0, known.2) = (access.thread, index);
        }
    }
    hands.values().max_by_key(|it| (it.1, it.2)).map(|it| it.2)
}

fn access(events: &[Event], index: usize) -> Option<&Access> {
    match events.get(index)? {
        Event::Access(access) => Some(access),
        _ => None,
    }
}

fn overlap(one: &Access, other: &Access) -> bool {
    let end = |it: &Access| it.addr + it.bytes.len() as u64;
    one.addr < end(other) && other.addr < end(one)
}

/// The last access of each thread.
fn last_events(events: &[Event]) -> HashMap<u32, usize> {
    let mut last = HashMap::new();
    for (index, event) in events.iter().enumerate() {
        if let Event::Access(access) = event {
            last.insert(access.thread, index);
        }
    }
    last
}

/// The check, so far.
#[derive(Default)]
struct Check {
    clocks: BTreeMap<u32, Clock>,
    /// What was released at each byte: a load that acquires is ordered after it.
    released: HashMap<u64, Clock>,
    /// What each thread's later stores release, since its last fence.
    fenced: HashMap<u32, Clock>,
    /// What each thread's next fence acquires: what its loads have read.
    read: HashMap<u32, Clock>,
    /// The value of each byte, as far as the trace shows it.
    memory: HashMap<u64, u8>,
    done: HashMap<u64, BTreeMap<u32, Done>>,
    /// How many accesses each thread has made.
    made: HashMap<u32, u64>,
    races: Vec<Race>,
}

impl Check {
    fn step(&mut self, index: usize, event: &Event) {
        match event {
            Event::Access(access) => self.access(index, access),
            Event::Barrier { thread, orders, .. } => {
                self.begins(*thread);
                if orders.rr || orders.rw {
                    let read = self.read.get(thread).cloned().unwrap_or_default();
                    join(self.clocks.entry(*thread).or_default(), &read);
                }
                if orders.ww || orders.rw {
                    let now = self.clocks[thread].clone();
                    self.fenced.insert(*thread, now);
                    self.passes(*thread);
                }
            }
            // The kernel may have ordered threads.
            Event::Outside => self.all_meet(),
            Event::Visible { .. } | Event::Turn { .. } => {}
        }
    }

    /// A thread begins after all that is known so far.
    fn begins(&mut self, thread: u32) {
        if !self.clocks.contains_key(&thread) {
            let mut clock = self.everything();
            clock.insert(thread, 1);
            // What the others do from here on is later than what the new thread knows.
            for other in self.clocks.keys().copied().collect::<Vec<_>>() {
                self.passes(other);
            }
            self.clocks.insert(thread, clock);
        }
    }

    fn everything(&self) -> Clock {
        let mut all = Clock::new();
        for clock in self.clocks.values() {
            join(&mut all, clock);
        }
        all
    }

    fn all_meet(&mut self) {
        let all = self.everything();
        for (thread, clock) in &mut self.clocks {
            join(clock, &all);
            *clock.entry(*thread).or_default() += 1;
        }
    }

    fn access(&mut self, index: usize, access: &Access) {
        let thread = access.thread;
        self.begins(thread);
        let (reads, writes) = (access.op != Op::Store, access.op != Op::Load);
        let all = Some(access.orders).filter(|it| it.rr && it.rw && it.ww);
        let acquires = access.acquire || all.is_some();
        let releases = access.release || all.is_some();
        if reads {
            if access.op == Op::Load && !self.explains(access) {
                // Somebody outside of the trace has written it: the kernel, when a thread ends.
                self.all_meet();
            }
            let mut read = Clock::new();
            for byte in bytes(access) {
                if let Some(released) = self.released.get(&byte) {
                    join(&mut read, released);
                }
            }
            if acquires {
                join(self.clocks.entry(thread).or_default(), &read);
            }
            join(self.read.entry(thread).or_default(), &read);
        }
        self.conflicts(index, access);
        let time = self.clocks[&thread][&thread];
        let made = self.made.entry(thread).or_default();
        *made += 1;
        let number = *made - 1;
        for byte in bytes(access) {
            let done = self
                .done
                .entry(byte)
                .or_default()
                .entry(thread)
                .or_default();
            let last = Some(Last {
                event: index,
                time,
                op: access.op,
                number,
            });
            if reads {
                done.load = last;
            }
            if writes {
                done.store = last;
            }
        }
        if writes {
            let mut release = self.fenced.get(&thread).cloned().unwrap_or_default();
            if releases {
                join(&mut release, &self.clocks[&thread]);
            }
            for (byte, value) in bytes(access).zip(&access.bytes) {
                self.memory.insert(byte, *value);
                let released = self.released.entry(byte).or_default();
                // A read-modify-write continues what was released there.
                if access.op == Op::Store {
                    released.clear();
                }
                join(released, &release);
            }
            self.passes(thread);
        }
    }

    /// Time passes for a thread.
    fn passes(&mut self, thread: u32) {
        let clock = self.clocks.entry(thread).or_default();
        *clock.entry(thread).or_default() += 1;
    }

    /// Whether a load read what the trace says is there.
    fn explains(&mut self, access: &Access) -> bool {
        let mut explained = true;
        for (byte, value) in bytes(access).zip(&access.bytes) {
            let known = self.memory.entry(byte).or_insert(*value);
            explained &= known == value;
            *known = *value;
        }
        explained
    }

    /// Notes the races of an access with what other threads did to its bytes.
    fn conflicts(&mut self, index: usize, access: &Access) {
        let thread = access.thread;
        let Some(done) = self.done.get(&access.addr) else {
            return;
        };
        let writes = access.op != Op::Load;
        for (other, what) in done.iter().filter(|it| *it.0 != thread) {
            let seen = self.clocks[&thread].get(other).copied().unwrap_or(0);
            // Conflicting, and not ordered before it.
            let candidates = [what.store, what.load.filter(|_| writes)];
            let unordered = |it: &Last| it.time > seen;
            let race = candidates.into_iter().flatten().filter(unordered);
            let Some(race) = race.max_by_key(|it| it.event) else {
                continue;
            };
            self.races.push(Race {
                first: race.event,
                second: index,
                lost: None,
            });
        }
        // This thread has loaded it, another one has stored to it since, and this one overwrites that.
        if access.op == Op::Store
            && let Some(load) = done.get(&thread).and_then(|it| it.load)
            && load.op == Op::Load
            && self
                .made
                .get(&thread)
                .is_some_and(|it| it - load.number <= UPDATE + 1)
            && done[&thread].store.is_none_or(|it| it.event < load.event)
        {
            let others = done.iter().filter(|it| *it.0 != thread);
            let stores = others.filter_map(|it| it.1.store);
            if let Some(store) = stores
                .filter(|it| it.event > load.event)
                .min_by_key(|it| it.event)
            {
                self.races.push(Race {
                    first: load.event,
                    second: store.event,
                    lost: Some([load.event, index]),
                });
            }
        }
    }
}

fn bytes(access: &Access) -> impl Iterator<Item = u64> + use<> {
    let addr = access.addr;
    (0..access.bytes.len() as u64).map(move |offset| addr.wrapping_add(offset))
}
