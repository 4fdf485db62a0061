//! Marks with which a program tells overtake of failed checks and of names for memory.
//!
//! In: calls of the program under test. Out: a system call that no kernel has. Never knows: what
//! overtake does with it. Natively, and under plain QEMU, the call fails with `ENOSYS` and does
//! nothing, so the marks may stay in a program's tests.
//!
//! [`check!`] is `assert!` for threads that must not unwind: under overtake the run ends right after
//! the failed check, which makes the shortest witness. [`name()`] names memory: `ring.tail`.
//!
//! | first argument | further arguments | meaning |
//! |---|---|---|
//! | [`FAILED`] | address and length of a message | a check failed: the run ends here |
//! | [`NAME`] | address and length of a name; address and size of what it names | memory has a name |
#![no_std]

/// The number of the call, on every architecture: "\x07ovt".
pub const CALL: i64 = 0x076f_7674;
/// A check failed.
pub const FAILED: u64 = 1;
/// Memory has a name.
pub const NAME: u64 = 2;
/// The maximum length of a message or a name, in bytes. The rest is ignored.
pub const LONGEST: usize = 4096;

/// Reports a failed check. Under overtake it does not return.
pub fn failed(message: &str) {
    call([FAILED, address(message), message.len() as u64, 0, 0]);
}

/// Names the memory of a value.
pub fn name<T: ?Sized>(name: &str, memory: &T) {
    let start = core::ptr::from_ref(memory).cast::<u8>().addr();
    name_at(name, start, size_of_val(memory));
}

/// Names the `size` bytes from an address on.
pub fn name_at(name: &str, start: usize, size: usize) {
    let length = name.len() as u64;
    call([NAME, address(name), length, start as u64, size as u64]);
}

/// Reports a failed check if the condition is false: `check!(got == sent, "a stale event")`.
/// Returns the condition.
#[macro_export]
macro_rules! check {
    ($condition:expr, $message:expr) => {{
        let met: bool = $condition;
        if !met {
            $crate::failed($message);
        }
        met
    }};
}

fn address(text: &str) -> u64 {
    text.as_ptr() as u64
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn call([a, b, c, d, e]: [u64; 5]) {
    // SAFETY: no kernel has this call; it touches nothing but the registers that Linux says.
    unsafe {
        core::arch::asm!(
            "syscall",
            inlateout("rax") CALL => _,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e,
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
}

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
fn call([a, b, c, d, e]: [u64; 5]) {
    // SAFETY: no kernel has this call; it touches nothing but the result's register.
    unsafe {
        core::arch::asm!(
            "svc #0",
            in("x8") CALL,
            inlateout("x0") a => _,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e,
            options(nostack),
        );
    }
}

#[cfg(all(target_os = "linux", target_arch = "riscv64"))]
fn call([a, b, c, d, e]: [u64; 5]) {
    // SAFETY: no kernel has this call; it touches nothing but the result's register.
    unsafe {
        core::arch::asm!(
            "ecall",
            in("a7") CALL,
            inlateout("a0") a => _,
            in("a1") b, in("a2") c, in("a3") d, in("a4") e,
            options(nostack),
        );
    }
}

#[cfg(all(target_os = "linux", target_arch = "powerpc64"))]
fn call([a, b, c, d, e]: [u64; 5]) {
    // SAFETY: no kernel has this call; what Linux says that a call changes is named.
    unsafe {
        core::arch::asm!(
            "sc",
            inlateout("r0") CALL => _,
            inlateout("r3") a => _,
            inlateout("r4") b => _,
            inlateout("r5") c => _,
            inlateout("r6") d => _,
            inlateout("r7") e => _,
            lateout("r8") _, lateout("r9") _, lateout("r10") _, lateout("r11") _, lateout("r12") _,
            lateout("cr0") _, lateout("ctr") _, lateout("xer") _,
            options(nostack),
        );
    }
}

#[cfg(not(all(
    target_os = "linux",
    any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "powerpc64"
    )
)))]
fn call(_: [u64; 5]) {}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_happens_without_overtake() {
        let met = crate::check!(1 + 1 == 3, "arithmetic");
        assert!(!met);
        assert!(crate::check!(1 + 1 == 2, "arithmetic"));
        crate::name("forty-two", &42_u64);
    }
}
