//! Accesses of any size and alignment, over the borders of words, granules and pages, against a
//! reference that knows nothing but bytes: what a thread sees, and what that comes after.

use proptest::prelude::*;
use weakmem::{Driver, GRANULE, Load, Machine, PAGE_SIZE, Rules, Store, StoreId, ThreadId, View};

/// The second page starts in the middle of the bytes that are used.
const BORDER: u64 = 0x2000;
const FIRST: u64 = BORDER - 24;
const LEN: usize = 48;
const WORD: usize = 4;

const WRITER: ThreadId = 0;
const READER: ThreadId = 1;

/// The reader sees no write by itself.
struct Unseen;

impl Driver for Unseen {
    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        u64::MAX
    }

    fn patch(&mut self, _: u64, _: &[u8]) {}
}

fn store(addr: u64, bytes: &[u8], data: View) -> Store<'_> {
    Store {
        addr,
        bytes,
        release: false,
        address: View::NONE,
        data,
    }
}

/// Bytes from `FIRST` on: where, and how many.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: usize,
    len: usize,
}

impl Place {
    fn addr(self) -> u64 {
        FIRST + self.at as u64
    }

    fn bytes(self) -> std::ops::Range<usize> {
        self.at..self.at + self.len
    }

    /// The words that it lies in.
    fn words(self) -> impl Iterator<Item = usize> {
        self.at / WORD..(self.at + self.len).div_ceil(WORD)
    }
}

fn place() -> impl Strategy<Value = Place> {
    (0..LEN, 1..=16_usize).prop_map(|(at, len)| Place {
        at,
        len: len.min(LEN - at),
    })
}

#[derive(Debug, Clone)]
enum Op {
    /// The writer's write, visible at once and unseen by the reader.
    Write(Place),
    /// The reader sees one more write there.
    See(usize),
    /// The reader's own store, whose data come after the write so many before the newest.
    Store(Place, u64),
    /// The reader's own pending store becomes visible.
    Commit(usize),
    /// The reader's load.
    Load(Place),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => place().prop_map(Op::Write),
        2 => (0..LEN).prop_map(Op::See),
        4 => place().prop_map(Op::Load),
    ]
}

fn own_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        9 => op(),
        3 => (place(), 0..8_u64).prop_map(|(place, age)| Op::Store(place, age)),
        3 => (0..4_usize).prop_map(Op::Commit),
    ]
}

/// So many operations at most: not more writes are unseen then than the machine has room for.
const MOST: usize = 20;

/// One moment of a granule.
#[derive(Debug, Clone, Copy, Default)]
struct Version {
    bytes: [u8; GRANULE],
    /// What each byte comes after for the reader: the write that put it there, or, if that is its own
    /// store, what that store's data came after. 0: nothing that matters.
    after: [u64; GRANULE],
    /// When each word was written.
    written: [u64; GRANULE / WORD],
}

/// The reference: all that each granule ever held.
struct Reference {
    clock: u64,
    granules: Vec<Vec<Version>>,
    /// Which of them the reader sees.
    seen: Vec<usize>,
    /// The reader's pending stores.
    pending: Vec<(Place, u8, u64)>,
    /// For each word, the most that a load of the reader's own stores may come after.
    own: [u64; LEN / WORD],
    /// What the reader's loads came after: at least, for each byte, and at most, for each word.
    read: ([u64; LEN], [u64; LEN / WORD]),
}

impl Reference {
    /// With the pages that were put in play at these times; 0: it is not.
    fn new(pages: [u64; 2]) -> Self {
        let version = |granule: usize| Version {
            written: [pages[granule / (LEN / GRANULE / 2)]; GRANULE / WORD],
            ..Version::default()
        };
        Self {
            clock: pages[0].max(pages[1]),
            granules: (0..LEN / GRANULE).map(|it| vec![version(it)]).collect(),
            seen: vec![0; LEN / GRANULE],
            pending: Vec::new(),
            own: [0; LEN / WORD],
            read: ([0; LEN], [0; LEN / WORD]),
        }
    }

    fn in_play(&self, byte: usize) -> bool {
        self.granules[byte / GRANULE][0].written[0] != 0
    }

    /// A write becomes visible: of the reader, then it comes after what `own` says, or not.
    fn write(&mut self, place: Place, value: u8, own: Option<u64>) {
        self.clock += 1;
        let now = self.clock;
        let mut last = None;
        for byte in place
            .bytes()
            .filter(|byte| self.in_play(*byte))
            .collect::<Vec<_>>()
        {
            let granule = byte / GRANULE;
            let versions = &mut self.granules[granule];
            if last != Some(granule) {
                last = Some(granule);
                versions.push(versions[versions.len() - 1]);
                if own.is_some() {
                    self.seen[granule] = versions.len() - 1;
                }
            }
            let version = versions.last_mut().expect("one at least");
            version.bytes[byte % GRANULE] = value;
            version.after[byte % GRANULE] = own.unwrap_or(now);
            version.written[byte % GRANULE / WORD] = now;
        }
    }

    fn unseen(&self, granule: usize) -> usize {
        self.granules[granule].len() - 1 - self.seen[granule]
    }

    fn sees(&self, byte: usize) -> Version {
        self.granules[byte / GRANULE][self.seen[byte / GRANULE]]
    }

    /// The byte as the reader sees it, and what it comes after.
    fn byte(&self, byte: usize) -> (u8, u64) {
        let own = self.pending.iter().rfind(|it| it.0.bytes().contains(&byte));
        match own {
            Some((_, value, after)) => (*value, *after),
            None => {
                let version = self.sees(byte);
                (version.bytes[byte % GRANULE], version.after[byte % GRANULE])
            }
        }
    }

    /// At least and at most what a load comes after.
    fn bounds(&self, place: Place) -> (u64, u64) {
        let in_play = place.bytes().filter(|byte| self.in_play(*byte));
        let least = in_play.map(|byte| self.byte(byte).1).max();
        let most = place.words().map(|word| {
            let byte = word * WORD;
            self.sees(byte).written[byte % GRANULE / WORD].max(self.own[word])
        });
        (least.unwrap_or(0), most.max().unwrap_or(0))
    }

    /// The reader stores; the data come after `after`, and after its loads of these bytes if
    /// `by_location`.
    fn store(&mut self, place: Place, value: u8, mut after: u64, by_location: bool) {
        let mut most = after;
        if by_location {
            after = place
                .bytes()
                .map(|byte| self.read.0[byte])
                .fold(after, u64::max);
            most = place
                .words()
                .map(|word| self.read.1[word])
                .fold(most, u64::max);
        }
        self.pending.push((place, value, after));
        for word in place.words() {
            self.own[word] = self.own[word].max(most);
        }
    }

    /// The reader loads, and comes after no less and no more than this.
    fn load(&mut self, place: Place, (least, most): (u64, u64)) {
        for byte in place.bytes() {
            self.read.0[byte] = self.read.0[byte].max(least);
        }
        for word in place.words() {
            self.read.1[word] = self.read.1[word].max(most);
        }
    }

    /// The reader sees every write: its earlier loads are ordered after nothing that is unseen.
    fn settle(&mut self) {
        for version in self.granules.iter_mut().flatten() {
            version.after = [0; GRANULE];
        }
        for pending in &mut self.pending {
            pending.2 = 0;
        }
        self.read.0 = [0; LEN];
    }
}

/// The view, unless it includes no write that the reader has not seen: such views are not kept.
fn relevant(machine: &Machine, after: u64) -> u64 {
    let relevant = !machine.sees(READER, View::at(after));
    if relevant { after } else { 0 }
}

fn check(rules: Rules, second_page: bool, ops: &[Op]) -> Result<(), TestCaseError> {
    let mut machine = Machine::new(rules);
    machine.insert_page(BORDER - PAGE_SIZE as u64, [0; PAGE_SIZE]);
    if second_page {
        machine.insert_page(BORDER, [0; PAGE_SIZE]);
    }
    assert_eq!(
        (machine.add_thread(), machine.add_thread()),
        (WRITER, READER)
    );
    let mut reference = Reference::new([2, if second_page { 3 } else { 0 }]);
    let own_stores = ops.iter().any(|op| matches!(op, Op::Store(..)));
    let (mut reads, mut stale_loads) = (View::NONE, 0);
    for (number, op) in (1..).zip(ops) {
        match *op {
            Op::Write(place) => {
                let bytes = vec![number; place.len];
                machine.atomic(
                    WRITER,
                    store(place.addr(), &bytes, View::NONE),
                    None,
                    &mut Unseen,
                );
                reference.write(place, number, None);
            }
            Op::See(at) => {
                machine.see_one(READER, FIRST + at as u64, 1);
                let granule = at / GRANULE;
                reference.seen[granule] += reference.unseen(granule).min(1);
            }
            Op::Store(place, age) => {
                let after = reference.clock.saturating_sub(age);
                let bytes = vec![number; place.len];
                let store = store(place.addr(), &bytes, View::at(after));
                machine.store(READER, store, u64::MAX, &mut Unseen);
                reference.store(place, number, after, rules.branch_includes_location);
            }
            Op::Commit(index) => {
                if machine.may_commit(READER, index) {
                    machine.commit(READER, index, &mut Unseen);
                    let (place, value, after) = reference.pending.remove(index);
                    reference.write(place, value, Some(after));
                }
            }
            Op::Load(place) => {
                let tracks = machine.tracks(READER);
                let stale = place
                    .bytes()
                    .any(|byte| reference.unseen(byte / GRANULE) > 0);
                let view = machine.load(
                    READER,
                    Load {
                        addr: place.addr(),
                        len: place.len,
                        address: View::NONE,
                        no_result: false,
                    },
                );
                let (least, most) = if tracks {
                    reference.bounds(place)
                } else {
                    (0, 0)
                };
                let (least, most) = (relevant(&machine, least), relevant(&machine, most));
                prop_assert!(view.includes(least), "{view:?} is before {least}");
                prop_assert!(view <= View::at(most), "{view:?} is after {most}");
                if !own_stores {
                    prop_assert_eq!(view, View::at(most));
                }
                reference.load(place, (least, most));
                reads = reads.join(view);
                stale_loads += u64::from(stale);
            }
        }
        if !machine.tracks(READER) {
            reference.settle();
        }
        prop_assert_eq!(machine.now(), View::at(reference.clock));
        if !machine.sees(READER, machine.reads(READER)) {
            prop_assert_eq!(machine.reads(READER), reads);
        }
        prop_assert_eq!(machine.counters().stale_loads, stale_loads);
        // Bytes that are not in play are left as they are.
        let mut seen = [0; LEN];
        machine.read(READER, FIRST, &mut seen);
        for (byte, seen) in seen.into_iter().enumerate() {
            prop_assert_eq!(seen, reference.byte(byte).0, "byte {}", byte);
            let unseen = machine.unseen(READER, FIRST + byte as u64, 1);
            prop_assert_eq!(unseen, reference.unseen(byte / GRANULE), "byte {}", byte);
        }
    }
    Ok(())
}

fn weak_rules() -> impl Strategy<Value = Rules> {
    prop_oneof![Just(Rules::ARMV8), Just(Rules::RVWMO), Just(Rules::POWER)]
}

proptest! {
    /// A load comes after the newest write to the words that it touches, of those that it sees,
    /// and after no other.
    #[test]
    fn of_others(ops in prop::collection::vec(op(), 0..=MOST), second_page: bool, rules in weak_rules()) {
        check(rules, second_page, &ops)?;
    }

    /// A load of the thread's own stores comes after what they came after, for each byte, and
    /// after nothing that was not stored to these words.
    #[test]
    fn of_its_own(ops in prop::collection::vec(own_op(), 0..=MOST), second_page: bool, rules in weak_rules()) {
        check(rules, second_page, &ops)?;
    }

    /// On memory that only one thread uses, too: this is how a dependency is followed through
    /// values that are spilled and filled in parts.
    #[test]
    fn of_private_memory(
        stores in prop::collection::vec((place(), 3..20_u64), 1..8),
        load in place(),
        rules in weak_rules(),
    ) {
        let mut machine = Machine::new(rules);
        let shared = FIRST + 2 * PAGE_SIZE as u64;
        machine.insert_page(shared - shared % PAGE_SIZE as u64, [0; PAGE_SIZE]);
        assert_eq!((machine.add_thread(), machine.add_thread()), (WRITER, READER));
        // An unseen write, at 3: earlier views are not kept.
        machine.atomic(WRITER, store(shared, &[1], View::NONE), None, &mut Unseen);
        let (mut least, mut most) = ([0; LEN], [0; LEN / WORD]);
        for (place, after) in stores {
            let bytes = vec![1; place.len];
            machine.private_store(READER, store(place.addr(), &bytes, View::at(after)));
            least[place.bytes()].fill(after);
            for word in place.words() {
                let whole = place.at <= word * WORD && (word + 1) * WORD <= place.at + place.len;
                most[word] = if whole { after } else { after.max(most[word]) };
            }
        }
        let (addr, len) = (load.addr(), load.len);
        let view = machine.private_load(
            READER,
            Load { addr, len, address: View::NONE, no_result: false },
            false,
        );
        let least = load.bytes().map(|byte| least[byte]).max().unwrap_or(0);
        let most = load.words().map(|word| most[word]).max().unwrap_or(0);
        prop_assert!(view.includes(least), "{view:?} is before {least}");
        prop_assert!(view <= View::at(most), "{view:?} is after {most}");
    }
}
