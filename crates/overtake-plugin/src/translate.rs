//! Translation of a block: the effect of each instruction, and the callbacks that it needs.

#[cfg(test)]
mod tests;

use crate::trace::{self, BlockHash};
use arch::Pairs;
use isa::{Access, Effect, Flow, Registers};
use weakmem::{Acquire, Kind, Step};

/// A translated block of guest code.
#[derive(Debug)]
pub struct Block {
    /// The number of instructions.
    pub instructions: u32,
    /// The effect of the block on the thread's hash.
    pub hash: BlockHash,
    /// The address of the first instruction.
    pub start: u64,
    /// One bit that is derived from `start` ([`bit`]).
    pub bit: u64,
    /// The instructions.
    pub body: Box<[Instruction]>,
    /// The number of instructions up to the last one that accesses memory, inclusive.
    pub accesses_end: u32,
    /// Whether the flow of each instruction is known, and the first access, if there is one, may
    /// read a stale value.
    pub simple: bool,
    /// The registers that the instructions up to the first access, inclusive, read or write.
    pub head: Registers,
    /// The registers that the instructions after the last access read or write.
    pub tail: Registers,
}

/// An instruction as decoded from its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Decoded {
    /// The address of the instruction.
    pub address: u64,
    /// The effect of the instruction on the order of accesses.
    pub effect: Effect,
    /// The data flow of the instruction between registers and memory.
    pub flow: Flow,
    /// The pairs that an assumed fence before the instruction keeps in order.
    pub before: Pairs,
    /// The pairs that an assumed fence after the instruction's access keeps in order.
    pub after: Pairs,
}

impl Decoded {
    /// Returns the instruction as a step of the model.
    pub fn step(&self) -> Step {
        let Self { effect, flow, .. } = self;
        let kind = match effect.access {
            Access::Plain => Kind::Plain,
            Access::LoadReserved => Kind::LoadReserved,
            Access::StoreConditional => Kind::StoreConditional,
            Access::Atomic => Kind::Atomic,
        };
        Step {
            kind,
            prepares: flow.load || kind == Kind::StoreConditional,
            newest: matches!(kind, Kind::Atomic | Kind::StoreConditional)
                || *flow == Flow::UNKNOWN,
            expected: None,
            single_copy: if flow.load { 8 } else { 0 },
            no_result: false,
            acquire: match effect.acquire {
                isa::Acquire::No => Acquire::No,
                isa::Acquire::Rcpc => Acquire::Rcpc,
                isa::Acquire::Rcsc => Acquire::Rcsc,
            },
            release: effect.release,
            before: effect.fence | self.before,
            after: effect.fence | self.after,
            context_sync: flow.context_sync,
            synchronises: effect.unseen_write || effect.unknown,
        }
    }
}

/// A translated instruction.
#[derive(Debug, Clone, Copy)]
pub struct Instruction {
    /// The address of the instruction.
    pub address: u64,
    /// The instruction as a step of the model.
    pub step: Step,
    /// The pairs that the instruction itself keeps in order, without assumptions.
    pub fence: Pairs,
    /// The index of the instruction in its block.
    pub index: u32,
    /// Whether it is the last instruction of its block.
    pub is_last: bool,
    /// Whether it writes memory that no callback reports.
    pub unseen_write: bool,
    /// Whether the instruction before it is a store-conditional or has an unseen write.
    pub needs_repair: bool,
    /// Whether it hints that the thread spins.
    pub spin_hint: bool,
    /// The data flow of the instruction between registers and memory.
    pub flow: Flow,
    /// The value of [`Block::accesses_end`] over the instructions before this one.
    pub accesses_before: u32,
    /// Whether it is a single plain access in a block in which every flow is known, and the next
    /// access there, if there is one, may read a stale value.
    pub simple: bool,
    /// The registers that are read or written from the access before this instruction, exclusive,
    /// to the access after it, inclusive.
    pub reach: Registers,
}

impl Instruction {
    fn new(index: usize, decoded: &Decoded, needs_repair: bool) -> Self {
        let Decoded {
            address,
            effect,
            flow,
            ..
        } = *decoded;
        Self {
            address,
            step: decoded.step(),
            fence: effect.fence,
            index: index as u32,
            is_last: false,
            unseen_write: effect.unseen_write,
            needs_repair,
            spin_hint: effect.spin_hint,
            flow,
            accesses_before: 0,
            simple: false,
            reach: Registers::NONE,
        }
    }

    /// Whether it may read a stale value: a plain access without an RCsc acquire.
    fn may_read_stale(&self) -> bool {
        self.step.kind == Kind::Plain
            && self.step.acquire != Acquire::Rcsc
            && self.step.single_copy <= 8
    }

    /// Whether it has no ordering and is not atomic.
    pub fn is_plain(&self) -> bool {
        self.step.kind == Kind::Plain
            && self.step.acquire == Acquire::No
            && !self.step.release
            && self.step.after.is_empty()
    }

    /// Whether it needs a callback before it runs.
    pub fn needs_callback_before(&self) -> bool {
        !self.step.before.is_empty()
            || matches!(self.step.kind, Kind::StoreConditional | Kind::Atomic)
            || self.unseen_write
            || self.needs_repair
            || self.spin_hint
            || self.step.context_sync
    }
}

/// Returns one bit of 64 that is derived from the address of code.
pub fn bit(address: u64) -> u64 {
    1 << (trace::mix(address) >> 58)
}

impl Block {
    /// Creates the block of these instructions.
    pub fn new(start: u64, instructions: &[Decoded]) -> Self {
        let mut after = false;
        let mut body: Box<[Instruction]> = instructions
            .iter()
            .enumerate()
            .map(|(index, decoded)| {
                let instruction = Instruction::new(index, decoded, after);
                after = instruction.unseen_write || instruction.step.kind == Kind::StoreConditional;
                instruction
            })
            .collect();
        if let Some(last) = body.last_mut() {
            last.is_last = true;
        }
        let known = body.iter().all(|it| it.flow.is_known());
        let mut accesses_end = 0;
        let mut since = Registers::NONE;
        let mut head = None;
        for instruction in &mut body {
            since |= instruction.flow.touched();
            instruction.accesses_before = accesses_end;
            instruction.reach = since;
            if instruction.flow.is_access() {
                accesses_end = instruction.index + 1;
                head.get_or_insert(since);
                since = Registers::NONE;
            }
        }
        let tail = since;
        let (mut next_may, mut until) = (true, Registers::NONE);
        for instruction in body.iter_mut().rev() {
            instruction.simple =
                known && next_may && instruction.is_plain() && !instruction.flow.several;
            instruction.reach |= until;
            if instruction.flow.is_access() {
                next_may = instruction.may_read_stale();
                until = Registers::NONE;
            }
            until |= instruction.flow.touched();
        }
        Self {
            accesses_end,
            simple: known && next_may,
            head: head.unwrap_or(tail),
            tail,
            instructions: body.len() as u32,
            hash: BlockHash::new(body.iter().map(|instruction| instruction.address)),
            start,
            bit: bit(start),
            body,
        }
    }
}
