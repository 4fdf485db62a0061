//! Limits that a program sets for itself.

use std::fs::File;
use std::io::Write as _;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;

use crate::contention::{checked, contend, error_of};

type Resource = libc::__rlimit_resource_t;

fn limit(resource: Resource, value: u64) -> Result<(), String> {
    let limit = libc::rlimit {
        rlim_cur: value,
        rlim_max: value,
    };
    // SAFETY: `limit` is valid for the call.
    checked("setrlimit", unsafe {
        libc::setrlimit(resource, &raw const limit)
    })
    .map(drop)
}

fn current(resource: Resource) -> Result<(u64, u64), String> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is valid for the call.
    checked("getrlimit", unsafe {
        libc::getrlimit(resource, &raw mut limit)
    })?;
    Ok((limit.rlim_cur, limit.rlim_max))
}

/// What it sets is what it gets, before and after it has threads.
pub fn limits() -> Result<String, String> {
    let all = [
        libc::RLIMIT_NOFILE,
        libc::RLIMIT_FSIZE,
        libc::RLIMIT_AS,
        libc::RLIMIT_NPROC,
        libc::RLIMIT_CORE,
    ];
    let now = || {
        all.iter()
            .map(|it| current(*it))
            .collect::<Result<Vec<_>, _>>()
    };
    let before = now()?;
    contend();
    let threads = now()?;
    limit(libc::RLIMIT_AS, 3 << 30)?;
    limit(libc::RLIMIT_NPROC, 100)?;
    limit(libc::RLIMIT_CORE, 0)?;
    limit(libc::RLIMIT_NOFILE, 50)?;
    contend();
    Ok(format!("{before:?} {threads:?} {:?}", now()?))
}

/// More threads than descriptors.
pub fn few_descriptors() -> Result<String, String> {
    limit(libc::RLIMIT_NOFILE, 40)?;
    let barrier = Arc::new(Barrier::new(61));
    let wait = || {
        let barrier = Arc::clone(&barrier);
        thread::spawn(move || barrier.wait())
    };
    let threads: Vec<_> = (0..60).map(|_| wait()).collect();
    barrier.wait();
    for thread in threads {
        thread.join().unwrap();
    }
    let files: Vec<_> = (0..).map_while(|_| File::open("/dev/null").ok()).collect();
    Ok(format!("60 threads, {} files", files.len()))
}

/// No descriptor at all can be opened.
pub fn no_descriptors() -> Result<String, String> {
    limit(libc::RLIMIT_NOFILE, 0)?;
    contend();
    let file = File::open("/dev/null").map(drop);
    contend();
    Ok(format!("{:?}", file.map_err(|error| error.raw_os_error())))
}

/// No file may grow.
pub fn no_file_size() -> Result<String, String> {
    contend();
    let mut file = File::create("none.txt").map_err(|error| error.to_string())?;
    // SAFETY: no handler is installed.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    limit(libc::RLIMIT_FSIZE, 0)?;
    contend();
    let written = file.write(b"text");
    Ok(format!(
        "{:?}",
        written.map_err(|error| error.raw_os_error())
    ))
}

/// As a user of its own, who may have a few threads only.
pub fn few_processes() -> Result<String, String> {
    /// Nobody has this number.
    const USER: libc::uid_t = 54_321;
    contend();
    limit(libc::RLIMIT_NPROC, 8)?;
    // SAFETY: no preconditions.
    let user = error_of(unsafe { libc::setresuid(USER, USER, USER) });
    if user != 0 {
        return Ok(format!("not root: {user}"));
    }
    let (stop, stopped) = mpsc::channel::<()>();
    let stopped = Arc::new(Mutex::new(stopped));
    let threads: Vec<_> = (0..)
        .map_while(|_| {
            let stopped = Arc::clone(&stopped);
            let wait = move || {
                // Nothing is ever sent.
                let _ = stopped.lock().unwrap().recv();
            };
            thread::Builder::new().spawn(wait).ok()
        })
        .collect();
    drop(stop);
    let count = threads.len();
    for thread in threads {
        thread.join().unwrap();
    }
    contend();
    Ok(format!("{count} threads"))
}
