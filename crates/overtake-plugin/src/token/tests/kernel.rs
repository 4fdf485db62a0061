//! The host's kernel, and QEMU's exclusive sections, as far as the token knows of them.

use crate::token::host::{Doing, Host};
use shuttle::current::{TaskId, me};
use shuttle::sync::{Condvar, Mutex, MutexGuard};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

#[derive(Default)]
struct State {
    threads: HashMap<TaskId, Thread>,
    /// What has happened that threads wait for.
    events: HashSet<&'static str>,
    /// Threads that have ended, and those of them that were waited for.
    ended: usize,
    joined: usize,
    /// A thread is in an exclusive section, or waits for it.
    exclusive: bool,
    /// vCPUs in QEMU's execution loop.
    executing: u32,
}

/// What a thread does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thread {
    Runs,
    /// It sleeps in `park_timeout`, or waits for a lock.
    Parks,
    /// It sleeps until this has happened.
    Awaits(&'static str),
    /// It sleeps on a condition variable of QEMU's.
    OnCondition,
    Gone,
}

struct Kernel {
    state: Mutex<State>,
    wake: Condvar,
    tells: bool,
}

thread_local! {
    static KERNEL: RefCell<Option<Arc<Kernel>>> = const { RefCell::new(None) };
}

/// Starts anew. `tells`: it says what a sleeping thread waits for.
pub fn boot(tells: bool) {
    let kernel = Kernel {
        state: Mutex::default(),
        wake: Condvar::new(),
        tells,
    };
    KERNEL.set(Some(Arc::new(kernel)));
}

fn kernel() -> Arc<Kernel> {
    KERNEL.with_borrow(|it| Arc::clone(it.as_ref().expect("`boot` was called")))
}

fn set(thread: Thread) {
    kernel().state.lock().unwrap().threads.insert(me(), thread);
}

/// The calling thread is about to park.
pub fn parks() {
    set(Thread::Parks);
}

/// The calling thread is awake.
pub fn is_awake() {
    set(Thread::Runs);
}

/// The calling thread ends: who waits for that is woken before the thread is gone.
pub fn exits() {
    let kernel = kernel();
    let mut state = kernel.state.lock().unwrap();
    state.ended += 1;
    wake_all(&kernel, &mut state, Thread::Awaits(END));
    drop(state);
    set(Thread::Gone);
}

/// The calling thread sleeps until so many more threads have ended.
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

/// The calling thread sleeps while `waits` says so. Who makes it false wakes it, and from then on it
/// counts as running.
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

/// The calling thread sleeps until this has happened.
pub fn sleep_until(event: &'static str) {
    let kernel = kernel();
    let sleeps = Thread::Awaits(event);
    drop(sleep_while(&kernel, sleeps, |it| {
        !it.events.contains(event)
    }));
}

/// The same, on a condition variable.
pub fn sleep_on_condition_until(event: &'static str) {
    let kernel = kernel();
    let sleeps = Thread::OnCondition;
    drop(sleep_while(&kernel, sleeps, |it| {
        !it.events.contains(event)
    }));
}

/// This happens: who sleeps until then is awake.
pub fn happens(event: &'static str) {
    let kernel = kernel();
    let mut state = kernel.state.lock().unwrap();
    state.events.insert(event);
    wake_all(&kernel, &mut state, Thread::Awaits(event));
    // Who waits for something else falls asleep again.
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

/// QEMU's `start_exclusive` and `end_exclusive`, by a thread that is out of the execution loop.
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
        kernel.tells.then_some(on_condition)
    }

    fn on_acquired() {}

    fn on_granted(&self) {}
}
