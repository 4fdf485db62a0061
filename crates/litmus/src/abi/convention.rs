//! The form in which each architecture states its registers and calling convention.

/// A general-purpose register, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register(pub(crate) u8);

/// The registers and the calling convention of an architecture.
pub(crate) struct Abi {
    /// Full names of the registers, by number.
    pub names: &'static [&'static str],
    /// The register with this name (in any spelling), and how many of its bits the name means.
    pub register: fn(&str) -> Option<(Register, u32)>,
    /// The first argument of a function.
    pub argument: Register,
    /// Registers that may hold the address of the block, in order of preference.
    pub free: &'static [u8],
    /// Registers that a function must preserve.
    pub preserved: &'static [u8],
    /// Why an instruction may not use this word, if it may not: it names a reserved register.
    pub reserved: fn(&str) -> Option<&'static str>,
    /// Where control goes after an instruction, by its mnemonic.
    pub control: fn(&str) -> Control,
    /// Registers that an instruction uses without naming them.
    pub implicit: fn(&str) -> &'static [u8],
    /// The instructions around those of the test.
    pub frame: Frame,
}

/// Where control goes after an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// To the next instruction.
    Next,
    /// To the next instruction or to the target that its last operand names.
    Branch,
    /// Out of the test.
    Leaves,
}

/// The instructions of a frame. Arguments of loads and stores: register, base register, offset in
/// bytes.
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
    /// A directive at the start of the text; may be empty.
    pub begin: &'static str,
    /// The prefix that register names have in assembly, but not in states.
    pub prefix: &'static str,
}

/// The number after a prefix, if it is less than `count`.
pub(crate) fn numbered(name: &str, prefix: &str, count: u8) -> Option<u8> {
    let digits = name.strip_prefix(prefix)?;
    // `x01` is not a register.
    if digits.len() > 1 && digits.starts_with('0') || digits.starts_with('+') {
        return None;
    }
    digits.parse().ok().filter(|number| *number < count)
}
