//! Accesses of 16 bytes, as one single-copy atomic access (`o0`) or, on CPUs that do not promise that, as two
//! of 8 bytes by one instruction (`p0`), against accesses to parts of the same bytes.
//!
//! - `Wide-CoRR`: one processor writes all bytes, the other reads two parts.
//! - `Wide-CoWR`: as that, but the other writes the first part.
//! - `Wide-Parts`: one processor writes two parts, the other reads all bytes.
//! - `Wide-SB.parts`: each processor writes a half, then reads all bytes.
//! - `Wide-MP`, `Wide-SB`: the classic shapes, in which such an access stands for one of a word.

use super::atomic::full_fence;
use super::draft::{X, Y};
use super::link::Link;
use super::shape::{Part, Side, fits, test};
use crate::{Access, Arch, Dependency, Error, Step, Test};

/// How an instruction accesses 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    One,
    Two,
}

/// A part of a location: its size and offset in bytes.
type Bytes = (u8, u8);

const ALL: Bytes = (16, 0);
const Q0: Bytes = (8, 0);
const Q8: Bytes = (8, 8);
const W0: Bytes = (4, 0);
const W4: Bytes = (4, 4);
const W8: Bytes = (4, 8);
const W12: Bytes = (4, 12);

impl Form {
    fn name(self, (size, offset): Bytes) -> String {
        let letter = match (size, self) {
            (4, _) => 'w',
            (8, _) => 'q',
            (_, Form::One) => 'o',
            (_, Form::Two) => 'p',
        };
        format!("{letter}{offset}")
    }

    fn read(self, location: usize, bytes: Bytes, reads: u64) -> Part {
        let access = Access::read(location);
        Part {
            steps: self.steps(access, bytes),
            reads,
        }
    }

    fn write(self, location: usize, bytes: Bytes, value: u64) -> Part {
        let mut access = Access::write(location, value);
        access.upper_value = if bytes == ALL { value } else { 0 };
        Part {
            steps: self.steps(access, bytes),
            reads: 0,
        }
    }

    fn steps(self, access: Access, (size, offset): Bytes) -> Vec<Step> {
        let accesses = match (size, self) {
            (16, Form::One) => vec![access.wide(access.upper_value)],
            (16, Form::Two) => {
                let mut half = access.sized(8, 0);
                half.upper_value = 0;
                vec![half.with_next(), half.sized(8, 8)]
            }
            _ => vec![access.sized(size, offset)],
        };
        accesses.into_iter().map(Step::Access).collect()
    }
}

/// A number in both words of a half.
const fn doubled(number: u64) -> u64 {
    number << 32 | number
}

/// What a processor does that does only this.
fn alone(part: Part) -> Side {
    let nothing = Part {
        steps: Vec::new(),
        reads: 0,
    };
    (part, Link::Po, nothing)
}

/// The tests of an architecture. RISC-V has no such access without "Zama16b".
pub(super) fn tests(arch: Arch) -> Result<Vec<Test>, Error> {
    let forms: &[Form] = match arch {
        Arch::AArch64 | Arch::X86_64 => &[Form::One, Form::Two],
        // `lq` and `stq` are always one access.
        Arch::Ppc64le => &[Form::One],
        Arch::Riscv64 => &[],
    };
    let mut tests = Vec::new();
    for form in forms {
        tests.extend(of_one_location(arch, *form)?);
        tests.extend(of_two_locations(arch, *form)?);
    }
    Ok(tests)
}

/// Fences that order less than all.
fn weak(arch: Arch) -> impl Iterator<Item = Link> {
    let tokens: &[&str] = match arch {
        Arch::AArch64 => &["dmb.ld", "dmb.st"],
        Arch::Ppc64le => &["lwsync"],
        Arch::Riscv64 | Arch::X86_64 => &[],
    };
    tokens
        .iter()
        .filter_map(move |token| Link::fence(arch, token))
}

fn of_one_location(arch: Arch, form: Form) -> Result<Vec<Test>, Error> {
    let full = full_fence(arch);
    let parts = [ALL, Q0, Q8, W4, W12];
    let mut tests = Vec::new();
    let mut add = |name: String, first: Side, second: Side| {
        tests.push(test(arch, &name, [first, second], &[])?);
        Ok::<(), Error>(())
    };
    let written = || alone(form.write(X, ALL, doubled(1)));
    for first in parts {
        for second in parts {
            let names = format!(
                "{}{}{}",
                form.name(ALL),
                form.name(first),
                form.name(second)
            );
            let reads = if first.0 == 4 { 1 } else { doubled(1) };
            for link in [Link::Po, full] {
                let loads = (form.read(X, first, reads), link, form.read(X, second, 0));
                let name = format!("Wide-CoRR.{names}+{}", link.token(arch));
                add(name, written(), loads)?;
            }
            let own = form.write(X, first, if first == ALL { doubled(2) } else { 2 });
            let own = (own, Link::Po, form.read(X, second, 0));
            add(format!("Wide-CoWR.{names}"), written(), own)?;
        }
    }
    for (one, other) in [(Q0, Q8), (Q8, Q0), (W4, Q8), (W12, W0), (W0, W8)] {
        let names = format!("{}{}{}", form.name(one), form.name(other), form.name(ALL));
        for link in [Link::Po, full].into_iter().chain(weak(arch)) {
            let stores = || (form.write(X, one, 1), link, form.write(X, other, 1));
            let name = format!("Wide-Parts.{names}+{}", link.token(arch));
            add(name, stores(), alone(form.read(X, ALL, 1)))?;
            let twice = (form.read(X, ALL, 1), Link::Po, form.read(X, ALL, 1));
            let name = format!("Wide-Parts.{names}{}+{}", form.name(ALL), link.token(arch));
            add(name, stores(), twice)?;
        }
        for link in [Link::Po, full] {
            let side = |part| (form.write(X, part, 1), link, form.read(X, ALL, 1));
            let name = format!("Wide-SB.parts.{names}+{}", link.token(arch));
            add(name, side(one), side(other))?;
        }
    }
    Ok(tests)
}

/// MP in which the data or the flag has 16 bytes, and SB in which both have.
fn of_two_locations(arch: Arch, form: Form) -> Result<Vec<Test>, Error> {
    let full = full_fence(arch);
    let word: Bytes = (4, 0);
    let dependencies = Dependency::all(arch).iter().map(|(_, one)| *one);
    let links: Vec<Link> = [Link::Po, full]
        .into_iter()
        .chain(weak(arch))
        .chain(dependencies.map(Link::Depends))
        .collect();
    let value = |bytes: Bytes, number| {
        if bytes == ALL {
            doubled(number)
        } else {
            number
        }
    };
    let mut tests = Vec::new();
    for (data, flag) in [(ALL, word), (word, ALL)] {
        let sent = |link| {
            let data = form.write(X, data, value(data, 1));
            (data, link, form.write(Y, flag, value(flag, 1)))
        };
        let received = |link| {
            let flag = form.read(Y, flag, value(flag, 1));
            (flag, link, form.read(X, data, 0))
        };
        for link in &links {
            for (left, right) in [(full, *link), (*link, full)] {
                let sides = [sent(left), received(right)];
                if sides.iter().all(fits) {
                    let names = format!("{}{}", form.name(data), form.name(flag));
                    let tokens = format!("{}+{}", left.token(arch), right.token(arch));
                    let name = format!("Wide-MP.{names}+{tokens}");
                    if !tests.iter().any(|test: &Test| test.name == name) {
                        tests.push(test(arch, &name, sides, &[])?);
                    }
                }
            }
        }
    }
    for link in [Link::Po, full].into_iter().chain(weak(arch)) {
        let side = |mine, other, link| {
            let own = form.write(mine, ALL, doubled(1));
            (own, link, form.read(other, ALL, 0))
        };
        let names = format!("{}{}", form.name(ALL), form.name(ALL));
        let name = format!("Wide-SB.{names}+{}+{}", link.token(arch), full.token(arch));
        let sides = [side(X, Y, link), side(Y, X, full)];
        tests.push(test(arch, &name, sides, &[])?);
    }
    Ok(tests)
}
