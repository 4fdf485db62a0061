//! Prefixes, ModRM and the length of operands: SDM 2A chapter 2.

/// The bytes of an instruction that have not been read yet.
pub(super) struct Code<'a>(&'a [u8]);

impl<'a> Code<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Code<'a> {
        Code(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// Skips `n` bytes of displacement or immediate.
    pub(super) fn skip(&mut self, n: usize) -> Option<()> {
        self.0 = self.0.get(n..)?;
        Some(())
    }
}

/// The prefix that is part of the opcode in the maps after 0F.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mandatory {
    None,
    P66,
    PF3,
    PF2,
}

/// Legacy prefixes and REX.
#[derive(Default)]
pub(super) struct Prefixes {
    pub(super) lock: bool,
    /// F2 or F3, whichever comes last.
    repeat: Option<u8>,
    pub(super) operand_size: bool,
    pub(super) address_size: bool,
    /// The REX prefix; zero if there is none.
    rex: u8,
}

impl Prefixes {
    /// Reads legacy prefixes in any order, then REX. A REX before another prefix is ignored
    /// (SDM 2A 2.1.1, 2.2.1).
    pub(super) fn read(code: &mut Code<'_>) -> Option<Prefixes> {
        let mut prefixes = Prefixes::default();
        loop {
            let byte = *code.0.first()?;
            prefixes.rex = match byte {
                0xf0 => {
                    prefixes.lock = true;
                    0
                }
                0xf2 | 0xf3 => {
                    prefixes.repeat = Some(byte);
                    0
                }
                0x66 => {
                    prefixes.operand_size = true;
                    0
                }
                0x67 => {
                    prefixes.address_size = true;
                    0
                }
                // Segments
                0x26 | 0x2e | 0x36 | 0x3e | 0x64 | 0x65 => 0,
                0x40..=0x4f => byte,
                _ => return Some(prefixes),
            };
            code.byte();
        }
    }

    pub(super) fn mandatory(&self) -> Mandatory {
        match self.repeat {
            Some(0xf2) => Mandatory::PF2,
            Some(_) => Mandatory::PF3,
            None if self.operand_size => Mandatory::P66,
            None => Mandatory::None,
        }
    }

    pub(super) fn rex_w(&self) -> bool {
        self.rex & 0b1000 != 0
    }

    pub(super) fn rex_b(&self) -> bool {
        self.rex & 0b0001 != 0
    }

    /// Whether a VEX prefix may follow (SDM 2A 2.3.2 to 2.3.4).
    pub(super) fn allow_vex(&self) -> bool {
        !self.lock && self.repeat.is_none() && !self.operand_size && self.rex == 0
    }

    /// Returns the length in bytes of an immediate of operand size, at most 4 ("Iz").
    pub(super) fn immediate_z(&self) -> usize {
        if self.operand_size && !self.rex_w() {
            2
        } else {
            4
        }
    }

    /// Returns the length in bytes of an immediate of operand size ("Iv").
    pub(super) fn immediate_v(&self) -> usize {
        if self.rex_w() { 8 } else { self.immediate_z() }
    }
}

/// A ModRM byte, whose SIB byte and displacement have been skipped.
pub(super) struct ModRm(u8);

impl ModRm {
    /// Reads a ModRM byte and skips its SIB byte and displacement (SDM 2A 2.1.5, tables 2-2 and
    /// 2-3). In 64-bit mode, an address size prefix does not change their length.
    pub(super) fn read(code: &mut Code<'_>) -> Option<ModRm> {
        let modrm = ModRm(code.byte()?);
        if !modrm.is_memory() {
            return Some(modrm);
        }
        let mut base = modrm.0 & 0b111;
        if base == 0b100 {
            base = code.byte()? & 0b111;
        }
        code.skip(match modrm.0 >> 6 {
            // No base, or the instruction pointer: 32 bits of displacement.
            0b00 if base == 0b101 => 4,
            0b00 => 0,
            0b01 => 1,
            _ => 4,
        })?;
        Some(modrm)
    }

    /// Whether the operand "E" is in memory.
    pub(super) fn is_memory(&self) -> bool {
        self.0 >> 6 != 0b11
    }

    /// Returns the field "reg", which is part of the opcode in a group.
    pub(super) fn reg(&self) -> u8 {
        self.0 >> 3 & 0b111
    }

    pub(super) fn byte(&self) -> u8 {
        self.0
    }
}
