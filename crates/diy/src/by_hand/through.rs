//! Dependencies that go through something else than general registers: through a choice (`Pick-…`), and
//! through flags, modes and status (`Imp-…`, implicit operands).
//!
//! `Pick-MP+dmb.sy+addr.csel`: the address of the reader's second access depends on the first one by way
//! of a conditional select.

use super::atomic::full_fence;
use super::draft::{X, Y};
use super::link::Link;
use super::shape::{Part, Side, fits, test};
use crate::{Access, Arch, Dependency, Error, Operation, Step, Test, Through, Value};

/// What a dependency may go through.
const fn all(arch: Arch) -> &'static [Through] {
    match arch {
        Arch::AArch64 => &[
            Through::Select,
            Through::ConditionalCompare,
            Through::Flags,
            Through::Carry,
            Through::RoundingMode,
        ],
        Arch::Riscv64 => &[Through::RoundingMode, Through::Status],
        Arch::Ppc64le => &[Through::Flags, Through::Carry],
        Arch::X86_64 => &[],
    }
}

/// The tests of an architecture.
pub(super) fn tests(arch: Arch) -> Result<Vec<Test>, Error> {
    let mut links = Vec::new();
    for through in all(arch) {
        for (_, dependency) in Dependency::all(arch) {
            links.push(Link::Through(*dependency, *through));
        }
    }
    let mut tests = Vec::new();
    for link in links {
        tests.extend(of_link(arch, link, Part::read(X, 0), Part::write(X, 1))?);
    }
    if arch == Arch::AArch64 {
        let compare = |value| {
            let operation = Operation::CompareExchange(0);
            let access = Access::new(operation, X, Value::Constant(value));
            let steps = vec![Step::Access(access)];
            Part { steps, reads: 0 }
        };
        tests.extend(of_link(arch, Link::Expected, compare(2), compare(1))?);
    }
    Ok(tests)
}

/// The first part of a name, two processors, and the wanted final values.
type Asked = (String, Side, Side, &'static [(usize, u64)]);

/// MP, S and LB in which this link is between the accesses of the second processor. The second of them is
/// `read` in MP, and `write` in the others.
fn of_link(arch: Arch, link: Link, read: Part, write: Part) -> Result<Vec<Test>, Error> {
    let full = full_fence(arch);
    let token = full.token(arch);
    let data = Link::Depends(Dependency::Data);
    let message = |value| (Part::write(X, value), full, Part::write(Y, 1));
    let buffering = (Part::read(X, 1), data, Part::write(Y, 1));
    let prefix = match link {
        Link::Through(_, through) if !through.picks() => "Imp",
        _ => "Pick",
    };
    let after = |second: &Part| (Part::read(Y, 1), link, second.clone());
    let shapes: [Asked; 3] = [
        (format!("MP+{token}"), message(1), after(&read), &[]),
        (format!("S+{token}"), message(2), after(&write), &[(X, 2)]),
        ("LB+data".to_owned(), buffering, after(&write), &[]),
    ];
    let mut tests = Vec::new();
    for (name, first, second, memory) in shapes {
        if fits(&second) {
            let name = format!("{prefix}-{name}+{}", link.token(arch));
            tests.push(test(arch, &name, [first, second], memory)?);
        }
    }
    Ok(tests)
}
