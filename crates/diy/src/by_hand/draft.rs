//! What handwritten tests are built from: steps, final values, and shapes that several architectures
//! share.

use crate::{Access, Acquire, Observable, Operation, Register, Release, Status, Step, Value};

pub(super) const X: usize = 0;
pub(super) const Y: usize = 1;
pub(super) const Z: usize = 2;

/// A test before it is built: its name, its processors' steps, and the outcome that it asks for.
pub(super) type Draft = (String, Vec<Vec<Step>>, Vec<(Observable, u64)>);

/// The final value of a register.
pub(super) fn register(processor: usize, number: u8, value: u64) -> (Observable, u64) {
    let register = Register(number);
    let observable = Observable::Register {
        processor,
        register,
    };
    (observable, value)
}

/// The final value of a location.
pub(super) const fn memory(location: usize, value: u64) -> (Observable, u64) {
    (Observable::Location(location), value)
}

pub(super) fn read(location: usize, number: u8) -> Step {
    Step::Access(Access::read(location).into(Register(number)))
}

pub(super) fn write(location: usize, value: u64) -> Step {
    Step::Access(Access::write(location, value))
}

/// Acquire and release of the sequentially consistent kind, or neither.
#[derive(Clone, Copy)]
pub(super) struct Bits(bool, bool);

pub(super) const RELAXED: Bits = Bits(false, false);
pub(super) const ACQUIRE: Bits = Bits(true, false);
pub(super) const RELEASE: Bits = Bits(false, true);
pub(super) const BOTH: Bits = Bits(true, true);

impl Bits {
    /// For the two accesses of a load-reserved and its store-conditional.
    pub(super) const fn apart(self) -> [Bits; 2] {
        [Bits(self.0, false), Bits(false, self.1)]
    }

    pub(super) fn on(self, access: Access) -> Access {
        let acquire = if self.0 { Acquire::Sc } else { Acquire::No };
        let release = if self.1 { Release::Sc } else { Release::No };
        access.ordered(acquire, release)
    }
}

pub(super) fn atomic(
    operation: Operation,
    location: usize,
    value: u64,
    number: u8,
    bits: Bits,
) -> Step {
    let access = Access::new(operation, location, Value::Constant(value));
    Step::Access(bits.on(access.into(Register(number))))
}

/// Two processors: each runs `own` on its own location, then reads the other's.
pub(super) fn store_buffering(
    own: impl Fn(usize) -> Vec<Step>,
    result: u8,
) -> (Vec<Vec<Step>>, Vec<(Observable, u64)>) {
    let side = |mine, other| {
        let mut steps = own(mine);
        steps.push(read(other, result));
        steps
    };
    (
        vec![side(X, Y), side(Y, X)],
        vec![register(0, result, 0), register(1, result, 0)],
    )
}

/// A load-reserved, and a store-conditional of its result plus one.
pub(super) fn increment(old: u8, status: u8, says: Status) -> Vec<Step> {
    let mut conditional = Access::new(Operation::WriteExclusive(says), X, Value::Plus(1));
    conditional.data = Some(0);
    conditional.status = Some(Register(status));
    let reserved = Access::new(Operation::ReadExclusive, X, Value::Constant(0));
    vec![
        Step::Access(reserved.into(Register(old))),
        Step::Access(conditional),
    ]
}

pub(super) fn exclusive_pair(
    location: usize,
    value: u64,
    bits: Bits,
    old: u8,
    status: u8,
) -> [Step; 2] {
    let says = Status {
        success: 0,
        failure: 1,
    };
    let mut conditional = Access::new(
        Operation::WriteExclusive(says),
        location,
        Value::Constant(value),
    );
    conditional.status = Some(Register(status));
    let reserved = Access::new(Operation::ReadExclusive, location, Value::Constant(0));
    let reserved = reserved.into(Register(old));
    [
        Step::Access(Bits(bits.0, false).on(reserved)),
        Step::Access(Bits(false, bits.1).on(conditional)),
    ]
}
