//! Sample stories and a sample page, written by hand after real code: for tests, and to look at.

mod build;
mod page;

pub use page::page;

use build::{barrier, cure, edge, line, load, place, store, thread, visible};

use crate::{Checked, Reordering, Shrunk, Story, VERSION};

const TOO_LATE: &str = "too late: it stands after the store that it should precede";

/// MP: the ring's tail is stored Relaxed, and the write barrier stands after it, too late.
#[must_use]
pub fn message_passing() -> Story {
    let slot = "crates/aio-ring/src/layout.rs";
    let tail = "crates/aio-ring-buggy/src/barrier_only.rs";
    let producer = "aio_ring::producer::Producer<O>::complete";
    let consumer = "aio_ring::consumer::Consumer<O>::read_evt";
    let event = "ring.event[3].data";
    Story {
        version: VERSION,
        program: "target/overtake/guests/aarch64/aio-ring-race --variant barrier-only".into(),
        target: "aarch64".into(),
        seed: 7,
        failure: "exit status 1".into(),
        again: "overtake run --seed 7 -- target/overtake/guests/aarch64/aio-ring-race \
            --variant barrier-only"
            .into(),
        shrunk: Shrunk {
            delays_before: 311,
            delays: 1,
            turns_before: 4096,
            turns: 5,
            runs: 23,
            other: false,
        },
        shape: "MP".into(),
        interleaving: None,
        threads: vec![
            thread(1, "thread 1 (producer)"),
            thread(2, "thread 2 (consumer)"),
        ],
        steps: vec![
            store(0, event, "4", Some(5)).at(place(0x0021_1a48, "str x9, [x8]")
                .within(producer)
                .on(line(
                    slot,
                    73,
                    "self.data.store(event.data, Ordering::Relaxed);",
                ))),
            store(0, "ring.tail", "4", None).at(place(0x0021_1a60, "str w11, [x8, #0xc]")
                .within(producer)
                .on(line(tail, 27, "tail.store(value, Ordering::Relaxed);"))),
            load(1, "ring.tail", "4", None).at(place(0x0021_1b04, "ldar w10, [x9]")
                .within(consumer)
                .on(line(
                    "crates/aio-ring/src/orderings.rs",
                    78,
                    "tail.load(Ordering::Acquire)",
                ))),
            load(1, event, "0", Some("4")).at(place(0x0021_1b2c, "ldr x11, [x10]")
                .within(consumer)
                .on(line(slot, 86, "data: self.data.load(Ordering::Relaxed),"))),
            barrier(0, Some(TOO_LATE)).at(place(0x0021_1a64, "dmb ishst")
                .within(producer)
                .on(line(tail, 29, "wmb();"))),
            visible(0, 0, event, "4"),
        ],
        edges: vec![
            edge(
                "po",
                0,
                1,
                "thread 1's store of ring.tail overtook its store of \
                 ring.event[3].data",
            )
            .reordered(Reordering::StoreAfterStore),
            edge(
                "rf",
                1,
                2,
                "thread 2's load of ring.tail read what thread 1 stored",
            ),
            edge(
                "po",
                2,
                3,
                "thread 2 loaded ring.tail, then ring.event[3].data",
            ),
            edge(
                "fr",
                3,
                0,
                "thread 2's load of ring.event[3].data read what was there before thread 1's \
                 store",
            ),
        ],
        cures: vec![
            cure(
                0,
                1,
                "stlr",
                Some("Ordering::Release on this store"),
                Checked::Cures { seeds: 100 },
            ),
            cure(0, 1, "dmb ishst", None, Checked::Cures { seeds: 100 }),
            cure(
                2,
                3,
                "dmb ishld",
                Some("fence(Ordering::Acquire) before this load"),
                Checked::Fails,
            ),
        ],
        notes: vec![
            "A write barrier stands after the store of ring.tail; before it, it would order the \
             two stores."
                .into(),
        ],
        unfinished: None,
        phases: Vec::new(),
    }
}

/// SB: two threads that each announce themselves and then look for the other one; a program
/// without line numbers.
#[must_use]
pub fn store_buffering() -> Story {
    Story {
        version: VERSION,
        program: "./dekker".into(),
        target: "x86_64".into(),
        seed: 12,
        failure: "signal 6 (SIGABRT)".into(),
        again: "overtake run --seed 12 -- ./dekker".into(),
        shrunk: Shrunk {
            delays_before: 9,
            delays: 2,
            turns_before: 57,
            turns: 4,
            runs: 1,
            other: false,
        },
        shape: "SB".into(),
        interleaving: None,
        threads: vec![thread(0, "thread 0"), thread(1, "thread 1")],
        steps: vec![
            store(0, "0x4c0010", "1", Some(4))
                .at(place(0x0040_1176, "mov dword ptr [rip + 0xbee90], 1")),
            load(0, "0x4c0050", "0", None)
                .at(place(0x0040_1180, "mov eax, dword ptr [rip + 0xbeeca]")),
            store(1, "0x4c0050", "1", Some(5))
                .at(place(0x0040_11b2, "mov dword ptr [rip + 0xbee94], 1")),
            load(1, "0x4c0010", "0", Some("1"))
                .at(place(0x0040_11bc, "mov eax, dword ptr [rip + 0xbee4e]")),
            visible(0, 0, "0x4c0010", "1"),
            visible(1, 2, "0x4c0050", "1"),
        ],
        edges: vec![
            edge(
                "po",
                0,
                1,
                "thread 0's load of 0x4c0050 overtook its store of 0x4c0010",
            )
            .reordered(Reordering::StoreAfterLoad),
            edge(
                "fr",
                1,
                2,
                "thread 0's load of 0x4c0050 read what was there before thread 1's store",
            ),
            edge(
                "po",
                2,
                3,
                "thread 1's load of 0x4c0010 overtook its store of 0x4c0050",
            )
            .reordered(Reordering::StoreAfterLoad),
            edge(
                "fr",
                3,
                0,
                "thread 1's load of 0x4c0010 read what was there before thread 0's store",
            ),
        ],
        cures: vec![cure(
            0,
            1,
            "mfence",
            Some("fence(Ordering::SeqCst) before this load"),
            Checked::CuresThisRun {
                failed: 3,
                seeds: 100,
            },
        )],
        notes: vec![
            "./dekker has no line numbers: build it with debug information to see them.".into(),
        ],
        unfinished: None,
        phases: Vec::new(),
    }
}

/// WRC: three threads, the last of which sees the second one's store but not the first one's.
#[must_use]
pub fn three_threads() -> Story {
    Story {
        version: VERSION,
        program: "./wrc".into(),
        target: "ppc64le".into(),
        seed: 3,
        failure: "panicked at src/wrc.rs:40:9".into(),
        again: "overtake run --seed 3 -- ./wrc".into(),
        shrunk: Shrunk {
            delays_before: 40,
            delays: 1,
            turns_before: 90,
            turns: 5,
            runs: 17,
            other: false,
        },
        shape: "WRC".into(),
        interleaving: None,
        threads: vec![
            thread(0, "thread 0"),
            thread(1, "thread 1"),
            thread(2, "thread 2"),
        ],
        steps: vec![
            store(0, "x", "1", None).at(place(0x1000_0a10, "stw r4, 0(r3)").on(line(
                "src/wrc.rs",
                12,
                "X.store(1, Relaxed);",
            ))),
            load(1, "x", "1", None).at(place(0x1000_0a40, "lwz r5, 0(r3)").on(line(
                "src/wrc.rs",
                19,
                "while X.load(Relaxed) == 0 {}",
            ))),
            store(1, "y", "1", None).at(place(0x1000_0a4c, "stw r4, 0(r6)").on(line(
                "src/wrc.rs",
                20,
                "Y.store(1, Release);",
            ))),
            load(2, "y", "1", None).at(place(0x1000_0a80, "lwz r5, 0(r6)").on(line(
                "src/wrc.rs",
                27,
                "while Y.load(Relaxed) == 0 {}",
            ))),
            load(2, "x", "0", Some("1")).at(place(0x1000_0a8c, "lwz r7, 0(r3)").on(line(
                "src/wrc.rs",
                28,
                "let seen = X.load(Relaxed);",
            ))),
        ],
        edges: vec![
            edge("rf", 0, 1, "thread 1's load of x read what thread 0 stored"),
            edge("po", 1, 2, "thread 1 loaded x, then stored y"),
            edge("rf", 2, 3, "thread 2's load of y read what thread 1 stored"),
            edge(
                "po",
                3,
                4,
                "thread 2's load of x returned a stale value, after its load of y",
            )
            .reordered(Reordering::StaleLoad),
            edge(
                "fr",
                4,
                0,
                "thread 2's load of x read what was there before thread 0's store",
            ),
        ],
        cures: vec![cure(
            3,
            3,
            "lwsync",
            Some("Ordering::Acquire on this load"),
            Checked::Cures { seeds: 0 },
        )],
        notes: Vec::new(),
        unfinished: None,
        phases: Vec::new(),
    }
}
