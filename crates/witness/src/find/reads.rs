//! Which write each load read.

use std::collections::HashMap;

use overtake_report::trace::{Access, Event, Op};

use super::access::{at, bytes, covers, granule, position, stores};
use super::writes::Writes;

/// What a load, or the load of an atomic, read.
pub(super) struct Read {
    /// Its event.
    pub event: usize,
    /// For each byte, the write that it read; `None`: the initial value.
    pub sources: Vec<Option<usize>>,
}

/// What all loads read. A load is skipped if the trace does not explain the bytes that it read: the
/// kernel wrote them, or a thread before the memory was watched.
pub(super) fn reads(events: &[Event], writes: &Writes) -> Vec<Read> {
    let mut reader = Reader {
        events,
        writes,
        pending: HashMap::new(),
        initial: HashMap::new(),
        outside: 0,
    };
    (0..events.len())
        .filter_map(|index| reader.step(index))
        .collect()
}

struct Reader<'a> {
    events: &'a [Event],
    writes: &'a Writes,
    /// The pending stores of each thread and granule, in program order.
    pending: HashMap<(u32, u64), Vec<u32>>,
    /// The initial value of each byte, and after how many [`Event::Outside`] it was read.
    initial: HashMap<u64, (u8, u32)>,
    outside: u32,
}

impl Reader<'_> {
    fn step(&mut self, index: usize) -> Option<Read> {
        let access = match &self.events[index] {
            Event::Access(access) => access,
            Event::Outside => {
                self.outside += 1;
                return None;
            }
            _ => return None,
        };
        let sources = (access.op != Op::Store).then(|| self.sources(index, access));
        if stores(access) {
            for granule in granules(access) {
                let pending = self.pending.entry((access.thread, granule)).or_default();
                pending.retain(|&store| !self.writes.is_visible(store as usize, index));
                pending.push(position(index));
            }
        }
        let sources = sources?;
        // The trace does not have the value that an atomic read.
        (access.op == Op::Atomic || self.explains(access, &sources)).then_some(Read {
            event: index,
            sources,
        })
    }

    fn sources(&self, index: usize, access: &Access) -> Vec<Option<usize>> {
        bytes(access)
            .map(|byte| {
                let own = self.own(index, access.thread, byte);
                own.or_else(|| {
                    let unseen = access.unseen.iter().find(|it| it.0 == granule(byte));
                    self.writes.newest(
                        self.events,
                        byte,
                        access.thread,
                        index,
                        unseen.map(|it| it.1),
                    )
                })
            })
            .collect()
    }

    /// The thread's newest pending store of a byte.
    fn own(&self, index: usize, thread: u32, byte: u64) -> Option<usize> {
        let pending = self.pending.get(&(thread, granule(byte)))?;
        let mut stores = pending.iter().rev().map(|&store| store as usize);
        stores.find(|&store| {
            !self.writes.is_visible(store, index) && covers(at(self.events, store), byte)
        })
    }

    /// Whether the sources hold the bytes that were read.
    fn explains(&mut self, access: &Access, sources: &[Option<usize>]) -> bool {
        let mut right = true;
        for ((byte, &value), source) in bytes(access).zip(&access.bytes).zip(sources) {
            right &= match source {
                Some(write) => {
                    let write = at(self.events, *write);
                    write.bytes[byte.wrapping_sub(write.addr) as usize] == value
                }
                None => self.was_initial(byte, value),
            };
        }
        right
    }

    /// Whether this may be the initial value of a byte. The first read of it decides. After an
    /// [`Event::Outside`] the value may have changed, once.
    fn was_initial(&mut self, byte: u64, value: u8) -> bool {
        let now = (value, self.outside);
        let known = self.initial.entry(byte).or_insert(now);
        let same = known.0 == value;
        if !same && known.1 != self.outside {
            *known = now;
        }
        same
    }
}

/// The granules of an access, each once.
fn granules(access: &Access) -> impl Iterator<Item = u64> {
    let mut last = None;
    bytes(access).map(granule).filter(move |&it| {
        let new = last != Some(it);
        last = Some(it);
        new
    })
}
