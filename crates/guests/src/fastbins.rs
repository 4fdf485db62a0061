//! glibc's fastbins, and how to do without them.
//!
//! Debian 12's glibc for riscv64 has a fault of the kind that this project is about. A chunk is
//! put into a fastbin, a list that threads share, by two stores: the link in the chunk, then a
//! compare-and-swap of the list's head that the source asks to be a release
//! (`catomic_compare_and_exchange_val_rel` in `_int_free`). Debian's compiler made `sd; lr.d; sc.d`
//! of that: no fence, no `.rl`. So the head may be visible before the link, and the thread that
//! takes the chunk follows a stale link: "malloc(): unaligned fastbin chunk detected".
//!
//! The guest `fastbins` shows it. Guests that are to show something else call [`avoid`] first.

/// Tells `malloc` to use no fastbins; chunks then go through lists that a lock protects.
pub fn avoid() {
    if cfg!(all(target_arch = "riscv64", target_env = "gnu")) {
        // SAFETY: called before the program has a second thread, as `mallopt` wants.
        unsafe { libc::mallopt(M_MXFAST, 0) };
    }
}

/// From glibc's `malloc.h`: largest chunk that goes into a fastbin.
const M_MXFAST: libc::c_int = 1;
