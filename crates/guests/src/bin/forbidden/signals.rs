//! Signals that arrive at bad moments, and signal frames on shared pages.

#[cfg(target_arch = "aarch64")]
use std::arch::asm;
use std::hint::{black_box, spin_loop};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::thread;
use std::{ffi::c_void, mem};

use overtake_guests::check::equal;
use overtake_guests::pages::PAGE;

use crate::memory::{self, last_error};
use crate::steps::{Steps, dawdle};

/// How often the handler ran. All accesses are Relaxed: a count, which publishes nothing.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// Counts the signal, and runs for a while, so that the other thread gets its turn meanwhile.
extern "C" fn handler(_signal: libc::c_int) {
    COUNT.fetch_add(1, Ordering::Relaxed);
    dawdle(4000);
}

fn install(flags: libc::c_int) -> Result<(), String> {
    // SAFETY: all zeros is a valid `sigaction`: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler as extern "C" fn(libc::c_int) as libc::sighandler_t;
    action.sa_flags = flags;
    // SAFETY: `action` is initialised, and its handler does only what is allowed in a handler.
    match unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(last_error("sigaction")),
    }
}

/// Threads exit by the system call while signals for them are pending. They are made by `clone`,
/// because libc's threads block all signals before they exit.
pub fn exit_signal() -> Result<String, String> {
    const THREADS: usize = 30;
    static IDS: [AtomicI32; THREADS] = [const { AtomicI32::new(0) }; THREADS];

    /// Publishes the thread's number and exits. It must not use thread-local memory, which is
    /// that of the thread that made this one.
    extern "C" fn run(id: *mut c_void) -> libc::c_int {
        // The signal's frame is below this, on pages that only this thread uses.
        black_box([0_u8; 8192]);
        // SAFETY: `id` is one of `IDS`. One system call returns a number, the other ends this
        // thread.
        unsafe {
            let number = libc::syscall(libc::SYS_gettid) as i32;
            // Release: pairs with the Acquire load below; publishes only the number itself.
            (*id.cast::<AtomicI32>()).store(number, Ordering::Release);
            // The signal arrives between one of these and the system call.
            #[cfg(target_arch = "aarch64")]
            asm!("yield", "yield", "yield", "svc #0", in("x8") libc::SYS_exit, in("x0") 0, options(noreturn));
            #[cfg(not(target_arch = "aarch64"))]
            {
                spin_loop();
                libc::syscall(libc::SYS_exit, 0);
                0
            }
        }
    }

    install(0)?;
    let stacks = memory::pages(THREADS)?;
    // SAFETY: only returns a number.
    let program = unsafe { libc::getpid() };
    for (id, stack) in IDS.iter().zip(stacks.chunks_exact(memory::WORDS)) {
        let flags = libc::CLONE_VM
            | libc::CLONE_FS
            | libc::CLONE_FILES
            | libc::CLONE_SIGHAND
            | libc::CLONE_THREAD
            | libc::CLONE_SYSVSEM;
        // SAFETY: the stack is never unmapped, only this thread uses it, and its end is aligned.
        // `run` calls nothing of libc that needs thread-local memory.
        let made = unsafe {
            let end = stack.as_ptr_range().end.cast_mut().cast();
            libc::clone(run, end, flags, id.as_ptr().cast())
        };
        if made < 0 {
            return Err(last_error("clone"));
        }
        // Acquire: pairs with the Release store above.
        while id.load(Ordering::Acquire) == 0 {
            spin_loop();
        }
        for _ in 0..30 {
            // The thread may have exited already; then the signal goes nowhere.
            // SAFETY: the signal has a handler, and goes to a thread of this process or nowhere.
            unsafe {
                let id = id.load(Ordering::Relaxed);
                libc::syscall(libc::SYS_tgkill, program, id, libc::SIGUSR1)
            };
        }
    }
    // How many handlers ran depends on the schedule.
    Ok(format!("{THREADS} threads"))
}

/// This thread waits for another one, which signals it. The signal frames are on pages that both
/// use.
pub fn signal_waiting() -> Result<String, String> {
    const SIGNALS: u32 = 10;

    let stack = shared_stack()?;
    install(libc::SA_ONSTACK)?;
    // SAFETY: only returns the thread's handle.
    let this = unsafe { libc::pthread_self() };
    let other = thread::spawn(move || {
        touch(stack);
        for sent in 1..=SIGNALS {
            // SAFETY: that thread lives, because it joins this one, and the signal has a handler.
            unsafe { libc::pthread_kill(this, libc::SIGUSR1) };
            // One by one: two pending signals of the same kind count as one.
            while COUNT.load(Ordering::Relaxed) < sent {
                touch(stack);
            }
        }
    });
    other.join().unwrap();
    equal("signals", COUNT.load(Ordering::Relaxed), SIGNALS)?;
    Ok(format!("{SIGNALS} signals"))
}

/// This thread signals itself while another one runs. The handler has run as a function before.
pub fn signal_running() -> Result<String, String> {
    const SIGNALS: u32 = 10;

    let stack = shared_stack()?;
    let steps = Steps::new();
    let raised = thread::scope(|scope| {
        scope.spawn(|| {
            touch(stack);
            steps.meet(0);
            while COUNT.load(Ordering::Relaxed) <= SIGNALS {
                touch(stack);
            }
        });
        steps.meet(0);
        // Not inlined, so that it is the handler's code that runs.
        black_box(handler as extern "C" fn(libc::c_int))(0);
        let result = install(libc::SA_ONSTACK);
        for _ in 0..SIGNALS {
            if result.is_ok() {
                // SAFETY: a signal that has a handler.
                unsafe { libc::raise(libc::SIGUSR1) };
            }
            dawdle(300);
        }
        let count = COUNT.swap(SIGNALS + 1, Ordering::Relaxed);
        result.map(|()| count)
    })?;
    equal("signals and one call", raised, SIGNALS + 1)?;
    Ok(format!("{SIGNALS} signals"))
}

/// Installs a signal stack for this thread, on pages that it has used, and returns it.
fn shared_stack() -> Result<&'static [AtomicU32], String> {
    let words = memory::pages(1)?;
    touch(words);
    let stack = libc::stack_t {
        ss_sp: words.as_ptr().cast_mut().cast(),
        ss_flags: 0,
        ss_size: PAGE,
    };
    // SAFETY: never unmapped. Only the handler changes it from now on.
    match unsafe { libc::sigaltstack(&raw const stack, ptr::null_mut()) } {
        0 => Ok(words),
        _ => Err(last_error("sigaltstack")),
    }
}

/// Uses every page, whatever the size of pages, and changes nothing.
fn touch(words: &[AtomicU32]) {
    for page in words.chunks(1024) {
        // Relaxed: the value is not used.
        page[0].fetch_or(0, Ordering::Relaxed);
    }
}
