//! The ways in which a program ends, or does not end.

use std::os::unix::process::CommandExt as _;
use std::process::{self, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{hint, ptr, thread};

use crate::live::Live;

pub fn exit_live() -> Result<String, String> {
    Live::start().leave();
    println!("endings exit-live: exits with 7");
    process::exit(7)
}

pub fn return_live() -> Result<String, String> {
    Live::start().leave();
    Ok("returns from main".into())
}

pub fn exec_self() -> Result<String, String> {
    Live::start().leave();
    println!("endings exec-self: becomes /bin/true");
    Err(format!("/bin/true: {}", Command::new("/bin/true").exec()))
}

pub fn abort() -> Result<String, String> {
    Live::start().leave();
    println!("endings abort: aborts");
    process::abort()
}

pub fn segv() -> Result<String, String> {
    // SAFETY: a new mapping, which changes no other memory.
    let page = unsafe {
        libc::mmap(
            ptr::null_mut(),
            1,
            libc::PROT_NONE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if page == libc::MAP_FAILED {
        return Err(std::io::Error::last_os_error().to_string());
    }
    println!("endings segv: stores to a page that may not be accessed");
    // SAFETY: not sound by the rules of Rust, but this store is the test. It is volatile, so the
    // compiler keeps it, and the kernel answers it with a signal.
    unsafe { page.cast::<u8>().write_volatile(1) };
    Err("the store was let pass".into())
}

pub fn livelock() -> Result<String, String> {
    static FLAG: AtomicBool = AtomicBool::new(false);

    println!("endings livelock: two threads spin");
    let spin = || {
        // Relaxed: pairs with nothing; nobody sets the flag.
        while !FLAG.load(Ordering::Relaxed) {
            hint::spin_loop();
        }
    };
    let other = thread::spawn(spin);
    spin();
    other.join().unwrap();
    Err("somebody set the flag".into())
}
