//! At translation: what each instruction does, and which callbacks it needs.

use crate::trace::BlockHash;
use isa::{Access, Acquire, Effect, Pairs};
use weakmem::Fence;

/// A translated block of guest code.
#[derive(Debug)]
pub struct Block {
    /// Number of instructions.
    pub instructions: u32,
    /// What it does to the thread's hash.
    pub hash: BlockHash,
    /// Address of the first.
    pub start: u64,
    /// Its instructions.
    pub body: Box<[Instruction]>,
}

/// A translated instruction.
#[derive(Debug, Clone, Copy)]
pub struct Instruction {
    /// Its address.
    pub address: u64,
    /// What it is among accesses.
    pub access: Access,
    /// Whether it is an RCsc acquire.
    pub acquire_rcsc: bool,
    /// Whether it is a release.
    pub release: bool,
    /// What it orders by itself, before it runs.
    pub fence: Option<Fence>,
    /// It writes memory that no callback reports.
    pub unseen_write: bool,
    /// It follows such an instruction, or a store-conditional.
    pub needs_mending: bool,
    /// It says that the thread waits for another.
    pub spin_hint: bool,
}

impl Instruction {
    /// The instruction at `address` with the effect `effect`.
    pub fn new(address: u64, effect: Effect, needs_mending: bool) -> Self {
        Self {
            address,
            access: effect.access,
            acquire_rcsc: effect.acquire == Acquire::Rcsc,
            release: effect.release,
            fence: fence(effect.fence),
            unseen_write: effect.unseen_write,
            needs_mending,
            spin_hint: effect.spin_hint,
        }
    }

    /// Whether something must be done before it runs.
    pub fn needs_callback_before(&self) -> bool {
        self.fence.is_some()
            || self.access == Access::StoreConditional
            || self.unseen_write
            || self.needs_mending
            || self.spin_hint
    }
}

fn fence(pairs: Pairs) -> Option<Fence> {
    (pairs != Pairs::NONE).then(|| Fence {
        load_load: pairs.contains(Pairs::RR),
        load_store: pairs.contains(Pairs::RW),
        store_load: pairs.contains(Pairs::WR),
        store_store: pairs.contains(Pairs::WW),
    })
}

impl Block {
    /// The block of these instructions: their addresses and effects.
    pub fn new(start: u64, instructions: &[(u64, Effect)]) -> Self {
        let mut after = false;
        let body: Box<[Instruction]> = instructions
            .iter()
            .map(|(address, effect)| {
                let instruction = Instruction::new(*address, *effect, after);
                after = effect.unseen_write || effect.access == Access::StoreConditional;
                instruction
            })
            .collect();
        Self {
            instructions: body.len() as u32,
            hash: BlockHash::new(body.iter().map(|instruction| instruction.address)),
            start,
            body,
        }
    }
}
