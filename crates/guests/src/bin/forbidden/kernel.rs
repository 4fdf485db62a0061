//! Loads and stores of the kernel on behalf of a thread.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::AsRawFd as _;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use crate::memory::{self, SLOT, WORDS, last_error};
use crate::steps::{Steps, dawdle, goes_back, never, wait_for_1};

/// One thread stores data, then a flag. Only that thread and the kernel touch the flag's page: the
/// other thread has the kernel copy the flag through a pipe.
pub fn pipe() -> Result<String, String> {
    const ROUNDS: u32 = 60;

    let (data, flags) = (memory::pages(1)?, memory::pages(ROUNDS as usize)?);
    let (mut reader, writer) = io::pipe().map_err(|error| format!("pipe: {error}"))?;
    let begun = Steps::new();
    let mut stale = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS {
                begun.wait(round + 1);
                // Relaxed: the flag's Release is ordered after it.
                data[round as usize * SLOT].store(1, Ordering::Relaxed);
                // Release: pairs with the kernel's load, whose value passes through the pipe.
                flags[round as usize * WORDS].store(1, Ordering::Release);
                dawdle(200);
            }
        });
        for round in 0..ROUNDS {
            begun.announce(round + 1);
            let mut value = [0; 4];
            while value == [0; 4] {
                let flag = flags[round as usize * WORDS].as_ptr();
                // SAFETY: the word lives, and only atomic accesses change it.
                let wrote = unsafe { libc::write(writer.as_raw_fd(), flag.cast(), 4) };
                if wrote != 4 {
                    begun.announce(ROUNDS);
                    return Err(last_error("write"));
                }
                if let Err(error) = reader.read_exact(&mut value) {
                    begun.announce(ROUNDS);
                    return Err(format!("read: {error}"));
                }
            }
            // Acquire: pairs with nothing; `read` has already ordered it after the flag.
            stale += u32::from(data[round as usize * SLOT].load(Ordering::Acquire) == 0);
        }
        never("the flag is there and the data is not", stale, ROUNDS)
    })
}

pub fn futex_wake_op() -> Result<String, String> {
    one_then_two(memory::pages(1)?, |word, _| {
        /// The operation: stores 1 to the second word, and wakes nobody if it was 0.
        const SET_1: libc::c_int = 1 << 12;
        static FUTEX: AtomicU32 = AtomicU32::new(0);
        // SAFETY: both words live, and only atomic instructions access them.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                FUTEX.as_ptr(),
                libc::FUTEX_WAKE_OP,
                0,
                ptr::null::<libc::timespec>(),
                word.as_ptr(),
                SET_1,
            )
        };
    })
}

pub fn write_file() -> Result<String, String> {
    let file: File = memory::file()?;
    one_then_two(memory::page_of(&file)?, |_, offset| {
        let mut file = &file;
        let sought = file.seek(SeekFrom::Start(offset));
        let wrote = sought.and_then(|_| file.write(&1_u32.to_ne_bytes()));
        assert_eq!(wrote.ok(), Some(4), "what a file in memory takes");
    })
}

/// In each slot, the kernel stores 1, then the thread stores 2. No reader may see 0 after 1.
///
/// `store_1` has the kernel store 1. It takes the word and its offset in bytes.
fn one_then_two(
    words: &[AtomicU32],
    store_1: impl Fn(&AtomicU32, u64) + Sync,
) -> Result<String, String> {
    const ROUNDS: u32 = 80;

    let reader = Steps::new();
    let mut back = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS {
                let slot = round as usize * SLOT;
                reader.wait(2 * round + 1);
                store_1(&words[slot], 4 * slot as u64);
                reader.wait(2 * round + 2);
                // Relaxed: the reader reads only this location.
                words[slot].store(2, Ordering::Relaxed);
                dawdle(60);
            }
        });
        for round in 0..ROUNDS {
            let word = &words[round as usize * SLOT];
            // Relaxed: the load only touches the page.
            word.load(Ordering::Relaxed);
            reader.announce(2 * round + 1);
            wait_for_1(word);
            reader.announce(2 * round + 2);
            back += u32::from(goes_back(word));
        }
    });
    never("1, then 0", back, ROUNDS)
}
