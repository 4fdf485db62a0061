//! Atomic instructions and exclusives in the classic shapes: each of them first or second on its
//! processor, with each dependency and fence on its other side (`Amo-…`).
//!
//! `Amo-MP+dmb.sy+swp.a-addr`: the reader of MP begins with an acquiring swap, and the address of its
//! second access depends on the result. After the instruction's name, `fail` marks a
//! compare-and-swap whose comparison fails in the wanted outcome, `noret` one without a result.

use super::draft::{ACQUIRE, BOTH, Bits, RELAXED, RELEASE, X, Y};
use super::link::Link;
use super::shape::{Part, fits, test};
use crate::{Access, Arch, Dependency, Error, Operation, Status, Step, Test, Value};

/// An atomic instruction, or a load-reserved with its store-conditional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Exchange,
    Add,
    Compare,
    /// A compare-and-swap whose comparison fails.
    CompareFails,
    Pair,
}

/// An atomic instruction: what it does, whether it has a result, and its annotation.
struct Form {
    name: String,
    kind: Kind,
    has_result: bool,
    bits: Bits,
    /// Whether it has no annotation.
    is_plain: bool,
}

/// The forms of an architecture; of some there is no instruction.
fn forms(arch: Arch) -> Vec<Form> {
    let mut forms = Vec::new();
    for (kind_name, kind) in kinds(arch) {
        for (has_result, result) in [(true, ""), (false, ".noret")] {
            for (order, bits) in annotations(arch) {
                forms.push(Form {
                    name: format!("{kind_name}{result}{order}"),
                    kind: *kind,
                    has_result,
                    bits: *bits,
                    is_plain: order.is_empty(),
                });
            }
        }
    }
    forms
}

/// The kinds of an architecture with their names.
const fn kinds(arch: Arch) -> &'static [(&'static str, Kind)] {
    match arch {
        Arch::AArch64 => &[
            ("swp", Kind::Exchange),
            ("ldadd", Kind::Add),
            ("cas", Kind::Compare),
            ("cas.fail", Kind::CompareFails),
            ("ldxr", Kind::Pair),
        ],
        Arch::Riscv64 => &[
            ("amoswap", Kind::Exchange),
            ("amoadd", Kind::Add),
            ("lr", Kind::Pair),
        ],
        Arch::Ppc64le => &[("lwarx", Kind::Pair)],
        Arch::X86_64 => &[("xchg", Kind::Exchange), ("xadd", Kind::Add)],
    }
}

/// A fence that orders everything, and its name.
pub(super) fn full_fence(arch: Arch) -> Link {
    let token = match arch {
        Arch::AArch64 => "dmb.sy",
        Arch::Ppc64le => "sync",
        Arch::Riscv64 => "fence.rw.rw",
        Arch::X86_64 => "mfence",
    };
    Link::fence(arch, token).unwrap_or(Link::Po)
}

/// The annotations of an architecture with their names, the plain one first.
const fn annotations(arch: Arch) -> &'static [(&'static str, Bits)] {
    match arch {
        Arch::AArch64 => &[
            ("", RELAXED),
            (".a", ACQUIRE),
            (".l", RELEASE),
            (".al", BOTH),
        ],
        Arch::Riscv64 => &[
            ("", RELAXED),
            (".aq", ACQUIRE),
            (".rl", RELEASE),
            (".aqrl", BOTH),
        ],
        Arch::Ppc64le | Arch::X86_64 => &[("", RELAXED)],
    }
}

/// What may be between such an access and another one.
fn links(arch: Arch) -> Vec<Link> {
    let fences: &[&str] = match arch {
        Arch::AArch64 => &["dmb.sy", "dmb.ld", "dmb.st"],
        Arch::Riscv64 => &["fence.rw.rw", "fence.r.r", "fence.w.w", "fence.tso"],
        Arch::Ppc64le => &["sync", "lwsync", "eieio"],
        Arch::X86_64 => &["mfence"],
    };
    let dependencies = Dependency::all(arch)
        .iter()
        .map(|(_, one)| Link::Depends(*one));
    let fences = fences.iter().filter_map(|token| Link::fence(arch, token));
    [Link::Po]
        .into_iter()
        .chain(dependencies)
        .chain(fences)
        .collect()
}

/// What stands for an access to a location: it reads one value and writes another. `None` if the
/// architecture has no such instruction.
fn part(arch: Arch, form: &Form, location: usize, (reads, writes): (u64, u64)) -> Option<Part> {
    let (kind, bits) = (form.kind, form.bits);
    // A compare-and-swap without a result expects 0.
    let can_discard = match kind {
        Kind::Exchange | Kind::Add => arch != Arch::X86_64,
        Kind::Compare => reads == 0,
        Kind::CompareFails | Kind::Pair => false,
    };
    if !form.has_result && !can_discard {
        return None;
    }
    let (operation, value) = match kind {
        Kind::Exchange => (Operation::Exchange, writes),
        Kind::Add => (Operation::Add, writes - reads),
        Kind::Compare => (Operation::CompareExchange(reads), writes),
        Kind::CompareFails => (Operation::CompareExchange(UNEXPECTED), writes),
        Kind::Pair => {
            let steps = pair(arch, bits, location, writes)
                .map(Step::Access)
                .to_vec();
            return Some(Part { steps, reads });
        }
    };
    let mut access = Access::new(operation, location, Value::Constant(value));
    access.discards = !form.has_result;
    let steps = vec![Step::Access(bits.on(access))];
    Some(Part { steps, reads })
}

/// A value that no location of these tests holds.
const UNEXPECTED: u64 = 7;

/// A load-reserved and its store-conditional.
fn pair(arch: Arch, bits: Bits, location: usize, value: u64) -> [Access; 2] {
    let says = match arch {
        Arch::Ppc64le => Status {
            success: 1,
            failure: 0,
        },
        _ => Status {
            success: 0,
            failure: 1,
        },
    };
    let [first, second] = bits.apart();
    let reserved = Access::new(Operation::ReadExclusive, location, Value::Constant(0));
    let operation = Operation::WriteExclusive(says);
    let conditional = Access::new(operation, location, Value::Constant(value));
    [first.on(reserved), second.on(conditional)]
}

/// Where such an access stands, and what the test asks about it.
struct Place {
    /// The name of the test, of which `@` is the tested processor's part and `fence` a full fence.
    name: &'static str,
    /// Whether the access is the first of its processor.
    first: bool,
    location: usize,
    /// What it reads and what it writes.
    values: (u64, u64),
    /// Whether it must write.
    must_write: bool,
    /// The other access of its processor.
    neighbour: Part,
    /// The accesses of the other processor, with a full fence between.
    other: [Part; 2],
    /// Whether the other processor is the first one.
    is_reader: bool,
    /// The wanted final values.
    memory: &'static [(usize, u64)],
}

fn places() -> Vec<Place> {
    let (read, write) = (Part::read, Part::write);
    let place = |name, first, location, values, neighbour, other, memory| Place {
        name,
        first,
        location,
        values,
        must_write: false,
        neighbour,
        other,
        is_reader: false,
        memory,
    };
    let after_message = |place: Place| Place {
        is_reader: true,
        ..place
    };
    let writing = |place: Place| Place {
        must_write: true,
        ..place
    };
    let message = || [write(X, 1), write(Y, 1)];
    vec![
        after_message(place(
            "MP+fence+@",
            true,
            Y,
            (1, 2),
            read(X, 0),
            message(),
            &[(Y, 2)],
        )),
        after_message(place(
            "S+fence+@",
            true,
            Y,
            (1, 2),
            write(X, 1),
            [write(X, 2), write(Y, 1)],
            &[(X, 2), (Y, 2)],
        )),
        writing(place(
            "SB+@+fence",
            true,
            X,
            (0, 1),
            read(Y, 0),
            [write(Y, 1), read(X, 0)],
            &[],
        )),
        writing(place(
            "R+@+fence",
            true,
            X,
            (0, 1),
            write(Y, 1),
            [write(Y, 2), read(X, 0)],
            &[(Y, 2)],
        )),
        after_message(place(
            "MP+fence+@",
            false,
            X,
            (0, 2),
            read(Y, 1),
            message(),
            &[(X, 1)],
        )),
        place(
            "SB+@+fence",
            false,
            Y,
            (0, 2),
            write(X, 1),
            [write(Y, 1), read(X, 0)],
            &[(Y, 1)],
        ),
        writing(place(
            "MP+@+fence",
            false,
            Y,
            (0, 1),
            write(X, 1),
            [read(Y, 1), read(X, 0)],
            &[],
        )),
        writing(place(
            "2+2W+@+fence",
            false,
            Y,
            (0, 2),
            write(X, 1),
            [write(Y, 1), write(X, 2)],
            &[(X, 1), (Y, 1)],
        )),
    ]
}

/// The tests of an architecture.
pub(super) fn tests(arch: Arch) -> Result<Vec<Test>, Error> {
    let mut tests = Vec::new();
    for place in places() {
        for form in forms(arch) {
            let writes = form.kind != Kind::CompareFails || !place.must_write;
            // An addition is as a swap: in half of the places it is enough to have one of them.
            let is_tested = form.kind != Kind::Add || place.first && form.is_plain;
            if writes && is_tested {
                tests.extend(of_form(arch, &place, &form)?);
            }
        }
    }
    Ok(tests)
}

/// The tests of a form in a place: all links of the plain form, and program order of the others.
fn of_form(arch: Arch, place: &Place, form: &Form) -> Result<Vec<Test>, Error> {
    let full = full_fence(arch);
    let mut tests = Vec::new();
    for link in links(arch) {
        let Some(part) = part(arch, form, place.location, place.values) else {
            continue;
        };
        let (link_name, neighbour) = (link.token(arch), place.neighbour.clone());
        let (side, name) = if place.first {
            let name = format!("{}-{link_name}", form.name);
            ((part, link, neighbour), name)
        } else {
            let name = format!("{link_name}-{}", form.name);
            ((neighbour, link, part), name)
        };
        if fits(&side) && (form.is_plain || link == Link::Po) {
            let [first, second] = place.other.clone();
            let other = (first, full, second);
            let sides = if place.is_reader {
                [other, side]
            } else {
                [side, other]
            };
            let name = place
                .name
                .replace("fence", &full.token(arch))
                .replace('@', &name);
            tests.push(test(arch, &format!("Amo-{name}"), sides, place.memory)?);
        }
    }
    Ok(tests)
}
