//! What an architecture and its calling convention say: registers, and what a function may do with them.

pub(crate) mod aarch64;
pub(crate) mod ppc;
pub(crate) mod riscv;
pub(crate) mod x86_64;

/// A general-purpose register, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register(pub(crate) u8);

/// What an architecture and its calling convention say.
pub(crate) struct Facts {
    /// Full names of the registers, by number.
    pub names: &'static [&'static str],
    /// The register of a name in any spelling, and how many bits of it that name means.
    pub register: fn(&str) -> Option<(Register, u32)>,
    /// The first argument of a function.
    pub argument: Register,
    /// Registers that may hold the address of the block, best first.
    pub free: &'static [u8],
    /// Registers that a function must leave as they were.
    pub preserved: &'static [u8],
    /// Why a word in an instruction cannot be: a register that must not be touched.
    pub untouchable: fn(&str) -> Option<&'static str>,
    /// What an instruction does to where its processor goes on.
    pub control: fn(&str) -> Control,
    /// Registers that an instruction uses without naming them.
    pub implicit: fn(&str) -> &'static [u8],
    /// The instructions around a test's own.
    pub frame: Frame,
}

/// How an instruction, by its mnemonic, goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// To the next one.
    Next,
    /// To what its last operand names, perhaps.
    Branch,
    /// Out of the test.
    Leaves,
}

/// Instructions of a frame; offsets are in bytes from a register that holds an address.
pub(crate) struct Frame {
    /// Store a register.
    pub store: fn(&str, &str, usize) -> String,
    /// Load a register.
    pub load: fn(&str, &str, usize) -> String,
    /// Copy (to, from).
    pub copy: fn(&str, &str) -> String,
    /// Zero a register.
    pub zero: fn(&str) -> String,
    /// Return.
    pub end: &'static str,
    /// What stands before everything.
    pub begin: &'static str,
    /// Where the name of a register differs from that in states: a prefix.
    pub prefix: &'static str,
}

/// The number after a prefix, if it is one of these.
fn numbered(name: &str, prefix: &str, count: u8) -> Option<u8> {
    let digits = name.strip_prefix(prefix)?;
    // `x01` is no register.
    if digits.len() > 1 && digits.starts_with('0') || digits.starts_with('+') {
        return None;
    }
    digits.parse().ok().filter(|number| *number < count)
}
