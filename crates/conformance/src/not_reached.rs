//! Where the machine is known to be stronger than the architecture.

use diy::Arch;

/// An outcome that an architecture allows and that the machine does not reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotReached {
    /// The architecture that allows it.
    pub arch: Arch,
    /// The test of the suite.
    pub test: &'static str,
    /// The final state.
    pub state: &'static str,
    /// The rule of the machine that is too strong.
    pub rule: &'static str,
}

const GRANULES: &str =
    "what is unseen is unseen by words of four bytes, and a word is one location";
const FORWARDING: &str =
    "a load that reads its own thread's store is ordered after earlier loads of the location";
const FAILED: &str = "a compare-and-swap with acquire and release is a fence, though it fails";
const DISCARDED: &str =
    "a compare-and-swap keeps its acquire without a result (Arm ARM C6.2; herd7's model drops it)";
const AT_ONCE: &str =
    "a store-conditional is visible at once, and the plugin makes no later store early yet";

const fn not_reached(
    arch: Arch,
    test: &'static str,
    state: &'static str,
    rule: &'static str,
) -> NotReached {
    NotReached {
        arch,
        test,
        state,
        rule,
    }
}

/// All such outcomes of the suite.
#[rustfmt::skip]
pub const NOT_REACHED: [NotReached; 79] = [
    not_reached(Arch::AArch64, "Mix-MP-word-halves", "1:X2=257; 1:X3=0", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP-word-halves", "1:x12=257; 1:x13=0", GRANULES),
    not_reached(Arch::Ppc64le, "MP+sync+fri-rfi-addr", "1:r1=1; 1:r4=2; 1:r6=0; y=2", FORWARDING),
    not_reached(Arch::AArch64, "Amo-MP+dmb.sy+po-cas.fail.al", "1:X1=1; 1:X2=0; x=1", FAILED),
    not_reached(Arch::AArch64, "Amo-SB+po-cas.fail.al+dmb.sy", "0:X2=0; 1:X3=0; y=1", FAILED),
    not_reached(Arch::AArch64, "Amo-R+cas.noret.al-po+dmb.sy", "1:X3=0; y=2", DISCARDED),
    not_reached(Arch::AArch64, "Amo-SB+cas.noret.al-po+dmb.sy", "0:X3=0; 1:X3=0", DISCARDED),
    not_reached(Arch::AArch64, "Mix-CoRR.w0b0b3", "1:X1=1; 1:X2=0", GRANULES),
    not_reached(Arch::AArch64, "Mix-CoRR.w0b0h2", "1:X1=1; 1:X2=0", GRANULES),
    not_reached(Arch::AArch64, "Mix-CoRR.w0b3b0", "1:X1=1; 1:X2=0", GRANULES),
    not_reached(Arch::AArch64, "Mix-CoRR.w0b3h0", "1:X1=1; 1:X2=0", GRANULES),
    not_reached(Arch::AArch64, "Mix-CoRR.w0h0b3", "1:X1=257; 1:X2=0", GRANULES),
    not_reached(Arch::AArch64, "Mix-CoRR.w0h0h2", "1:X1=257; 1:X2=0", GRANULES),
    not_reached(Arch::AArch64, "Mix-CoRR.w0h2b0", "1:X1=257; 1:X2=0", GRANULES),
    not_reached(Arch::AArch64, "Mix-CoRR.w0h2h0", "1:X1=257; 1:X2=0", GRANULES),
    not_reached(Arch::AArch64, "Mix-MP.b0b1+dmb.sy+ctrl", "1:X1=1; 1:X2=0; x=257", GRANULES),
    not_reached(Arch::AArch64, "Mix-MP.b0b1+dmb.sy+dmb.st", "1:X1=1; 1:X2=0; x=257", GRANULES),
    not_reached(Arch::AArch64, "Mix-MP.b0b1+dmb.sy+po", "1:X1=1; 1:X2=0; x=257", GRANULES),
    not_reached(Arch::AArch64, "Mix-MP.h0h2+dmb.sy+ctrl", "1:X1=1; 1:X2=0; x=65537", GRANULES),
    not_reached(Arch::AArch64, "Mix-MP.h0h2+dmb.sy+dmb.st", "1:X1=1; 1:X2=0; x=65537", GRANULES),
    not_reached(Arch::AArch64, "Mix-MP.h0h2+dmb.sy+po", "1:X1=1; 1:X2=0; x=65537", GRANULES),
    not_reached(Arch::AArch64, "Mix-MP.h2b0+dmb.sy+ctrl", "1:X1=1; 1:X2=0; x=65537", GRANULES),
    not_reached(Arch::AArch64, "Mix-MP.h2b0+dmb.sy+dmb.st", "1:X1=1; 1:X2=0; x=65537", GRANULES),
    not_reached(Arch::AArch64, "Mix-MP.h2b0+dmb.sy+po", "1:X1=1; 1:X2=0; x=65537", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-CoRR.w0b0b3", "1:r1=1; 1:r3=0", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-CoRR.w0b0h2", "1:r1=1; 1:r3=0", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-CoRR.w0b3b0", "1:r1=1; 1:r3=0", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-CoRR.w0b3h0", "1:r1=1; 1:r3=0", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-CoRR.w0h0b3", "1:r1=257; 1:r3=0", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-CoRR.w0h0h2", "1:r1=257; 1:r3=0", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-CoRR.w0h2b0", "1:r1=257; 1:r3=0", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-CoRR.w0h2h0", "1:r1=257; 1:r3=0", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-MP.b0b1+sync+ctrl", "1:r1=1; 1:r3=0; x=257", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-MP.b0b1+sync+po", "1:r1=1; 1:r3=0; x=257", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-MP.h0h2+sync+ctrl", "1:r1=1; 1:r3=0; x=65537", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-MP.h0h2+sync+po", "1:r1=1; 1:r3=0; x=65537", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-MP.h2b0+sync+ctrl", "1:r1=1; 1:r3=0; x=65537", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-MP.h2b0+sync+po", "1:r1=1; 1:r3=0; x=65537", GRANULES),
    not_reached(Arch::Riscv64, "Mix-CoRR.w0b0b3", "1:x5=1; 1:x7=0", GRANULES),
    not_reached(Arch::Riscv64, "Mix-CoRR.w0b0h2", "1:x5=1; 1:x7=0", GRANULES),
    not_reached(Arch::Riscv64, "Mix-CoRR.w0b3b0", "1:x5=1; 1:x7=0", GRANULES),
    not_reached(Arch::Riscv64, "Mix-CoRR.w0b3h0", "1:x5=1; 1:x7=0", GRANULES),
    not_reached(Arch::Riscv64, "Mix-CoRR.w0h0b3", "1:x5=257; 1:x7=0", GRANULES),
    not_reached(Arch::Riscv64, "Mix-CoRR.w0h0h2", "1:x5=257; 1:x7=0", GRANULES),
    not_reached(Arch::Riscv64, "Mix-CoRR.w0h2b0", "1:x5=257; 1:x7=0", GRANULES),
    not_reached(Arch::Riscv64, "Mix-CoRR.w0h2h0", "1:x5=257; 1:x7=0", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.b0b1+fence.rw.rw+ctrl", "1:x5=1; 1:x7=0; x=257", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.b0b1+fence.rw.rw+ctrlfencei", "1:x5=1; 1:x7=0; x=257", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.b0b1+fence.rw.rw+fence.w.w", "1:x5=1; 1:x7=0; x=257", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.b0b1+fence.rw.rw+po", "1:x5=1; 1:x7=0; x=257", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.h0h2+fence.rw.rw+ctrl", "1:x5=1; 1:x7=0; x=65537", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.h0h2+fence.rw.rw+ctrlfencei", "1:x5=1; 1:x7=0; x=65537", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.h0h2+fence.rw.rw+fence.w.w", "1:x5=1; 1:x7=0; x=65537", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.h0h2+fence.rw.rw+po", "1:x5=1; 1:x7=0; x=65537", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.h2b0+fence.rw.rw+ctrl", "1:x5=1; 1:x7=0; x=65537", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.h2b0+fence.rw.rw+ctrlfencei", "1:x5=1; 1:x7=0; x=65537", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.h2b0+fence.rw.rw+fence.w.w", "1:x5=1; 1:x7=0; x=65537", GRANULES),
    not_reached(Arch::Riscv64, "Mix-MP.h2b0+fence.rw.rw+po", "1:x5=1; 1:x7=0; x=65537", GRANULES),
    not_reached(Arch::AArch64, "Mix-S.b0b1+dmb.sy+dmb.st", "1:X1=1; x=258", GRANULES),
    not_reached(Arch::AArch64, "Mix-S.b0b1+dmb.sy+po", "1:X1=1; x=258", GRANULES),
    not_reached(Arch::AArch64, "Mix-S.h0h2+dmb.sy+dmb.st", "1:X1=1; x=65538", GRANULES),
    not_reached(Arch::AArch64, "Mix-S.h0h2+dmb.sy+po", "1:X1=1; x=65538", GRANULES),
    not_reached(Arch::AArch64, "Mix-S.h2b0+dmb.sy+dmb.st", "1:X1=1; x=131073", GRANULES),
    not_reached(Arch::AArch64, "Mix-S.h2b0+dmb.sy+po", "1:X1=1; x=131073", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-R.b0b1+lwsync+sync", "1:r3=0; x=513", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-R.h0h2+lwsync+sync", "1:r3=0; x=131073", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-R.h2b0+lwsync+sync", "1:r3=0; x=65538", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-S.b0b1+sync+po", "1:r1=1; x=258", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-S.h0h2+sync+po", "1:r1=1; x=65538", GRANULES),
    not_reached(Arch::Ppc64le, "Mix-S.h2b0+sync+po", "1:r1=1; x=131073", GRANULES),
    not_reached(Arch::Riscv64, "Mix-S.b0b1+fence.rw.rw+fence.r.r", "1:x5=1; x=258", GRANULES),
    not_reached(Arch::Riscv64, "Mix-S.b0b1+fence.rw.rw+fence.w.w", "1:x5=1; x=258", GRANULES),
    not_reached(Arch::Riscv64, "Mix-S.b0b1+fence.rw.rw+po", "1:x5=1; x=258", GRANULES),
    not_reached(Arch::Riscv64, "Mix-S.h0h2+fence.rw.rw+fence.r.r", "1:x5=1; x=65538", GRANULES),
    not_reached(Arch::Riscv64, "Mix-S.h0h2+fence.rw.rw+fence.w.w", "1:x5=1; x=65538", GRANULES),
    not_reached(Arch::Riscv64, "Mix-S.h0h2+fence.rw.rw+po", "1:x5=1; x=65538", GRANULES),
    not_reached(Arch::Riscv64, "Mix-S.h2b0+fence.rw.rw+fence.r.r", "1:x5=1; x=131073", GRANULES),
    not_reached(Arch::Riscv64, "Mix-S.h2b0+fence.rw.rw+fence.w.w", "1:x5=1; x=131073", GRANULES),
    not_reached(Arch::Riscv64, "Mix-S.h2b0+fence.rw.rw+po", "1:x5=1; x=131073", GRANULES),
];

/// Outcomes that the architecture allows without load buffering, and that the machine reaches only
/// by promises ([`weakmem::Promise`]): the plugin makes none yet.
#[rustfmt::skip]
pub const BY_PROMISES: [NotReached; 9] = [
    not_reached(Arch::Riscv64, "Amo-R+lr-addr+fence.rw.rw", "0:x5=0; 0:x8=0; 1:x7=0; y=2", AT_ONCE),
    not_reached(Arch::Riscv64, "Amo-R+lr-ctrl+fence.rw.rw", "0:x5=0; 0:x8=0; 1:x7=0; y=2", AT_ONCE),
    not_reached(Arch::Riscv64, "Amo-R+lr-ctrlfencei+fence.rw.rw", "0:x5=0; 0:x8=0; 1:x7=0; y=2", AT_ONCE),
    not_reached(Arch::Riscv64, "Amo-R+lr-data+fence.rw.rw", "0:x5=0; 0:x8=0; 1:x7=0; y=2", AT_ONCE),
    not_reached(Arch::Riscv64, "Amo-R+lr-fence.r.r+fence.rw.rw", "0:x5=0; 0:x8=0; 1:x7=0; y=2", AT_ONCE),
    not_reached(Arch::Riscv64, "Amo-R+lr-po+fence.rw.rw", "0:x5=0; 0:x8=0; 1:x7=0; y=2", AT_ONCE),
    not_reached(Arch::Riscv64, "Amo-R+lr.aq-po+fence.rw.rw", "0:x5=0; 0:x8=0; 1:x7=0; y=2", AT_ONCE),
    not_reached(Arch::Riscv64, "Amo-R+lr.aqrl-po+fence.rw.rw", "0:x5=0; 0:x8=0; 1:x7=0; y=2", AT_ONCE),
    not_reached(Arch::Riscv64, "Amo-R+lr.rl-po+fence.rw.rw", "0:x5=0; 0:x8=0; 1:x7=0; y=2", AT_ONCE),
];
