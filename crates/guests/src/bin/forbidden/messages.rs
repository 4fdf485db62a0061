//! Messages through the kernel: a thread learns through it that another one has stored. What
//! passes a message orders the accesses before it before those after it, in the kernel's code.

use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::thread;

use crate::memory::{self, SLOT, last_error};
use crate::steps::{Steps, dawdle, never};

const ROUNDS: u32 = 60;

/// One thread stores data and passes a message, the other one gets it and loads the data.
fn through(pass: impl Fn() + Sync, get: impl Fn(u32) -> bool) -> Result<String, String> {
    let data = memory::pages(1)?;
    // Relaxed: the load only touches the page.
    data[0].load(Ordering::Relaxed);
    let begun = Steps::new();
    let mut stale = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS {
                begun.wait(round + 1);
                dawdle(round % 4 * 100);
                // Relaxed: what passes the message is ordered after it.
                data[round as usize * SLOT].store(1, Ordering::Relaxed);
                pass();
            }
        });
        for round in 0..ROUNDS {
            begun.announce(round + 1);
            let got = get(round);
            // Relaxed: it is ordered after what got the message.
            let datum = data[round as usize * SLOT].load(Ordering::Relaxed);
            stale += u32::from(got && datum == 0);
        }
    });
    never("the message is there and the datum is not", stale, ROUNDS)
}

fn write_8(descriptor: libc::c_int) {
    // SAFETY: the bytes live.
    let wrote = unsafe { libc::write(descriptor, 1_u64.to_ne_bytes().as_ptr().cast(), 8) };
    assert_eq!(wrote, 8, "{}", last_error("write"));
}

fn read_8(descriptor: libc::c_int) -> bool {
    let mut bytes = [0_u8; 8];
    // SAFETY: the bytes live.
    unsafe { libc::read(descriptor, bytes.as_mut_ptr().cast(), 8) == 8 }
}

pub fn eventfd() -> Result<String, String> {
    // SAFETY: it takes numbers.
    let descriptor = unsafe { libc::eventfd(0, 0) };
    if descriptor < 0 {
        return Err(last_error("eventfd"));
    }
    through(|| write_8(descriptor), |_| read_8(descriptor))
}

pub fn socketpair() -> Result<String, String> {
    let mut ends = [0; 2];
    // SAFETY: there is room for two descriptors.
    if unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0, ends.as_mut_ptr()) } != 0 {
        return Err(last_error("socketpair"));
    }
    through(|| write_8(ends[0]), |_| read_8(ends[1]))
}

/// A thread that was woken from a futex. (One that need not wait learns nothing from the kernel.)
pub fn futex() -> Result<String, String> {
    let words = memory::pages(1)?;
    let round = AtomicU32::new(0);
    let futex = |word: &AtomicU32, operation: libc::c_int, value: u32| {
        let no_limit = ptr::null::<libc::timespec>();
        // SAFETY: the word lives.
        unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), operation, value, no_limit) }
    };
    through(
        || {
            // Relaxed: only this thread uses it.
            let word = &words[round.fetch_add(1, Ordering::Relaxed) as usize * SLOT];
            // Relaxed: the kernel orders it before it looks for a thread that waits.
            word.store(1, Ordering::Relaxed);
            futex(word, libc::FUTEX_WAKE, 1);
        },
        |round| futex(&words[round as usize * SLOT], libc::FUTEX_WAIT, 0) == 0,
    )
}

/// The reader's thread, while it waits for a signal.
pub fn signal() -> Result<String, String> {
    static READER: AtomicI32 = AtomicI32::new(0);
    // SAFETY: an empty set is a valid one; the calls take sets that live, and numbers.
    let set = unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGUSR1);
        // Threads inherit the mask.
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, ptr::null_mut());
        // Relaxed: the other thread starts after it.
        READER.store(libc::syscall(libc::SYS_gettid) as i32, Ordering::Relaxed);
        set
    };
    through(
        || {
            // Relaxed: as above.
            let reader = READER.load(Ordering::Relaxed);
            // SAFETY: the thread lives until this one has ended.
            unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), reader, libc::SIGUSR1) };
        },
        |_| {
            // SAFETY: the set lives, and the null pointers ask for nothing.
            let got = unsafe { libc::sigwaitinfo(&raw const set, ptr::null_mut()) };
            got == libc::SIGUSR1
        },
    )
}

/// The end of a thread.
pub fn join() -> Result<String, String> {
    let data = memory::pages(1)?;
    let stale = (0..ROUNDS / 2).filter(|round| {
        let datum = &data[*round as usize * SLOT];
        // Relaxed: the end of the thread is ordered after the store, and the load after that end.
        thread::scope(|scope| scope.spawn(|| datum.store(1, Ordering::Relaxed)).join()).ok();
        datum.load(Ordering::Relaxed) == 0
    });
    never(
        "the thread has ended and its store is not there",
        stale.count() as u32,
        ROUNDS / 2,
    )
}

/// Store buffering in which one thread has a barrier, which `membarrier` gives the other one too.
pub fn membarrier() -> Result<String, String> {
    const EXPEDITED: libc::c_int = 8;
    const REGISTER: libc::c_int = 16;
    // SAFETY: the call takes numbers.
    let call = |command: libc::c_int| unsafe { libc::syscall(libc::SYS_membarrier, command, 0) };
    if call(REGISTER) != 0 {
        return Ok("skipped: there is no membarrier".to_owned());
    }
    let words = memory::pages(1)?;
    let meeting = Steps::new();
    let mut both = 0;
    let side = |round: u32, mine: usize, other: usize, barrier: bool| {
        let slot = 2 * SLOT * round as usize;
        meeting.meet(round);
        // Relaxed, both: the barrier orders them.
        words[slot + mine * SLOT].store(1, Ordering::Relaxed);
        if barrier {
            call(EXPEDITED);
        } else {
            std::sync::atomic::compiler_fence(Ordering::SeqCst);
        }
        words[slot + other * SLOT].load(Ordering::Relaxed)
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            (0..ROUNDS)
                .map(|it| side(it, 1, 0, false))
                .collect::<Vec<_>>()
        });
        let mine: Vec<u32> = (0..ROUNDS).map(|it| side(it, 0, 1, true)).collect();
        let other = other.join().unwrap_or_default();
        both = mine.iter().zip(&other).filter(|it| *it == (&0, &0)).count();
    });
    never("both threads read 0", both as u32, ROUNDS)
}
