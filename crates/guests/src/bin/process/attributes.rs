//! Attributes of a process and of a thread: scheduling, `prctl`, credentials.

use std::fs;
use std::ptr::null;
use std::thread;

use crate::contention::{checked, contend, error_of};

/// Priority, policy and CPUs.
pub fn scheduling() -> Result<String, String> {
    contend();
    let mut seen = Vec::new();
    // SAFETY: the arguments are valid for the calls, and a `cpu_set_t` is a set of bits.
    unsafe {
        let mut first: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(0, &mut first);
        seen.push(error_of(libc::sched_setaffinity(
            0,
            size_of_val(&first),
            &raw const first,
        )));
        seen.push(libc::sched_getscheduler(0));
        seen.push(error_of(libc::setpriority(libc::PRIO_PROCESS, 0, 5)));
        let parameters = libc::sched_param { sched_priority: 0 };
        seen.push(error_of(libc::sched_setscheduler(
            0,
            libc::SCHED_BATCH,
            &raw const parameters,
        )));
        contend();
        seen.push(libc::sched_getscheduler(0));
        seen.push(libc::getpriority(libc::PRIO_PROCESS, 0));
        seen.push(libc::sched_get_priority_max(libc::SCHED_FIFO));
    }
    let other = thread::spawn(|| {
        // SAFETY: no preconditions.
        unsafe {
            (
                libc::sched_getscheduler(0),
                libc::getpriority(libc::PRIO_PROCESS, 0),
            )
        }
    });
    Ok(format!("{seen:?} {:?}", other.join().unwrap()))
}

/// Name, core dumps, parent's death, privileges, filters.
pub fn prctl() -> Result<String, String> {
    let get = |option| {
        // SAFETY: these options take numbers only.
        unsafe { libc::prctl(option, 0, 0, 0, 0) }
    };
    let set = |option, value: libc::c_ulong| {
        // SAFETY: as above.
        error_of(unsafe { libc::prctl(option, value, 0, 0, 0) })
    };
    let signal = || {
        let mut signal = -1;
        // SAFETY: `signal` is valid for the call.
        unsafe { libc::prctl(libc::PR_GET_PDEATHSIG, &raw mut signal) };
        signal
    };
    let name = || {
        let mut name = [0_u8; 16];
        // SAFETY: `name` is valid for the call.
        unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
        String::from_utf8_lossy(&name)
            .trim_end_matches('\0')
            .to_owned()
    };
    let mut seen = vec![signal()];
    contend();
    // SAFETY: the name ends in NUL.
    seen.push(error_of(unsafe {
        libc::prctl(libc::PR_SET_NAME, c"a guest".as_ptr())
    }));
    seen.push(set(libc::PR_SET_DUMPABLE, 0));
    seen.push(set(libc::PR_SET_PDEATHSIG, libc::SIGTERM as libc::c_ulong));
    seen.push(set(libc::PR_SET_NO_NEW_PRIVS, 1));
    contend();
    seen.extend([
        get(libc::PR_GET_DUMPABLE),
        signal(),
        get(libc::PR_GET_NO_NEW_PRIVS),
    ]);
    // SAFETY: without a filter, the call fails.
    seen.push(error_of(unsafe {
        libc::prctl(
            libc::PR_SET_SECCOMP,
            libc::SECCOMP_MODE_FILTER,
            null::<libc::sock_fprog>(),
        )
    }));
    let other = thread::spawn(name).join().unwrap();
    contend();
    let file = fs::read_to_string("/proc/self/comm").unwrap_or_default();
    Ok(format!("{seen:?} {:?} {other:?} {file:?}", name()))
}

/// Becomes a user without rights, for good.
pub fn nobody() -> Result<String, String> {
    const NOBODY: u32 = 65534;
    // SAFETY: no preconditions.
    let root = unsafe { libc::geteuid() } == 0;
    if !root {
        return Ok("not root".to_owned());
    }
    // SAFETY: no list is passed.
    checked("setgroups", unsafe { libc::setgroups(0, null()) })?;
    // SAFETY: no preconditions.
    checked("setresgid", unsafe {
        libc::setresgid(NOBODY, NOBODY, NOBODY)
    })?;
    contend();
    // SAFETY: no preconditions.
    checked("setresuid", unsafe {
        libc::setresuid(NOBODY, NOBODY, NOBODY)
    })?;
    contend();
    // SAFETY: no preconditions.
    let (user, group, back) =
        unsafe { (libc::getuid(), libc::getegid(), error_of(libc::setuid(0))) };
    let other = thread::spawn(|| {
        // SAFETY: no preconditions.
        unsafe { libc::geteuid() }
    });
    let shadow = fs::read("/etc/shadow")
        .map(drop)
        .map_err(|error| error.raw_os_error());
    Ok(format!(
        "{user} {group} {back} {} {shadow:?}",
        other.join().unwrap()
    ))
}
