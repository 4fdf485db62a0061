//! Merges the results of several matrices into one, if they fit each other.

use std::fmt;
use std::path::Path;

use aio_ring_buggy::Variant;
use arch::Arch;

use crate::cell::{Cell, Emulated};
use crate::error::Error;
use crate::request::Request;
use crate::row::Row;
use crate::seeds::Seeds;

/// A row, and the file that it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The file.
    pub file: &'a Path,
    /// The row.
    pub row: Row,
}

/// Merges all parts into the matrix that `overtake matrix` would give for all of their seeds.
///
/// `wanted` are the seeds that the parts must contain; by default all from the first to the last one found.
/// Every combination of the targets, variants and emulations that occur must contain them.
pub fn merged(parts: &[Part], wanted: Option<Seeds>) -> Result<(Request, Vec<Row>), Error> {
    go_together(parts)?;
    let first = &parts.first().expect("each file has a row").row;
    let wanted = wanted.unwrap_or_else(|| {
        let spans = parts.iter().map(|part| Seeds::of(&part.row));
        spans
            .reduce(|all, one| Seeds {
                from: all.from.min(one.from),
                to: all.to.max(one.to),
            })
            .expect("as above")
    });
    let has = |is: &dyn Fn(&Row) -> bool| parts.iter().any(|part| is(&part.row));
    let request = Request {
        targets: chosen(&Arch::ALL, |one| has(&|row| row.target == one)),
        variants: chosen(Variant::ALL, |one| has(&|row| row.variant == one)),
        emulations: chosen(&Emulated::ALL, |one| has(&|row| row.emulated == one)),
        // All seeds of the range are present, so neither number is too large.
        seeds: u64::try_from(wanted.to - wanted.from).unwrap_or(u64::MAX),
        from_seed: u64::try_from(wanted.from).unwrap_or(u64::MAX),
        events: first.events,
        slots: first.slots,
        strategy: first.strategy,
    };

    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for cell in request.cells() {
        let mut of_cell: Vec<_> = parts
            .iter()
            .filter(|part| part.row.cell() == cell)
            .copied()
            .collect();
        of_cell.sort_by_key(|part| part.row.from_seed);
        no_seed_twice(cell, &of_cell)?;
        no_other_seed(cell, &of_cell, wanted)?;
        let gaps = gaps(&of_cell, wanted);
        missing.extend(gaps.iter().map(|seeds| format!("{cell}: {seeds}")));
        rows.extend(sum(&of_cell));
    }
    if missing.is_empty() {
        Ok((request, rows))
    } else {
        Err(Error::SeedsMissing { missing })
    }
}

fn chosen<T: Copy>(all: &[T], is_there: impl Fn(T) -> bool) -> Vec<T> {
    all.iter().copied().filter(|one| is_there(*one)).collect()
}

/// Refuses results of different builds, and of runs with different options.
fn go_together(parts: &[Part]) -> Result<(), Error> {
    same(parts, "the number of events", |row| Some(row.events))?;
    same(parts, "the number of slots", |row| Some(row.slots))?;
    same(parts, "the strategy", |row| Some(row.strategy.name()))?;
    for target in Arch::ALL {
        // Each QEMU has the plugin that it can load.
        same(parts, &format!("the plugin for {target}"), |row| {
            row.build.plugin.filter(|_| row.target == target)
        })?;
        same(parts, &format!("the guest for {target}"), |row| {
            (row.target == target).then_some(row.build.guest)
        })?;
    }
    Ok(())
}

/// Refuses parts that differ in one property.
fn same<T: PartialEq + fmt::Display>(
    parts: &[Part],
    what: &str,
    of: impl Fn(&Row) -> Option<T>,
) -> Result<(), Error> {
    let mut values = parts
        .iter()
        .filter_map(|part| Some((part.file, of(&part.row)?)));
    let Some((file, value)) = values.next() else {
        return Ok(());
    };
    match values.find(|(_, other)| *other != value) {
        None => Ok(()),
        // The first digits of a digest are enough.
        Some((other_file, other)) => Err(Error::ResultsDiffer {
            message: format!(
                "{what} is {value:.12} in `{}` and {other:.12} in `{}`: merge results of one \
                 build, made with the same options",
                file.display(),
                other_file.display()
            ),
        }),
    }
}

/// Refuses a seed that two parts contain; the parts are sorted.
fn no_seed_twice(cell: Cell, parts: &[Part]) -> Result<(), Error> {
    for pair in parts.windows(2) {
        let [one, other] = [pair[0], pair[1]];
        let [before, after] = [one, other].map(|part| Seeds::of(&part.row));
        if after.from < before.to {
            let twice = Seeds {
                from: after.from,
                to: after.to.min(before.to),
            };
            return Err(Error::ResultsDiffer {
                message: format!(
                    "{cell}: `{}` and `{}` both contain {twice}: omit one of them",
                    one.file.display(),
                    other.file.display()
                ),
            });
        }
    }
    Ok(())
}

/// Refuses seeds outside of the wanted ones.
fn no_other_seed(cell: Cell, parts: &[Part], wanted: Seeds) -> Result<(), Error> {
    let other = parts.iter().find(|part| {
        let seeds = Seeds::of(&part.row);
        seeds.from < wanted.from || seeds.to > wanted.to
    });
    match other {
        None => Ok(()),
        Some(part) => Err(Error::ResultsDiffer {
            message: format!(
                "{cell}: `{}` has {}, but only {wanted} are to be merged: omit it, or change --seeds and \
                 --first-seed",
                part.file.display(),
                Seeds::of(&part.row)
            ),
        }),
    }
}

/// The seeds among the wanted ones that no part has; the parts are sorted.
fn gaps(parts: &[Part], wanted: Seeds) -> Vec<Seeds> {
    let mut gaps = Vec::new();
    let mut next = wanted.from;
    for part in parts {
        let seeds = Seeds::of(&part.row);
        if next < seeds.from {
            gaps.push(Seeds {
                from: next,
                to: seeds.from,
            });
        }
        next = seeds.to;
    }
    if next < wanted.to {
        gaps.push(Seeds {
            from: next,
            to: wanted.to,
        });
    }
    gaps
}

/// Sums the parts of a cell; they are sorted.
fn sum(parts: &[Part]) -> Option<Row> {
    parts.iter().map(|part| part.row).reduce(|all, one| Row {
        seeds: all.seeds.saturating_add(one.seeds),
        exposed_seeds: all.exposed_seeds.saturating_add(one.exposed_seeds),
        stale_events: all.stale_events.saturating_add(one.stale_events),
        first_seed: all.first_seed.or(one.first_seed),
        ..all
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::example;
    use emulator::strategy::Strategy;

    const FILES: [&str; 3] = ["a", "b", "c"];

    /// A part with these seeds, of which one gave a stale event if `exposed` says which.
    fn part(file: usize, from_seed: u64, seeds: u64, exposed: Option<u64>) -> Part<'static> {
        let count = u64::from(exposed.is_some());
        let row = Row {
            from_seed,
            seeds,
            first_seed: exposed,
            stale_events: 3 * count,
            ..example(Arch::AArch64, Variant::RelaxedTail, Emulated::Weak, count)
        };
        assert_eq!(row.flaw(), None);
        let file = Path::new(FILES[file]);
        Part { file, row }
    }

    fn refusal(parts: &[Part], wanted: Option<Seeds>) -> String {
        merged(parts, wanted).unwrap_err().to_string()
    }

    #[test]
    fn parts_in_any_order_merge_into_one_row() {
        let parts = [
            part(0, 21, 10, Some(25)),
            part(1, 1, 10, None),
            part(2, 11, 10, Some(12)),
        ];
        for wanted in [None, Some(Seeds::new(1, 30))] {
            let (request, rows) = merged(&parts, wanted).unwrap();
            assert_eq!((request.from_seed, request.seeds), (1, 30));
            assert_eq!(request.cells().len(), 1);
            let [row] = rows[..] else { panic!("{rows:?}") };
            assert_eq!((row.from_seed, row.seeds), (1, 30));
            assert_eq!((row.exposed_seeds, row.stale_events), (2, 6));
            assert_eq!(row.first_seed, Some(12));
        }
    }

    #[test]
    fn gaps_are_named() {
        let parts = [part(0, 2, 3, None), part(1, 6, 2, None)];
        let of = |seeds: &str| {
            format!(
                "seeds are missing: aarch64, relaxed-tail, weak: {seeds}: run them, and merge again"
            )
        };
        assert_eq!(refusal(&parts, None), of("seed 5"));
        let message = refusal(&parts, Some(Seeds::new(1, 10)));
        for missing in ["seed 1;", "seed 5;", "seeds 8 to 10:"] {
            assert!(message.contains(missing), "{message}");
        }
    }

    /// Every combination of what occurs must be there.
    #[test]
    fn a_missing_cell_is_named() {
        let mut parts = [part(0, 1, 5, None), part(1, 1, 5, None)];
        parts[1].row.target = Arch::Ppc64le;
        parts[1].row.variant = Variant::BarrierOnly;
        assert_eq!(
            refusal(&parts, None),
            "seeds are missing: ppc64le, relaxed-tail, weak: seeds 1 to 5; aarch64, barrier-only, \
             weak: seeds 1 to 5: run them, and merge again"
        );
    }

    #[test]
    fn duplicate_seeds_are_refused() {
        let parts = [part(0, 1, 10, None), part(1, 8, 10, None)];
        assert_eq!(
            refusal(&parts, None),
            "cannot merge these results: aarch64, relaxed-tail, weak: `a` and `b` both contain seeds 8 to \
             10: omit one of them"
        );
        let within = [part(0, 1, 10, None), part(1, 3, 1, None)];
        assert!(refusal(&within, None).contains("both contain seed 3:"));
    }

    #[test]
    fn unwanted_seeds_are_refused() {
        let parts = [part(0, 1, 10, None), part(1, 11, 5, None)];
        let message = refusal(&parts, Some(Seeds::new(1, 10)));
        assert!(message.contains("`b` has seeds 11 to 15"), "{message}");
    }

    #[test]
    fn the_last_seed_of_all_can_be_merged() {
        let parts = [
            part(0, u64::MAX, 1, None),
            part(1, u64::MAX - 4, 4, Some(u64::MAX - 2)),
        ];
        let (request, rows) = merged(&parts, None).unwrap();
        assert_eq!((request.from_seed, request.seeds), (u64::MAX - 4, 5));
        assert_eq!(rows[0].seeds, 5);
    }

    #[test]
    fn builds_and_options_must_agree() {
        let one = part(0, 1, 5, None);
        let other = |change: fn(&mut Row)| {
            let mut other = part(1, 6, 5, None);
            change(&mut other.row);
            refusal(&[one, other], None)
        };
        for (message, what) in [
            (other(|row| row.events = 7), "number of events is 2000"),
            (other(|row| row.slots = 7), "the number of slots is 8"),
            (
                other(|row| row.strategy = Strategy::Pct),
                "the strategy is uniform in `a` and pct in `b`",
            ),
            (
                other(|row| row.build.plugin = Some(row.build.guest)),
                "the plugin for aarch64 is 222222222222 in `a` and 111111111111 in `b`",
            ),
            (
                other(|row| row.build.guest = row.build.plugin.unwrap()),
                "the guest for aarch64 is 111111111111",
            ),
        ] {
            assert!(message.contains(what), "{message}");
        }
        // Plain QEMU has no plugin, and other targets have other guests.
        let mut plain = part(1, 1, 5, None);
        plain.row.emulated = Emulated::Plain;
        plain.row.build.plugin = None;
        assert!(merged(&[one, plain], None).is_ok());
    }
}
