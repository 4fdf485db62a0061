//! A page with all that a page can have.

use super::{message_passing, store_buffering};
use crate::render::{Cell, Evidence, MachineCode, Page, Source, Table, Tone};

/// A page of two variants and two stories.
#[must_use]
pub fn page() -> Page {
    Page {
        title: "The AIO ring on weakly ordered machines".into(),
        lead: vec![
            "In July 2003 Ken Chen reported a race in Linux's AIO ring: the new tail became \
             visible before the event it announces, and the reader took a stale event."
                .into(),
            "plain is stock QEMU, weak the same QEMU with the plugin; of 10 seeds each.".into(),
        ],
        table: Some(table()),
        evidence: vec![release(), relaxed_tail()],
        stories: vec![message_passing(), store_buffering()],
        ..Page::default()
    }
}

fn table() -> Table {
    let targets = ["aarch64", "ppc64le", "riscv64", "x86_64"];
    let heads = targets
        .iter()
        .flat_map(|target| [format!("{target} plain"), format!("{target} weak")]);
    let rows = [
        ("release", ["0/10"; 4]),
        ("wmb", ["0/10"; 4]),
        (
            "relaxed-tail",
            ["10/10 (4055)", "10/10 (5142)", "10/10 (5236)", "0/10"],
        ),
        (
            "barrier-only",
            ["10/10 (2993)", "10/10 (2392)", "10/10 (2415)", "0/10"],
        ),
        (
            "relaxed-reader",
            ["10/10 (11048)", "10/10 (4266)", "10/10 (9218)", "0/10"],
        ),
    ];
    let row = |(name, weak): (&str, [&str; 4])| {
        let cells = weak.iter().flat_map(|&weak| {
            let tone = if weak == "0/10" {
                Tone::Good
            } else {
                Tone::Bad
            };
            [Cell::new("0/10", Tone::Plain), Cell::new(weak, tone)]
        });
        [Cell::from(name)].into_iter().chain(cells).collect()
    };
    Table {
        caption: "Seeds with stale events, of 10, and in brackets how many events were stale"
            .into(),
        head: ["variant".to_owned()].into_iter().chain(heads).collect(),
        rows: rows.into_iter().map(row).collect(),
    }
}

fn code(target: &str, lines: &[&str]) -> MachineCode {
    MachineCode {
        target: target.into(),
        assembly: lines.join("\n"),
    }
}

fn reader() -> Source {
    Source {
        at: "crates/aio-ring/src/orderings.rs:78".into(),
        code: "tail.load(Ordering::Acquire)".into(),
        why: "Acquire: orders the tail load before the event loads. Pairs with store_tail.".into(),
    }
}

fn verdicts(rows: &[(&str, &str, bool)]) -> Table {
    let row = |&(target, test, allowed): &(&str, &str, bool)| {
        let verdict = if allowed {
            Cell::new("allowed", Tone::Bad)
        } else {
            Cell::new("forbidden", Tone::Good)
        };
        vec![target.into(), test.into(), verdict]
    };
    Table {
        caption: "Whether the axioms allow a stale read".into(),
        head: ["target", "litmus test", "stale read"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.iter().map(row).collect(),
    }
}

fn runs(rows: &[(&str, &str)]) -> Table {
    let row = |&(target, weak): &(&str, &str)| vec![target.into(), "0/10".into(), weak.into()];
    Table {
        caption: "Seeds with stale events".into(),
        head: ["target", "plain", "weak"].map(str::to_owned).to_vec(),
        rows: rows.iter().map(row).collect(),
    }
}

fn release() -> Evidence {
    Evidence {
        variant: "release".into(),
        summary: "Release stores and Acquire loads".into(),
        source: vec![
            Source {
                at: "crates/aio-ring/src/orderings.rs:69".into(),
                code: "tail.store(value, Ordering::Release);".into(),
                why: "Release: orders the event stores before the tail store. Pairs with \
                      load_tail."
                    .into(),
            },
            reader(),
        ],
        machine_code: vec![
            code(
                "aarch64",
                &[
                    "str     x13, [x8, #0x18]",
                    "add     x8, x8, #0xc",
                    "stlr    w11, [x8]",
                ],
            ),
            code(
                "ppc64le",
                &["std     r10, 24(r5)", "lwsync", "stw     r6, 12(r4)"],
            ),
            code(
                "riscv64",
                &[
                    "sd      a6, 0x18(a2)",
                    "fence   rw, w",
                    "c.sw    a1, 0xc(a2)",
                ],
            ),
            code(
                "x86_64",
                &[
                    "mov     qword ptr [rdx + 0x18], r9",
                    "mov     dword ptr [rcx + 0xc], eax",
                ],
            ),
        ],
        verdict: verdicts(&[("aarch64", "MP+popl+poap", false), ("x86_64", "MP", false)]),
        run: runs(&[("aarch64", "0/10"), ("x86_64", "0/10")]),
    }
}

fn relaxed_tail() -> Evidence {
    Evidence {
        variant: "relaxed-tail".into(),
        summary: "the tail store is Relaxed".into(),
        source: vec![
            Source {
                at: "crates/aio-ring-buggy/src/relaxed_tail.rs:27".into(),
                code: "tail.store(value, Ordering::Relaxed);".into(),
                why: "Relaxed: nothing orders the event stores before it. \
                      load_tail has nobody to pair with."
                    .into(),
            },
            reader(),
        ],
        machine_code: vec![
            code(
                "aarch64",
                &[
                    "str     x13, [x8, #0x18]",
                    "ldr     x8, [x0]",
                    "str     w11, [x8, #0xc]",
                ],
            ),
            code(
                "riscv64",
                &[
                    "sd      a6, 0x18(a2)",
                    "c.ld    a2, 0(a0)",
                    "c.sw    a1, 0xc(a2)",
                ],
            ),
        ],
        verdict: verdicts(&[("aarch64", "MP+po+poap", true), ("x86_64", "MP", false)]),
        run: runs(&[("aarch64", "10/10 (4055)"), ("x86_64", "0/10")]),
    }
}
