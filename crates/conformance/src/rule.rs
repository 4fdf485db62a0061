//! Orderings that can be left out of the translation of a test, to see which test notices.
//!
//! What `weakmem::Rules` has a switch for is not here.

/// An ordering, or another promise of the machine, that every architecture with such an access
/// keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A fence keeps reads before reads.
    FenceReadRead,
    /// A fence keeps reads before writes.
    FenceReadWrite,
    /// A fence keeps writes before reads.
    FenceWriteRead,
    /// A fence keeps writes before writes.
    FenceWriteWrite,
    /// A context synchronisation orders later reads.
    ContextSync,
    /// What a branch depends on is before later stores, and before what a context synchronisation orders.
    Branch,
    /// A store is ordered after what chose its data.
    PickData,
    /// A load, and every later store, is ordered after what the load's address depends on.
    LoadAddress,
    /// A store, a load that reads it and every later store are ordered after what the store's address
    /// depends on.
    StoreAddress,
    /// A store, and a load that reads it, are ordered after what its data depends on.
    StoreData,
    /// What follows an RCsc acquire is ordered after it.
    AcquireSc,
    /// What follows an RCpc acquire is ordered after it.
    AcquirePc,
    /// An RCsc acquire is ordered after earlier releases.
    ReleaseAcquire,
    /// An RCpc acquire need not be ordered after earlier releases. (Left out: stronger.)
    ReleaseAcquirePc,
    /// A release is ordered after what is before it.
    Release,
    /// An atomic is a full fence: x86's `lock`, and Armv8's with both acquire and release.
    AtomicFence,
    /// Nothing comes between the read and the write of an atomic.
    Atomic,
    /// A store-conditional fails when its reservation is lost.
    Reservation,
    /// Two reads of a location do not see its writes the wrong way round.
    CoRR,
    /// A write is not visible before an earlier read of its location is done.
    CoRW,
    /// A read does not see what is older than its own thread's write.
    CoWR,
    /// Two writes of a thread to a location keep their order.
    CoWW,
    /// A read sees its own thread's pending store.
    Forwarding,
    /// A read sees one moment of all of its bytes.
    WholeRead,
    /// A write becomes visible as a whole.
    WholeWrite,
}

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 25] = [
        Rule::FenceReadRead,
        Rule::FenceReadWrite,
        Rule::FenceWriteRead,
        Rule::FenceWriteWrite,
        Rule::ContextSync,
        Rule::Branch,
        Rule::PickData,
        Rule::LoadAddress,
        Rule::StoreAddress,
        Rule::StoreData,
        Rule::AcquireSc,
        Rule::AcquirePc,
        Rule::ReleaseAcquire,
        Rule::ReleaseAcquirePc,
        Rule::Release,
        Rule::AtomicFence,
        Rule::Atomic,
        Rule::Reservation,
        Rule::CoRR,
        Rule::CoRW,
        Rule::CoWR,
        Rule::CoWW,
        Rule::Forwarding,
        Rule::WholeRead,
        Rule::WholeWrite,
    ];
}
