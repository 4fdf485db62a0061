//! The independent disassembler with which the decoders are compared, and the notation in which
//! the tables write an effect.

#![allow(
    dead_code,
    reason = "every test binary compiles this and uses a part of it"
)]

use capstone::arch::{self, BuildsCapstone, BuildsCapstoneEndian, BuildsCapstoneExtraMode};
use capstone::{Capstone, Endian};
use isa::{Access, Acquire, Arch, Effect, Pairs, decode};

/// capstone, set up for one architecture.
pub struct Disassembler {
    arch: Arch,
    capstone: Capstone,
}

impl Disassembler {
    pub fn new(arch: Arch) -> Disassembler {
        let new = Capstone::new();
        let capstone = match arch {
            Arch::AArch64 => new.arm64().mode(arch::arm64::ArchMode::Arm).build(),
            Arch::Ppc64le => new
                .ppc()
                .mode(arch::ppc::ArchMode::Mode64)
                .endian(Endian::Little)
                .build(),
            Arch::Riscv64 => new
                .riscv()
                .mode(arch::riscv::ArchMode::RiscV64)
                .extra_mode([arch::riscv::ArchExtraMode::RiscVC].into_iter())
                .build(),
            Arch::X86_64 => new.x86().mode(arch::x86::ArchMode::Mode64).build(),
        };
        Disassembler {
            arch,
            capstone: capstone.expect("capstone knows all four architectures"),
        }
    }

    /// Returns the text of the instruction `bytes`, if capstone knows it.
    pub fn text(&self, bytes: &[u8]) -> Option<String> {
        let (length, text) = self.first(bytes)?;
        (length == bytes.len()).then_some(text)
    }

    /// Returns the length and text of the first instruction in `bytes`, if capstone knows it.
    pub fn first(&self, bytes: &[u8]) -> Option<(usize, String)> {
        let instructions = self.capstone.disasm_count(bytes, 0, 1).ok()?;
        let instruction = instructions.first()?;
        let mnemonic = instruction.mnemonic()?;
        let operands = instruction.op_str().unwrap_or_default();
        let text = format!("{mnemonic} {operands}").trim().to_owned();
        Some((instruction.len(), text))
    }

    pub fn decode(&self, bytes: &[u8]) -> Effect {
        decode(self.arch, bytes)
    }
}

/// Returns the effect in the notation of the tables: its parts by name, `plain`, or `unknown`.
pub fn notation(effect: &Effect) -> String {
    if *effect == Effect::UNKNOWN {
        return "unknown".to_owned();
    }
    if effect.is_plain() {
        return "plain".to_owned();
    }
    let mut parts = Vec::new();
    parts.extend(match effect.access {
        Access::Plain => None,
        Access::LoadReserved => Some("reserved".to_owned()),
        Access::StoreConditional => Some("conditional".to_owned()),
        Access::Atomic => Some("atomic".to_owned()),
    });
    parts.extend(match effect.acquire {
        Acquire::No => None,
        Acquire::Rcpc => Some("acquire-pc".to_owned()),
        Acquire::Rcsc => Some("acquire".to_owned()),
    });
    for (is_set, name) in [
        (effect.release, "release"),
        (effect.no_result, "no-result"),
        (effect.unseen_write, "unseen-write"),
        (effect.spin_hint, "spin"),
        (effect.unknown, "unknown"),
    ] {
        if is_set {
            parts.push(name.to_owned());
        }
    }
    if effect.fence == Pairs::ALL {
        parts.push("fence:ALL".to_owned());
    } else if effect.fence != Pairs::NONE {
        let pairs = format!("{:?}", effect.fence).replace('|', ",");
        parts.push(format!("fence:{pairs}"));
    }
    parts.join(" ")
}

/// Returns `89abcdef` for `[0x89, 0xab, 0xcd, 0xef]`.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The inverse of [`hex`].
pub fn unhex(digits: &str) -> Vec<u8> {
    assert!(digits.len().is_multiple_of(2), "half a byte in {digits:?}");
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits"))
        .collect()
}
