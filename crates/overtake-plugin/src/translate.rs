//! Translation of a block: the effect of each instruction, and the callbacks that it needs.

#[cfg(test)]
mod tests;

use crate::trace::{self, BlockHash};
use arch::{Arch, Pairs};
use isa::{Access, Effect, Flow, Registers, Single};
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
    /// The [`Step::single_copy`] of the first access.
    pub single_copy: u8,
    /// Whether the first of its instructions that accesses memory or has a callback has an unseen
    /// write.
    pub unseen_first: bool,
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
    /// Whether all bytes that it accesses are one access, although QEMU may report two halves.
    pub single: bool,
    /// Bytes of the aligned blocks in which its access is single-copy atomic, unless `single`.
    pub width: u8,
    /// Whether it reads a counter of time or cycles.
    pub reads_clock: bool,
    /// The pairs that an assumed fence before the instruction keeps in order.
    pub before: Pairs,
    /// The pairs that an assumed fence after the instruction's access keeps in order.
    pub after: Pairs,
}

impl Decoded {
    /// Decodes an instruction. `halves`: see [`crate::options::Options::halves`].
    pub fn new(arch: Arch, address: u64, bytes: &[u8], halves: bool) -> Self {
        let mut width = isa::width(arch, bytes);
        if matches!(arch, Arch::AArch64 | Arch::Riscv64) && !halves && width > 1 {
            // With FEAT_LSE2 or Zama16b an access is single-copy atomic within aligned 16 bytes,
            // whether it is aligned or not (Arm ARM B2.2.1.1).
            width = 16;
        }
        Self {
            address,
            effect: isa::decode(arch, bytes),
            flow: isa::flow(arch, bytes),
            single: match isa::single(arch, bytes) {
                Single::No => false,
                Single::WithFeature => !halves,
                Single::Always => true,
            },
            width,
            reads_clock: isa::reads_clock(arch, bytes),
            before: Pairs::NONE,
            after: Pairs::NONE,
        }
    }

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
            newest: matches!(kind, Kind::Atomic | Kind::StoreConditional) || *flow == Flow::UNKNOWN,
            // What is compared with is known from the instructions before it, see `Block::new`.
            expected: None,
            single_copy: match (flow.load, self.single) {
                (false, _) => 0,
                (true, false) => self.width,
                (true, true) => 16,
            },
            no_result: effect.no_result || kind == Kind::Atomic && flow.loaded.is_empty(),
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
    /// Whether memory must be repaired before it: see [`Repairs`].
    pub needs_repair: bool,
    /// Whether it reads a counter of time or cycles.
    pub reads_clock: bool,
    /// Whether it hints that the thread spins.
    pub spin_hint: bool,
    /// Whether all bytes that it accesses are one access, although QEMU may report two halves.
    pub single: bool,
    /// The data flow of the instruction between registers and memory.
    pub flow: Flow,
    /// The index of the first instruction from this one on that accesses memory, or the length of
    /// the block.
    pub access_from: u32,
    /// The value of [`Block::accesses_end`] over the instructions before this one.
    pub accesses_before: u32,
    /// The [`Step::single_copy`] of the next access of the block.
    pub next_single_copy: u8,
    /// Whether it is a single plain access in a block in which every flow is known, and the next
    /// access there, if there is one, may read a stale value.
    pub simple: bool,
    /// The registers that are read or written from the access before this instruction, exclusive,
    /// to the access after it, inclusive.
    pub reach: Registers,
}

impl Instruction {
    fn new(index: usize, decoded: &Decoded) -> Self {
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
            needs_repair: false,
            reads_clock: decoded.reads_clock,
            spin_hint: effect.spin_hint,
            single: decoded.single,
            flow,
            access_from: 0,
            accesses_before: 0,
            next_single_copy: 0,
            simple: false,
            reach: Registers::NONE,
        }
    }

    /// Whether it may read a stale value: a plain access without an RCsc acquire.
    fn may_read_stale(&self) -> bool {
        self.step.kind == Kind::Plain && self.step.acquire != Acquire::Rcsc
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
            || self.reads_clock
            || self.step.context_sync
    }
}

/// Says before which instructions of a block memory must be repaired: after a store-conditional, and
/// after unseen writes.
///
/// Unseen writes that follow each other, with nothing in between that accesses memory or has a
/// callback, need one repair together: a loop that zeroes memory writes once for each line.
#[derive(Debug, Default)]
struct Repairs {
    /// Whether the last instruction is a store-conditional.
    conditional: bool,
    /// Whether there is an unseen write that is not repaired.
    unseen: bool,
    /// Whether some instruction so far has acted.
    acted: bool,
    /// See [`Block::unseen_first`].
    unseen_first: bool,
}

impl Repairs {
    /// Whether memory must be repaired before the next instruction of the block.
    fn before(&mut self, instruction: &Instruction) -> bool {
        let acts = instruction.flow.is_access()
            || !instruction.flow.is_known()
            || instruction.needs_callback_before();
        if acts && !self.acted {
            self.acted = true;
            self.unseen_first = instruction.unseen_write;
        }
        let needed = self.conditional || self.unseen && acts && !instruction.unseen_write;
        if needed {
            self.unseen = false;
        }
        self.unseen |= instruction.unseen_write;
        self.conditional = instruction.step.kind == Kind::StoreConditional;
        needed
    }
}

/// Returns one bit of 64 that is derived from the address of code.
pub fn bit(address: u64) -> u64 {
    1 << (trace::mix(address) >> 58)
}

impl Block {
    /// Creates the block of these instructions.
    pub fn new(start: u64, instructions: &[Decoded]) -> Self {
        let mut repairs = Repairs::default();
        let mut body: Box<[Instruction]> = instructions
            .iter()
            .enumerate()
            .map(|(index, decoded)| {
                let mut instruction = Instruction::new(index, decoded);
                instruction.needs_repair = repairs.before(&instruction);
                instruction
            })
            .collect();
        if let Some(last) = body.last_mut() {
            last.is_last = true;
        }
        for (index, decoded) in instructions.iter().enumerate() {
            body[index].step.expected = expected(decoded, &instructions[..index]);
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
        let (mut next_may, mut until, mut single_copy) = (true, Registers::NONE, 0);
        let mut access_from = body.len() as u32;
        for instruction in body.iter_mut().rev() {
            instruction.simple =
                known && next_may && instruction.is_plain() && !instruction.flow.several;
            instruction.reach |= until;
            instruction.next_single_copy = single_copy;
            if instruction.flow.is_access() {
                access_from = instruction.index;
                next_may = instruction.may_read_stale();
                single_copy = instruction.step.single_copy;
                until = Registers::NONE;
            }
            instruction.access_from = access_from;
            until |= instruction.flow.touched();
        }
        Self {
            accesses_end,
            simple: known && next_may,
            unseen_first: repairs.unseen_first,
            single_copy,
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

/// Returns the value, and the size in bytes, with which a compare-and-swap compares memory, if it is a constant that
/// the instructions before it in its block write.
fn expected(instruction: &Decoded, before: &[Decoded]) -> Option<(u64, u8)> {
    let compare = instruction.flow.compare?;
    let before: Vec<Flow> = before.iter().map(|it| it.flow).collect();
    let value = compare.expected(&before)?;
    Some((u64::try_from(value).ok()?, compare.size)).filter(|(_, size)| *size <= 8)
}
