//! Turns off glibc's fastbins, which have an ordering bug on riscv64.
//!
//! A fastbin is a list of free chunks that threads share. `free` adds a chunk with two stores: the
//! link in the chunk, then the list's head, by a compare-and-swap that the source asks to be a
//! release (`catomic_compare_and_exchange_val_rel` in `_int_free`). Debian 12's glibc for riscv64
//! has `sd; lr.d; sc.d` there: no fence, no `.rl`. So the head may commit before the link. The
//! thread that takes the chunk then follows a stale link, and `malloc` aborts: "malloc():
//! unaligned fastbin chunk detected".
//!
//! The guest `fastbins` shows the bug. All others call [`avoid`] first.

/// Tells `malloc` to use no fastbins. Chunks then go through lists that a lock protects.
pub fn avoid() {
    if cfg!(all(target_arch = "riscv64", target_env = "gnu")) {
        // SAFETY: called before the program has a second thread, as `mallopt` requires.
        unsafe { libc::mallopt(M_MXFAST, 0) };
    }
}

/// The option for the largest chunk that goes into a fastbin, from glibc's `malloc.h`.
const M_MXFAST: libc::c_int = 1;
