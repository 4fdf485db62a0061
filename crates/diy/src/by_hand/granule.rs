//! The classic shapes within one location, whose parts stand for two (`Mix-MP.w0w4+…`), and accesses that
//! overlap in part (`Mix-CoRR.w0h2b3`). A part is named as diy7 does: its size, b, h, w or q, and its offset.

use super::atomic::full_fence;
use super::draft::X;
use super::link::Link;
use super::shape::{Part, Side, fits, test};
use crate::{Access, Arch, Dependency, Error, Step, Test};

/// A part of a location: its size and offset in bytes.
type Bytes = (u8, u8);

const B0: Bytes = (1, 0);
const B1: Bytes = (1, 1);
const B3: Bytes = (1, 3);
const H0: Bytes = (2, 0);
const H2: Bytes = (2, 2);
const W0: Bytes = (4, 0);
const W4: Bytes = (4, 4);
const Q0: Bytes = (8, 0);

fn name((size, offset): Bytes) -> String {
    let letter = match size {
        1 => 'b',
        2 => 'h',
        4 => 'w',
        _ => 'q',
    };
    format!("{letter}{offset}")
}

fn read((size, offset): Bytes, reads: u64) -> Part {
    let access = Access::read(X).sized(size, offset);
    Part {
        steps: vec![Step::Access(access)],
        reads,
    }
}

fn write((size, offset): Bytes, value: u64) -> Part {
    let access = Access::write(X, value).sized(size, offset);
    Part {
        steps: vec![Step::Access(access)],
        reads: 0,
    }
}

/// A value of which each byte is this number.
fn bytes((size, _): Bytes, byte: u64) -> u64 {
    (0..size).fold(0, |value, _| value << 8 | byte)
}

/// The tests of an architecture.
pub(super) fn tests(arch: Arch) -> Result<Vec<Test>, Error> {
    let mut tests = Vec::new();
    for (one, other) in [(B0, B1), (H0, H2), (W0, W4), (W4, W0), (H2, B0)] {
        tests.extend(of_parts(arch, one, other)?);
    }
    for first in [B0, B3, H0, H2, W0] {
        for second in [B0, B3, H0, H2, W0, Q0] {
            let is_there = arch != Arch::X86_64 || second != Q0;
            if is_there && (first, second) != (W0, W0) {
                tests.extend(overlapping(arch, first, second)?);
            }
        }
    }
    Ok(tests)
}

/// The shapes with these two parts for locations.
fn of_parts(arch: Arch, one: Bytes, other: Bytes) -> Result<Vec<Test>, Error> {
    let full = full_fence(arch);
    let weak: &[&str] = match arch {
        Arch::AArch64 => &["dmb.ld", "dmb.st"],
        Arch::Riscv64 => &["fence.r.r", "fence.w.w"],
        Arch::Ppc64le => &["lwsync"],
        Arch::X86_64 => &[],
    };
    let weak = weak.iter().filter_map(|token| Link::fence(arch, token));
    let dependencies = Dependency::all(arch).iter().map(|(_, one)| *one);
    let links = [Link::Po, full].into_iter().chain(weak);
    let links: Vec<Link> = links.chain(dependencies.map(Link::Depends)).collect();
    let at = |part: Bytes, value: u64| value << (8 * part.1);
    let short = [one, other].iter().all(|(size, offset)| size + offset <= 4);
    let mut tests = Vec::new();
    let mut add = |shape: &str, first: Side, second: Side, memory: u64| {
        // What S, R and 2+2W ask about is not seen otherwise.
        let is_seen = short || matches!(shape, "MP" | "SB");
        if is_seen && fits(&first) && fits(&second) {
            let (left, right) = (first.1.token(arch), second.1.token(arch));
            let parts = format!("{}{}", name(one), name(other));
            let name = format!("Mix-{shape}.{parts}+{left}+{right}");
            let memory = [(X, memory)];
            // States show four bytes of a location.
            let shown: &[(usize, u64)] = if short { &memory } else { &[] };
            tests.push(test(arch, &name, [first, second], shown)?);
        }
        Ok::<(), Error>(())
    };
    for link in links {
        let message = |link| (write(one, 1), link, write(other, 1));
        let all = at(one, 1) | at(other, 1);
        add(
            "MP",
            message(full),
            (read(other, 1), link, read(one, 0)),
            all,
        )?;
        add(
            "MP",
            message(link),
            (read(other, 1), full, read(one, 0)),
            all,
        )?;
        add(
            "S",
            (write(one, 2), full, write(other, 1)),
            (read(other, 1), link, write(one, 1)),
            at(one, 2) | at(other, 1),
        )?;
        add(
            "SB",
            (write(one, 1), link, read(other, 0)),
            (write(other, 1), full, read(one, 0)),
            all,
        )?;
        add(
            "R",
            message(link),
            (write(other, 2), full, read(one, 0)),
            at(one, 1) | at(other, 2),
        )?;
        add(
            "R",
            message(full),
            (write(other, 2), link, read(one, 0)),
            at(one, 1) | at(other, 2),
        )?;
        add(
            "2+2W",
            (write(one, 1), link, write(other, 2)),
            (write(other, 1), full, write(one, 2)),
            at(one, 1) | at(other, 1),
        )?;
    }
    Ok(tests)
}

/// A word that another processor reads in two parts, of which the second is old; and a word that another
/// processor writes, beside a write of the first part and a read of the second.
fn overlapping(arch: Arch, first: Bytes, second: Bytes) -> Result<[Test; 2], Error> {
    let parts = format!("{}{}{}", name(W0), name(first), name(second));
    let nothing = Part {
        steps: Vec::new(),
        reads: 0,
    };
    let word = (write(W0, bytes(W0, 1)), Link::Po, nothing);
    let reads = (read(first, bytes(first, 1)), Link::Po, read(second, 0));
    let own = (write(first, bytes(first, 2)), Link::Po, read(second, 0));
    let memory = [(X, bytes(W0, 1))];
    // States show four bytes of a location.
    let shown: &[(usize, u64)] = if second == Q0 { &[] } else { &memory };
    Ok([
        test(
            arch,
            &format!("Mix-CoRR.{parts}"),
            [word.clone(), reads],
            &[],
        )?,
        test(arch, &format!("Mix-CoWR.{parts}"), [own, word], shown)?,
    ])
}
