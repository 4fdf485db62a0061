//! The registers of a thread that a signal has interrupted in a system call.

use std::ffi::c_void;

/// The registers of a thread that a signal has interrupted.
pub struct Interrupted(&'static mut libc::mcontext_t);

const EINTR: i64 = 4;

#[cfg(target_arch = "x86_64")]
impl Interrupted {
    pub unsafe fn of(context: *mut c_void) -> Self {
        // SAFETY: by the caller's promise.
        Self(unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext })
    }

    fn register(&self, register: i32) -> i64 {
        self.0.gregs[register as usize]
    }

    /// Whether there is a `syscall` at this distance from the next instruction.
    fn is_call(&self, distance: i64) -> bool {
        let at = (self.register(libc::REG_RIP) + distance) as *const [u8; 2];
        // SAFETY: code has run there, or is about to.
        unsafe { at.read_unaligned() == [0x0f, 0x05] }
    }

    pub fn is_over_by_signal(&self) -> bool {
        self.register(libc::REG_RAX) == -EINTR && self.is_call(-2)
    }

    pub fn restarts(&self, (number, first): (i64, u64)) -> bool {
        self.register(libc::REG_RAX) == number
            && self.register(libc::REG_RDI) as u64 == first
            && self.is_call(0)
    }

    pub fn skip(&mut self) {
        self.0.gregs[libc::REG_RIP as usize] += 2;
    }

    pub fn set_result(&mut self, result: i64) {
        self.0.gregs[libc::REG_RAX as usize] = result;
    }

    /// Begins an `epoll_pwait` anew, without its time-out. The first argument is still there.
    pub fn begin_anew(&mut self, _: u64) {
        self.0.gregs[libc::REG_RIP as usize] -= 2;
        self.0.gregs[libc::REG_RAX as usize] = libc::SYS_epoll_pwait;
        self.0.gregs[libc::REG_R10 as usize] = -1;
    }

    pub unsafe fn clear_sets(&self) {
        let sets = [libc::REG_RSI, libc::REG_RDX, libc::REG_R10];
        let sets = sets.map(|it| self.register(it));
        // SAFETY: by the caller's promise.
        unsafe { clear(self.register(libc::REG_RDI), sets) };
    }
}

#[cfg(target_arch = "aarch64")]
impl Interrupted {
    pub unsafe fn of(context: *mut c_void) -> Self {
        // SAFETY: by the caller's promise.
        Self(unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext })
    }

    /// Whether there is an `svc` at this distance from the next instruction.
    fn is_call(&self, distance: i64) -> bool {
        let at = self.0.pc.wrapping_add_signed(distance) as *const u32;
        // SAFETY: code has run there, or is about to.
        unsafe { at.read_unaligned() == 0xd400_0001 }
    }

    pub fn is_over_by_signal(&self) -> bool {
        self.0.regs[0] as i64 == -EINTR && self.is_call(-4)
    }

    pub fn restarts(&self, (number, first): (i64, u64)) -> bool {
        self.0.regs[8] as i64 == number && self.0.regs[0] == first && self.is_call(0)
    }

    pub fn skip(&mut self) {
        self.0.pc += 4;
    }

    pub fn set_result(&mut self, result: i64) {
        self.0.regs[0] = result as u64;
    }

    /// Begins an `epoll_pwait` anew, without its time-out. The result has replaced the first argument.
    pub fn begin_anew(&mut self, first: u64) {
        self.0.pc -= 4;
        self.0.regs[0] = first;
        self.0.regs[3] = u64::MAX;
    }

    /// The first argument is lost, where the result is now. So the sets stay as they are.
    pub unsafe fn clear_sets(&self) {}
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
impl Interrupted {
    pub unsafe fn of(context: *mut c_void) -> Self {
        // SAFETY: by the caller's promise.
        Self(unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext })
    }

    pub fn is_over_by_signal(&self) -> bool {
        false
    }

    pub fn restarts(&self, _: (i64, u64)) -> bool {
        false
    }

    pub fn skip(&mut self) {}

    pub fn set_result(&mut self, _: i64) {}

    pub fn begin_anew(&mut self, _: u64) {}

    pub unsafe fn clear_sets(&self) {}
}

/// Clears sets of so many descriptors.
#[cfg(target_arch = "x86_64")]
unsafe fn clear(descriptors: i64, sets: [i64; 3]) {
    // QEMU's sets have room for 1024.
    let words = usize::try_from(descriptors)
        .unwrap_or(0)
        .min(1024)
        .div_ceil(64);
    for set in sets {
        let set = set as *mut u64;
        if !set.is_null() {
            // SAFETY: by the caller's promise these are the sets of a `pselect6`.
            unsafe { set.write_bytes(0, words) };
        }
    }
}
