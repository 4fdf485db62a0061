//! At translation: what each instruction does, and which callbacks it needs.

#[cfg(test)]
mod tests;

use crate::trace::{self, BlockHash};
use arch::Pairs;
use isa::{Access, Effect, Flow, Registers};
use weakmem::{Acquire, Kind, Step};

/// A translated block of guest code.
#[derive(Debug)]
pub struct Block {
    /// Number of instructions.
    pub instructions: u32,
    /// What it does to the thread's hash.
    pub hash: BlockHash,
    /// Address of the first.
    pub start: u64,
    /// One bit, from that address.
    pub bit: u64,
    /// Its instructions.
    pub body: Box<[Instruction]>,
    /// The number of instructions up to and with the last that accesses memory.
    pub accesses_end: u32,
    /// What each instruction passes on is understood, and the first access, if there is one, may
    /// read something stale.
    pub simple: bool,
    /// The registers that its instructions up to and with the first access read or write.
    pub head: Registers,
    /// The same of those after the last access.
    pub tail: Registers,
}

/// An instruction as its bytes say.
#[derive(Debug, Clone, Copy)]
pub struct Decoded {
    /// Its address.
    pub address: u64,
    /// What it does to the order of accesses.
    pub effect: Effect,
    /// What it passes on.
    pub flow: Flow,
    /// What is assumed to be ordered before it.
    pub before: Pairs,
    /// What is assumed to be ordered after its access.
    pub after: Pairs,
}

impl Decoded {
    /// What the instruction is to the model.
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
            newest: kind != Kind::Plain || *flow == Flow::UNKNOWN,
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
    /// Its address.
    pub address: u64,
    /// What it is to the model.
    pub step: Step,
    /// What it orders by itself, without what is assumed.
    pub fence: Pairs,
    /// Its place in its block.
    pub index: u32,
    /// It is the last one there.
    pub is_last: bool,
    /// It writes memory that no callback reports.
    pub unseen_write: bool,
    /// It follows such an instruction, or a store-conditional.
    pub needs_repair: bool,
    /// It says that the thread waits for another.
    pub spin_hint: bool,
    /// What it passes on between registers and memory.
    pub flow: Flow,
    /// [`Block::accesses_end`] of the instructions before it.
    pub accesses_before: u32,
    /// It is one plain access, in a block of which everything is understood, and the next access
    /// there, if there is one, may read something stale.
    pub simple: bool,
    /// The registers that it, the instructions between it and the access before, and those up to
    /// and with the access after it read or write.
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

    /// Whether it may read something stale: a plain access that is not ordered by itself.
    fn may_read_stale(&self) -> bool {
        self.step.kind == Kind::Plain && self.step.acquire != Acquire::Rcsc
    }

    /// Whether it orders nothing, and is atomic with nothing.
    pub fn is_plain(&self) -> bool {
        self.step.kind == Kind::Plain
            && self.step.acquire == Acquire::No
            && !self.step.release
            && self.step.after.is_empty()
    }

    /// Whether something must be done before it runs.
    pub fn needs_callback_before(&self) -> bool {
        !self.step.before.is_empty()
            || self.step.kind == Kind::StoreConditional
            || self.unseen_write
            || self.needs_repair
            || self.spin_hint
            || self.step.context_sync
    }
}

/// One bit of 64, from an address of code.
pub fn bit(address: u64) -> u64 {
    1 << (trace::mix(address) >> 58)
}

impl Block {
    /// The block of these instructions: their addresses and effects.
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
