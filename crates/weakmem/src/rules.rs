//! What the four architectures differ in, one switch a rule.

use crate::order::StoreOrder;
use arch::Arch;

/// The rules of an architecture's memory model. Where a rule is off, memory is weaker, unless its
/// name says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The order in which a thread's stores become visible.
    pub stores: StoreOrder,
    /// A store becomes visible to all other threads at once; else it may arrive at one before it does at
    /// another.
    pub multi_copy_atomic: bool,
    /// Loads are done in program order.
    pub loads_in_order: bool,
    /// A store may become visible before an earlier load is done ([`crate::Promise`]). (On: weaker.)
    pub load_buffering: bool,
    /// A load that reads the write of its own thread's atomic may be done before that write is
    /// visible. (On: weaker.)
    pub atomics_forward: bool,
    /// The write of an atomic or of a store-conditional may become visible after later accesses of its
    /// thread. (On: weaker.)
    pub atomics_stay_pending: bool,
    /// An atomic is one operation: what is ordered after its read is ordered after its write.
    pub atomic_is_one: bool,
    /// What follows an acquire atomic is ordered after its write too, not only after its read.
    pub acquire_includes_write: bool,
    /// What depends on whether a store-conditional succeeded is ordered after its write.
    pub status_includes_write: bool,
    /// A context synchronisation is also ordered after what the addresses of the accesses before it
    /// depend on; else after those of the accesses before a branch only.
    pub sync_includes_addresses: bool,
    /// A context synchronisation after a branch on a load is also ordered after the thread's earlier
    /// loads of the same location.
    pub branch_includes_location: bool,
}

impl Rules {
    /// The rules of an architecture.
    #[must_use]
    pub const fn of(arch: Arch) -> Self {
        match arch {
            Arch::AArch64 => Self::ARMV8,
            Arch::Ppc64le => Self::POWER,
            Arch::Riscv64 => Self::RVWMO,
            Arch::X86_64 => Self::X86_TSO,
        }
    }

    /// x86-TSO (Sewell et al., CACM 2010; Intel SDM vol. 3, 9.2.2 "Writes to memory are not
    /// reordered with other writes", "Reads are not reordered with other reads").
    pub const X86_TSO: Self = Self {
        stores: StoreOrder::Fifo,
        // "Any two stores are seen in a consistent order by processors other than those performing the
        // stores" (Intel SDM vol. 3, 9.2.2).
        multi_copy_atomic: true,
        loads_in_order: true,
        // "Writes to memory are not reordered with older reads" (Intel SDM vol. 3, 9.2.2).
        load_buffering: false,
        atomics_forward: false,
        // "Locked instructions have a total order"; each is a full fence (Intel SDM vol. 3, 9.2.2).
        atomics_stay_pending: false,
        atomic_is_one: true,
        acquire_includes_write: true,
        status_includes_write: true,
        sync_includes_addresses: true,
        branch_includes_location: true,
    };

    /// Armv8-A (Arm ARM B2.3).
    pub const ARMV8: Self = Self {
        stores: StoreOrder::Weak,
        // "Other-multi-copy atomic" (Arm ARM B2.3).
        multi_copy_atomic: true,
        loads_in_order: false,
        load_buffering: true,
        // "Atomic-ordered-before" (Arm ARM L.b): a read of an exclusive's or atomic's own write is
        // ordered after the read of that at most, though it is an acquire.
        atomics_forward: true,
        // A write of an exclusive or atomic is ordered as any write is.
        atomics_stay_pending: true,
        atomic_is_one: false,
        // "Barrier-ordered-before" starts at the acquiring read.
        acquire_includes_write: false,
        status_includes_write: false,
        // "Dependency-ordered-before": an address dependency, then ISB, then a read.
        sync_includes_addresses: true,
        branch_includes_location: false,
    };

    /// RVWMO (RISC-V unprivileged spec, "RVWMO Memory Consistency Model").
    pub const RVWMO: Self = Self {
        stores: StoreOrder::Weak,
        // There is one global memory order.
        multi_copy_atomic: true,
        loads_in_order: false,
        load_buffering: true,
        // Rule 3: a load that returns the value of an AMO or SC is ordered after it.
        atomics_forward: false,
        // Rules 9 to 11: what depends on the result of an AMO, or on the status of an SC, comes after
        // it. (Without such, an SC may be visible later; the machine is stronger there.)
        atomics_stay_pending: false,
        // "AMOs ... are both loads and stores": one operation in the global memory order.
        atomic_is_one: true,
        // Rule 5: the acquire annotation is on the AMO as a whole.
        acquire_includes_write: true,
        // Rules 9 to 11: the success register is the SC's result.
        status_includes_write: true,
        // There is no context synchronisation that orders reads.
        sync_includes_addresses: false,
        branch_includes_location: false,
    };

    /// Power (ISA Book II 1.7; Alglave, Maranget, Tautschnig, "Herding Cats", TOPLAS 2014;
    /// Sarkar, Sewell, Alglave, Maranget, Williams, "Understanding POWER Multiprocessors", PLDI 2011).
    pub const POWER: Self = Self {
        stores: StoreOrder::Weak,
        // "Propagation" in "Herding Cats", figure 18; Sarkar et al., PLDI 2011.
        multi_copy_atomic: false,
        loads_in_order: false,
        load_buffering: true,
        atomics_forward: false,
        // A write of a store-conditional is ordered as any write is.
        atomics_stay_pending: true,
        atomic_is_one: false,
        acquire_includes_write: true,
        status_includes_write: false,
        // `addr; po` is in `cc0`, and `ci` starts at a branch (`ctrl; isync`).
        sync_includes_addresses: false,
        // `cc0` holds the same location in program order, and `cc; ci` is in `ci`.
        branch_includes_location: true,
    };
}
