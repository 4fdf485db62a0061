//! Where the machine is known to be stronger than the architecture.

use diy::Arch;

/// An outcome that an architecture allows without load buffering and that the machine does not
/// reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotReached {
    /// The architecture that allows it.
    pub arch: Arch,
    /// The test of the suite.
    pub test: &'static str,
    /// The final state.
    pub state: &'static str,
    /// The rule of the machine that is too strong, in a word or two.
    pub rule: &'static str,
}

/// All such outcomes of the suite.
///
/// - Granules: what is unseen is unseen by granules of eight bytes, and a granule is one location.
/// - Forwarding: a load that reads its own thread's store is ordered after earlier loads of the
///   location.
pub const NOT_REACHED: [NotReached; 3] = [
    NotReached {
        arch: Arch::AArch64,
        test: "Mix-MP-word-halves",
        state: "1:X2=257; 1:X3=0",
        rule: "granules",
    },
    NotReached {
        arch: Arch::Riscv64,
        test: "Mix-MP-word-halves",
        state: "1:x12=257; 1:x13=0",
        rule: "granules",
    },
    NotReached {
        arch: Arch::Ppc64le,
        test: "MP+sync+fri-rfi-addr",
        state: "1:r1=1; 1:r4=2; 1:r6=0; y=2",
        rule: "forwarding after an earlier load",
    },
];
