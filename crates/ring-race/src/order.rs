//! Finds in the machine code of the ring's two functions the instructions that access the event and the tail,
//! and those that order them.

use std::path::Path;

use aio_ring_buggy::Variant;
use arch::Arch;
use emulator::error::Error;

use crate::machine_code::{Instruction, function};

/// The code with which a variant publishes an event, in the scenario's guest.
pub fn publishing(guest: &Path, target: Arch, variant: Variant) -> Result<Vec<Instruction>, Error> {
    function(guest, target, &format!("publish_{}", name(variant)))
}

/// The code with which a variant reads an event, in the scenario's guest.
pub fn reading(guest: &Path, target: Arch, variant: Variant) -> Result<Vec<Instruction>, Error> {
    function(guest, target, &format!("read_{}", name(variant)))
}

fn name(variant: Variant) -> String {
    variant.name().replace('-', "_")
}

/// The position of an ordering instruction relative to the access to the tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before it.
    Before,
    /// It is the access.
    Itself,
    /// After it.
    After,
}

/// What orders the event and the tail in a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Index of the access to the tail.
    pub tail: usize,
    /// Index of the access to the event's last field.
    pub event: usize,
    /// The instructions that order: their indices, and where they are.
    pub ordering: Vec<(usize, Place)>,
    /// Whether a branch stands between the two accesses.
    pub branch: bool,
}

impl Order {
    /// Those that stand between the two accesses, or are the access to the tail.
    pub fn between(&self) -> impl Iterator<Item = usize> {
        let (low, high) = (self.tail.min(self.event), self.tail.max(self.event));
        let inside = self.ordering.iter().map(|(index, _)| *index);
        inside.filter(move |index| (low..=high).contains(index))
    }
}

/// What orders the stores of [`publishing`] code; none if its accesses are not found.
pub fn writer(target: Arch, code: &[Instruction]) -> Option<Order> {
    order(
        target,
        code,
        Instruction::stores_tail,
        Instruction::stores_event,
        Instruction::orders_stores,
    )
}

/// What orders the loads of [`reading`] code; none if its accesses are not found.
pub fn reader(target: Arch, code: &[Instruction]) -> Option<Order> {
    order(
        target,
        code,
        Instruction::loads_tail,
        Instruction::loads_event,
        Instruction::orders_loads,
    )
}

type Kind = fn(&Instruction, Arch) -> bool;

fn order(
    target: Arch,
    code: &[Instruction],
    is_tail: Kind,
    is_event: Kind,
    orders: Kind,
) -> Option<Order> {
    let all = |kind: Kind| (0..code.len()).filter(move |&index| kind(&code[index], target));
    let one = |kind: Kind| {
        let found: Vec<_> = all(kind).collect();
        match found.as_slice() {
            &[index] => Some(index),
            _ => None,
        }
    };
    let (tail, event) = (one(is_tail)?, one(is_event)?);
    let place = |index: usize| match index.cmp(&tail) {
        std::cmp::Ordering::Less => Place::Before,
        std::cmp::Ordering::Equal => Place::Itself,
        std::cmp::Ordering::Greater => Place::After,
    };
    let mut between = code[tail.min(event)..tail.max(event)].iter();
    Some(Order {
        tail,
        event,
        ordering: all(orders).map(|index| (index, place(index))).collect(),
        branch: between.any(|one| {
            one.operands
                .rsplit([' ', ','])
                .next()
                .is_some_and(|to| to.starts_with('.'))
        }),
    })
}

impl Instruction {
    /// A barrier with its operands, another instruction without, since they are registers.
    pub fn name(&self) -> String {
        match self.mnemonic.as_str() {
            "dmb" | "fence" => format!("{} {}", self.mnemonic, self.operands),
            other => other.to_owned(),
        }
    }

    /// Whether it orders earlier stores before later ones (on x86_64 every store does, and these
    /// do more).
    pub fn orders_stores(&self, target: Arch) -> bool {
        let mnemonic = self.mnemonic.as_str();
        match target {
            Arch::AArch64 => {
                mnemonic.starts_with("stl")
                    || (["dmb", "dsb"].contains(&mnemonic) && !self.operands.ends_with("ld"))
            }
            // Capstone knows `lwsync` both by its name and as `sync 1`.
            Arch::Ppc64le => ["sync", "hwsync", "lwsync", "ptesync", "eieio"].contains(&mnemonic),
            // `fence before, after`; without operands it orders everything.
            Arch::Riscv64 => {
                mnemonic.starts_with("fence")
                    && self
                        .operands
                        .split(',')
                        .all(|set| set.is_empty() || set.contains('w'))
            }
            Arch::X86_64 => {
                mnemonic.ends_with("fence") || mnemonic.starts_with("lock") || mnemonic == "xchg"
            }
        }
    }

    /// Whether it orders earlier loads before later accesses (on x86_64 every load is, and these
    /// do more).
    pub fn orders_loads(&self, target: Arch) -> bool {
        let mnemonic = self.mnemonic.as_str();
        match target {
            Arch::AArch64 => {
                ["lda", "stl"]
                    .iter()
                    .any(|start| mnemonic.starts_with(start))
                    || (["dmb", "dsb"].contains(&mnemonic) && !self.operands.ends_with("st"))
            }
            // `isync` does after a branch that depends on the load.
            Arch::Ppc64le => ["sync", "hwsync", "lwsync", "ptesync", "isync"].contains(&mnemonic),
            Arch::Riscv64 => {
                mnemonic.starts_with("fence")
                    && (self.operands.is_empty() || self.operands.starts_with('r'))
            }
            Arch::X86_64 => {
                mnemonic.ends_with("fence") || mnemonic.starts_with("lock") || mnemonic == "xchg"
            }
        }
    }

    /// Whether it stores the tail into the ring's header, where it is the word at 12.
    pub fn stores_tail(&self, target: Arch) -> bool {
        let (mnemonic, operands) = (self.mnemonic.as_str(), self.operands.as_str());
        match target {
            // `stlr` takes no offset; it has been added before.
            Arch::AArch64 => {
                mnemonic == "stlr" || (mnemonic == "str" && operands.ends_with("#0xc]"))
            }
            Arch::Ppc64le => mnemonic == "stw" && operands.contains(" 0xc("),
            Arch::Riscv64 => {
                ["sw", "c.sw"].contains(&mnemonic)
                    && (operands.contains(" 0xc(") || operands.contains(" 12("))
            }
            Arch::X86_64 => {
                mnemonic == "mov"
                    && operands.starts_with("dword ptr [")
                    && operands.contains("+ 0xc]")
            }
        }
    }

    /// Whether it loads the tail from the ring's header.
    pub fn loads_tail(&self, target: Arch) -> bool {
        let (mnemonic, operands) = (self.mnemonic.as_str(), self.operands.as_str());
        match target {
            // Neither `ldar` nor `ldapr` takes an offset; the reader has no other.
            Arch::AArch64 => {
                mnemonic.starts_with("lda")
                    || (mnemonic == "ldr"
                        && operands.starts_with('w')
                        && operands.ends_with("#0xc]"))
            }
            Arch::Ppc64le => mnemonic == "lwz" && operands.contains(" 0xc("),
            Arch::Riscv64 => {
                ["lw", "c.lw", "lwu"].contains(&mnemonic)
                    && (operands.contains(" 0xc(") || operands.contains(" 12("))
            }
            Arch::X86_64 => {
                mnemonic == "mov"
                    && operands.contains(", dword ptr [")
                    && operands.ends_with("+ 0xc]")
            }
        }
    }

    /// Whether it stores the event's last field, the eight bytes at 24.
    pub fn stores_event(&self, target: Arch) -> bool {
        let mnemonic = self.mnemonic.as_str();
        self.last_field(target)
            && match target {
                Arch::AArch64 => mnemonic == "str",
                Arch::Ppc64le => mnemonic == "std",
                Arch::Riscv64 => ["sd", "c.sd"].contains(&mnemonic),
                Arch::X86_64 => mnemonic == "mov" && self.operands.starts_with("qword ptr ["),
            }
    }

    /// Whether it loads the event's last field.
    pub fn loads_event(&self, target: Arch) -> bool {
        let mnemonic = self.mnemonic.as_str();
        self.last_field(target)
            && match target {
                Arch::AArch64 => mnemonic == "ldr",
                Arch::Ppc64le => mnemonic == "ld",
                Arch::Riscv64 => ["ld", "c.ld"].contains(&mnemonic),
                Arch::X86_64 => mnemonic == "mov" && self.operands.contains(", qword ptr ["),
            }
    }

    /// Whether its operands name eight bytes at 24.
    fn last_field(&self, target: Arch) -> bool {
        let operands = self.operands.as_str();
        match target {
            Arch::AArch64 => operands.starts_with('x') && operands.ends_with("#0x18]"),
            Arch::Ppc64le => operands.contains(" 0x18("),
            Arch::Riscv64 => operands.contains(" 0x18(") || operands.contains(" 24("),
            Arch::X86_64 => operands.contains("+ 0x18]"),
        }
    }
}
