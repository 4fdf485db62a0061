//! Threads that start, work, wait and end.

use std::hint::black_box;
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;

use overtake_guests::check::equal;

/// Four threads take 200 jobs from one channel and send the results into another.
pub fn pool() -> Result<String, String> {
    const JOBS: u64 = 200;

    let (submit, jobs) = mpsc::channel::<Box<dyn FnOnce() -> u64 + Send>>();
    let jobs = Arc::new(Mutex::new(jobs));
    let (finish, results) = mpsc::channel();
    let workers = [(); 4].map(|()| {
        let (jobs, finish) = (jobs.clone(), finish.clone());
        thread::spawn(move || {
            loop {
                let job = jobs.lock().unwrap().recv();
                let Ok(job) = job else { break };
                finish.send(job()).unwrap();
            }
        })
    });
    drop(finish);
    for number in 0..JOBS {
        submit.send(Box::new(move || number * number)).unwrap();
    }
    drop(submit);

    let mut results: Vec<u64> = results.into_iter().collect();
    for worker in workers {
        worker.join().unwrap();
    }
    results.sort_unstable();
    equal(
        "results",
        results,
        (0..JOBS).map(|number| number * number).collect(),
    )?;
    Ok(format!("{JOBS} jobs"))
}

/// Forty threads that are never joined count themselves, and `main` waits for the count.
pub fn detached() -> Result<String, String> {
    const THREADS: usize = 40;

    let counted = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
    for number in 0..THREADS {
        let counted = counted.clone();
        thread::spawn(move || {
            let (list, more) = &*counted;
            list.lock().unwrap().push(number);
            more.notify_one();
        });
    }
    let (list, more) = &*counted;
    let mut list = more
        .wait_while(list.lock().unwrap(), |list| list.len() < THREADS)
        .unwrap();
    list.sort_unstable();
    equal("threads", &*list, &(0..THREADS).collect())?;
    Ok(format!("{THREADS} threads"))
}

/// 200 threads, one after the other: their stacks are mapped, used and unmapped.
pub fn threads_200() -> Result<String, String> {
    const THREADS: u8 = 200;

    for number in 0..THREADS {
        let thread = thread::spawn(move || {
            let stack = black_box([number; 32 * 1024]);
            stack.iter().map(|&byte| u64::from(byte)).sum::<u64>()
        });
        let sum = thread.join().unwrap();
        equal("sum", sum, u64::from(number) * 32 * 1024)?;
    }
    Ok(format!("{THREADS} threads"))
}

/// Sixteen threads wait for one condition variable, and one call wakes all of them.
pub fn futex_wake_many() -> Result<String, String> {
    const THREADS: usize = 16;

    #[derive(Default)]
    struct State {
        waiting: usize,
        open: bool,
        woken: usize,
    }

    let state = Mutex::new(State::default());
    let (ready, open) = (Condvar::new(), Condvar::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut state = state.lock().unwrap();
                state.waiting += 1;
                ready.notify_one();
                let mut state = open.wait_while(state, |state| !state.open).unwrap();
                state.woken += 1;
            });
        }
        let mut state = ready
            .wait_while(state.lock().unwrap(), |state| state.waiting < THREADS)
            .unwrap();
        state.open = true;
        open.notify_all();
    });
    equal("woken", state.into_inner().unwrap().woken, THREADS)?;
    Ok(format!("{THREADS} threads"))
}

/// A thread waits on a futex at an unmapped address, and the kernel answers `EFAULT`.
pub fn futex_nowhere() -> Result<String, String> {
    let waits = || {
        // SAFETY: the kernel checks the address, which is not mapped.
        let result = unsafe { libc::syscall(libc::SYS_futex, 4096, libc::FUTEX_WAIT, 0, 0) };
        (result, std::io::Error::last_os_error().raw_os_error())
    };
    let told = thread::spawn(waits).join().unwrap();
    equal("result and error", told, (-1, Some(libc::EFAULT)))?;
    Ok("it may not".to_owned())
}
