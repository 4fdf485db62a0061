//! Single-copy atomicity of accesses of more than one register, and of 16 bytes.

/// Whether all bytes that an instruction accesses are one single-copy atomic access.
///
/// This concerns an access that is aligned to its whole size, by an instruction that accesses two
/// registers, or 16 bytes. [`crate::Flow::part`] is the size of its parts otherwise. Where the
/// architecture is unclear, the answer is the stronger one.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub enum Single {
    /// Each part is an access by itself.
    #[default]
    No,
    /// They are one access if the CPU has FEAT_LSE2 (AArch64) or AVX (x86-64).
    WithFeature,
    /// They are one access.
    Always,
}
