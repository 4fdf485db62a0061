//! An aligned access of 16 bytes, which is single-copy atomic where the CPU has AVX (Intel SDM 3A 9.1.1)
//! or FEAT_LSE2 (Arm ARM B2.2.1). Elsewhere the mode checks nothing.

/// Looks for values of which one half is older than the other.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn tear_16() -> Result<String, String> {
    Ok("this architecture has no such access".to_owned())
}

/// Looks for values of which one half is older than the other.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub fn tear_16() -> Result<String, String> {
    use crate::steps::never;
    use std::thread;

    const STORES: u64 = 500;
    const LOADS: u32 = 1000;

    #[repr(align(64))]
    struct Wide(std::cell::UnsafeCell<[u64; 2]>);
    // SAFETY: only assembly accesses it.
    unsafe impl Sync for Wide {}
    static WIDE: Wide = Wide(std::cell::UnsafeCell::new([0; 2]));

    if !is_atomic() {
        return Ok("this CPU has no such access".to_owned());
    }
    let mut torn = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for value in 1..=STORES {
                // SAFETY: the memory is aligned and lives, and the CPU has the instructions.
                unsafe { store(WIDE.0.get(), value) };
            }
        });
        for _ in 0..LOADS {
            // SAFETY: as above.
            let (low, high) = unsafe { load(WIDE.0.get()) };
            torn += u32::from(low != high);
        }
    });
    never("a torn value", torn, LOADS)
}

#[cfg(target_arch = "x86_64")]
fn is_atomic() -> bool {
    std::is_x86_feature_detected!("avx")
}

/// FEAT_LSE2: HWCAP_USCAT.
#[cfg(target_arch = "aarch64")]
fn is_atomic() -> bool {
    const USCAT: libc::c_ulong = 1 << 25;
    // SAFETY: no preconditions.
    unsafe { libc::getauxval(libc::AT_HWCAP) & USCAT != 0 }
}

/// Stores the value twice.
#[cfg(target_arch = "x86_64")]
unsafe fn store(to: *mut [u64; 2], value: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        std::arch::asm!(
            "vmovq {wide}, {value}",
            "vpunpcklqdq {wide}, {wide}, {wide}",
            "vmovdqa [{to}], {wide}",
            wide = out(xmm_reg) _, value = in(reg) value, to = in(reg) to,
        );
    }
}

/// Loads both halves.
#[cfg(target_arch = "x86_64")]
unsafe fn load(from: *mut [u64; 2]) -> (u64, u64) {
    let (low, high);
    // SAFETY: the caller's promise.
    unsafe {
        std::arch::asm!(
            "vmovdqa {wide}, [{from}]",
            "vmovq {low}, {wide}",
            "vpextrq {high}, {wide}, 1",
            wide = out(xmm_reg) _, low = out(reg) low, high = out(reg) high, from = in(reg) from,
        );
    }
    (low, high)
}

/// Stores the value twice.
#[cfg(target_arch = "aarch64")]
unsafe fn store(to: *mut [u64; 2], value: u64) {
    // SAFETY: the caller's promise.
    unsafe { std::arch::asm!("stp {0}, {0}, [{1}]", in(reg) value, in(reg) to) };
}

/// Loads both halves.
#[cfg(target_arch = "aarch64")]
unsafe fn load(from: *mut [u64; 2]) -> (u64, u64) {
    let (low, high);
    // SAFETY: the caller's promise.
    unsafe { std::arch::asm!("ldp {0}, {1}, [{2}]", out(reg) low, out(reg) high, in(reg) from) };
    (low, high)
}
