//! How many CPUs there seem to be.

use std::fs;
use std::mem::zeroed;
use std::thread;

use overtake_guests::check::equal;

/// All that tells how many CPUs there are.
pub fn cpus() -> Result<String, String> {
    let online = thread::available_parallelism().map_err(|error| error.to_string())?;
    // SAFETY: no preconditions.
    let configured = unsafe {
        [libc::_SC_NPROCESSORS_ONLN, libc::_SC_NPROCESSORS_CONF].map(|it| libc::sysconf(it))
    };
    let lines = |path: &str, start: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().filter(|line| line.starts_with(start)).count()
    };
    let (stat, info) = (
        lines("/proc/stat", "cpu"),
        lines("/proc/cpuinfo", "processor"),
    );
    std::env::set_current_dir("/sys/devices/system").map_err(|error| error.to_string())?;
    let files = ["cpu/online", "cpu/../cpu/possible", "./cpu/present"]
        .map(|path| fs::read_to_string(path).unwrap_or_default());
    let files = files.map(|text| text.trim_end().to_owned());
    Ok(format!("{online} {configured:?} {stat} {info} {files:?}"))
}

/// What a thread sets it gets back, and so does a thread that it makes.
pub fn affinity() -> Result<String, String> {
    let get = || {
        // SAFETY: zeros are the empty set, which is valid for the call.
        unsafe {
            let mut set: libc::cpu_set_t = zeroed();
            libc::sched_getaffinity(0, size_of_val(&set), &raw mut set);
            (0..8)
                .filter(|cpu| libc::CPU_ISSET(*cpu, &set))
                .collect::<Vec<_>>()
        }
    };
    let set = |cpus: &[usize]| {
        // SAFETY: as above.
        unsafe {
            let mut set: libc::cpu_set_t = zeroed();
            for cpu in cpus {
                libc::CPU_SET(*cpu, &mut set);
            }
            let before = set;
            let status = libc::sched_setaffinity(0, size_of_val(&set), &raw const set);
            (status, libc::CPU_EQUAL(&set, &before))
        }
    };
    let first = get();
    equal("the status", set(&[2, 3]), (0, true))?;
    let other = thread::spawn(move || (get(), set(&[1]), get()))
        .join()
        .unwrap();
    equal("no CPU", set(&[]).0, -1)?;
    // SAFETY: no preconditions.
    let cpu = unsafe { libc::sched_getcpu() };
    equal("whether the CPU is one of them", matches!(cpu, 2 | 3), true)?;
    Ok(format!("{first:?} {other:?} {:?}", get()))
}
