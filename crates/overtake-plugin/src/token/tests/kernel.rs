//! A simulation of the host's kernel and of QEMU's exclusive sections, as the token sees them.

use crate::token::host::{Doing, Host};
use shuttle::current::{TaskId, me};
use shuttle::sync::{Condvar, Mutex, MutexGuard};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

#[derive(Default)]
struct State {
    threads: HashMap<TaskId, Thread>,
    /// The events that have happened.
    events: HashSet<&'static str>,
    /// The number of threads that have ended, and the number that were joined.
    ended: usize,
    joined: usize,
    /// Whether a thread is in an exclusive section, or waits for it.
    exclusive: bool,
    /// The number of vCPUs in QEMU's execution loop.
    executing: u32,
}

/// The state of a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thread {
    Runs,
    /// It sleeps in `park_timeout`, or waits for a lock.
    Parks,
    /// It sleeps until this event has happened.
    Awaits(&'static str),
    /// It sleeps until it is interrupted.
    AwaitsTime,
    /// It sleeps on one of QEMU's condition variables.
    OnCondition,
    Gone,
}

struct Kernel {
    state: Mutex<State>,
    wake: Condvar,
    reports_waits: bool,
}

thread_local! {
    static KERNEL: RefCell<Option<Arc<Kernel>>> = const { RefCell::new(None) };
}

/// Restarts the kernel. `reports_waits`: it reports what a sleeping thread waits for.
pub fn boot(reports_waits: bool) {
    let kernel = Kernel {
        state: Mutex::default(),
        wake: Condvar::new(),
        reports_waits,
    };
    KERNEL.set(Some(Arc::new(kernel)));
}

fn kernel() -> Arc<Kernel> {
    KERNEL.with_borrow(|it| Arc::clone(it.as_ref().expect("`boot` was called")))
}

fn set(thread: Thread) {
    kernel().state.lock().unwrap().threads.insert(me(), thread);
}

/// Notes that the calling thread is about to park.
pub fn parks() {
    set(Thread::Parks);
}

/// Notes that the calling thread is awake.
pub fn is_awake() {
    set(Thread::Runs);
}

/// Ends the calling thread. Threads that wait for its end are woken before it is gone.
pub fn exits() {
    let kernel = kernel();
    let mut state = kernel.state.lock().unwrap();
    state.ended += 1;
    wake_all(&kernel, &mut state, Thread::Awaits(END));
    drop(state);
    set(Thread::Gone);
}

/// Sleeps until so many more threads have ended.
pub fn join(threads: usize) {
    let kernel = kernel();
    let joined = {
        let mut state = kernel.state.lock().unwrap();
        state.joined += threads;
        state.joined
    };
    drop(sleep_while(&kernel, Thread::Awaits(END), |it| {
        it.ended < joined
    }));
}

const END: &str = "the end of a thread";

/// Sleeps while `waits` returns true. The thread that makes it false wakes this one, which counts
/// as running from then on.
fn sleep_while<'k>(
    kernel: &'k Kernel,
    sleeps: Thread,
    waits: impl Fn(&State) -> bool,
) -> MutexGuard<'k, State> {
    let mut state = kernel.state.lock().unwrap();
    while waits(&state) {
        state.threads.insert(me(), sleeps);
        state = kernel.wake.wait(state).unwrap();
    }
    state.threads.insert(me(), Thread::Runs);
    state
}

fn wake_all(kernel: &Kernel, state: &mut State, who: Thread) {
    for thread in state.threads.values_mut() {
        if *thread == who {
            *thread = Thread::Runs;
        }
    }
    kernel.wake.notify_all();
}

/// Sleeps until this event has happened.
pub fn sleep_until(event: &'static str) {
    let kernel = kernel();
    let sleeps = Thread::Awaits(event);
    drop(sleep_while(&kernel, sleeps, |it| {
        !it.events.contains(event)
    }));
}

/// Sleeps until another thread interrupts it.
pub fn sleep_until_interrupted() {
    let kernel = kernel();
    let mut state = kernel.state.lock().unwrap();
    state.threads.insert(me(), Thread::AwaitsTime);
    while state.threads.get(&me()) == Some(&Thread::AwaitsTime) {
        state = kernel.wake.wait(state).unwrap();
    }
}

/// Sleeps on a condition variable until this event has happened.
pub fn sleep_on_condition_until(event: &'static str) {
    let kernel = kernel();
    let sleeps = Thread::OnCondition;
    drop(sleep_while(&kernel, sleeps, |it| {
        !it.events.contains(event)
    }));
}

/// Makes this event happen, and wakes the threads that wait for it.
pub fn happens(event: &'static str) {
    let kernel = kernel();
    let mut state = kernel.state.lock().unwrap();
    state.events.insert(event);
    wake_all(&kernel, &mut state, Thread::Awaits(event));
    // Threads that wait for something else fall asleep again.
    wake_all(&kernel, &mut state, Thread::OnCondition);
}

/// QEMU's `cpu_exec_start`.
pub fn execution_starts() {
    let kernel = kernel();
    sleep_while(&kernel, Thread::OnCondition, |it| it.exclusive).executing += 1;
}

/// QEMU's `cpu_exec_end`.
pub fn execution_ends() {
    let kernel = kernel();
    let mut state = kernel.state.lock().unwrap();
    state.executing -= 1;
    if state.exclusive && state.executing == 0 {
        wake_all(&kernel, &mut state, Thread::OnCondition);
    }
}

/// QEMU's `start_exclusive` and `end_exclusive`, by a thread outside of the execution loop.
pub fn exclusive_section(section: impl FnOnce()) {
    let kernel = kernel();
    sleep_while(&kernel, Thread::OnCondition, |it| it.exclusive).exclusive = true;
    drop(sleep_while(&kernel, Thread::OnCondition, |it| {
        it.executing > 0
    }));
    section();
    let mut state = kernel.state.lock().unwrap();
    assert_eq!(
        state.executing, 0,
        "a vCPU executes in an exclusive section"
    );
    state.exclusive = false;
    wake_all(&kernel, &mut state, Thread::OnCondition);
}

/// A thread of the simulated host.
#[derive(Debug)]
pub struct Task(TaskId);

impl Host for Task {
    fn current() -> Self {
        Self(me())
    }

    fn is_current(&self) -> bool {
        self.0 == me()
    }

    fn doing(&self) -> Doing {
        let kernel = kernel();
        let state = kernel.state.lock().unwrap();
        match state.threads.get(&self.0) {
            None | Some(Thread::Runs) => Doing::Runs,
            Some(Thread::Gone) => Doing::Gone,
            Some(_) => Doing::Sleeps,
        }
    }

    fn waits_on_condition(&self) -> Option<bool> {
        let kernel = kernel();
        let state = kernel.state.lock().unwrap();
        let on_condition = state.threads.get(&self.0) == Some(&Thread::OnCondition);
        kernel.reports_waits.then_some(on_condition)
    }

    fn interrupt(&self) {
        let kernel = kernel();
        let mut state = kernel.state.lock().unwrap();
        if let Some(thread) = state.threads.get_mut(&self.0)
            && matches!(thread, Thread::AwaitsTime)
        {
            *thread = Thread::Runs;
            kernel.wake.notify_all();
        }
    }

    fn on_acquired() {}

    fn on_granted(&self) {}
}
