//! The ways in which a program ends, or does not end.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::process::{self, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};
use std::{hint, io, ptr, thread};

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

pub fn deadlock() -> Result<String, String> {
    println!("endings deadlock: two threads wait for each other");
    let (first, second, both) = (Mutex::new(()), Mutex::new(()), Barrier::new(2));
    let lock = |one: &Mutex<()>, other: &Mutex<()>| {
        let one = one.lock().unwrap();
        both.wait();
        drop((other.lock().unwrap(), one));
    };
    thread::scope(|scope| {
        scope.spawn(|| lock(&first, &second));
        scope.spawn(|| lock(&second, &first));
    });
    Err("both have got both".into())
}

pub fn wait_alone() -> Result<String, String> {
    println!("endings wait-alone: waits for a byte");
    let (mut reader, _writer) = io::pipe().map_err(|error| error.to_string())?;
    let read = reader.read(&mut [0]);
    Err(format!("{read:?}"))
}

pub fn spin_alone() -> Result<String, String> {
    println!("endings spin-alone: spins");
    loop {
        hint::spin_loop();
    }
}
