//! The kernel's barriers, as inline assembly.
//!
//! They are the forms that order CPUs among each other (`smp_wmb()` and so on), which is all that
//! a ring in ordinary memory needs:
//!
//! | | aarch64 | powerpc64 | riscv64 | `x86_64` |
//! |---|---|---|---|---|
//! | [`wmb`] | `dmb ishst` | `lwsync` | `fence w,w` | compiler only |
//! | [`rmb`] | `dmb ishld` | `lwsync` | `fence r,r` | compiler only |
//! | [`mb`] | `dmb ish` | `sync` | `fence rw,rw` | `mfence` |
//!
//! On powerpc64 the kernel of 2003 used `eieio` for `wmb()`. `eieio` orders stores to ordinary
//! memory among each other and, separately, accesses to devices. Only devices need it: for ordinary
//! memory the kernel now uses `lwsync`, which orders these stores too, and loads as well,
//! and costs no more.
//!
//! On `x86_64` no store overtakes a store and no load overtakes a load, so `wmb` and `rmb` only
//! stop the compiler.
//!
//! On other architectures, and under Miri, which runs no assembly, Rust's fences are used.
//!
//! Each barrier is a compiler barrier too: assembly that does not say `nomem` may touch any
//! memory, so the compiler moves no access across it.

macro_rules! barriers {
    ($($(#[$doc:meta])* $name:ident: $($arch:literal => $code:literal,)+ else $fence:ident;)+) => {$(
        $(#[$doc])*
        #[inline(always)]
        #[allow(clippy::inline_always, reason = "a call would blur the machine code")]
        pub fn $name() {
            $(
                #[cfg(all(target_arch = $arch, not(miri)))]
                // SAFETY: the instruction, if any, orders memory accesses. It changes no memory,
                // no register, no flag and not the stack.
                unsafe {
                    core::arch::asm!($code, options(nostack, preserves_flags));
                }
            )+
            #[cfg(any(miri, not(any($(target_arch = $arch),+))))]
            core::sync::atomic::fence(core::sync::atomic::Ordering::$fence);
        }
    )+};
}

barriers! {
    /// Compiler barrier only; the kernel's `barrier()`.
    ///
    /// Under Miri and on other architectures it is a full fence.
    barrier:
        "aarch64" => "",
        "powerpc64" => "",
        "riscv64" => "",
        "x86_64" => "",
        else SeqCst;

    /// Write barrier: no store after it becomes visible ahead of one before it.
    wmb:
        "aarch64" => "dmb ishst",
        "powerpc64" => "lwsync",
        "riscv64" => "fence w,w",
        "x86_64" => "",
        else SeqCst;

    /// Read barrier: no load after it is satisfied ahead of one before it.
    rmb:
        "aarch64" => "dmb ishld",
        "powerpc64" => "lwsync",
        "riscv64" => "fence r,r",
        "x86_64" => "",
        else SeqCst;

    /// Full barrier: no access after it is performed ahead of one before it.
    mb:
        "aarch64" => "dmb ish",
        "powerpc64" => "sync",
        "riscv64" => "fence rw,rw",
        "x86_64" => "mfence",
        else SeqCst;
}
