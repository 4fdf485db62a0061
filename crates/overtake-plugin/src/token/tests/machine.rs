//! Guest threads that run under a token, with a state that only logs the requests to it.

use super::clock;
use super::kernel::{self, Task};
use crate::token::{Held, Holder, Schedule, Token, Wait, Wakes, Wrote};
use shuttle::rand::Rng;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use shuttle::thread;
use shuttle::{Config, MaxSteps, Runner};
use std::sync::Arc;
use weakmem::ThreadId;

/// The maximum number of vCPUs.
pub const VCPUS: usize = 8;

/// A request of the token to the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Choose the next holder among these threads.
    Choose(Vec<ThreadId>),
    /// Switch to this thread.
    Switch(ThreadId),
    Ended(ThreadId),
}

/// A state that logs the requests to it.
#[derive(Debug, Default)]
pub struct CallLog {
    pub requests: Vec<Request>,
    pub threads: ThreadId,
    pub unsettled: u32,
    /// The number of switches before which the kernel wrote memory for a parked thread.
    pub kernel_writes: u32,
    /// The time, which only jumps.
    pub now: u64,
    /// Whether choices follow a fixed rule, the same in each execution; else they are random.
    pub by_rule: bool,
}

impl CallLog {
    pub fn add_thread(&mut self) -> ThreadId {
        self.threads += 1;
        self.threads - 1
    }

    pub fn switches(&self) -> usize {
        let switch = |it: &&Request| matches!(it, Request::Switch(_));
        self.requests.iter().filter(switch).count()
    }
}

impl Schedule for CallLog {
    type Host = Task;

    fn first_thread(&mut self) -> ThreadId {
        self.add_thread()
    }

    fn choose(&mut self, parked: &[ThreadId]) -> ThreadId {
        assert!(parked.is_sorted() && !parked.is_empty(), "{parked:?}");
        self.requests.push(Request::Choose(parked.to_vec()));
        let choice = if self.by_rule {
            self.requests.len() * 7 / 3
        } else {
            shuttle::rand::thread_rng().gen_range(0..parked.len())
        };
        parked[choice % parked.len()]
    }

    fn switch_to(&mut self, next: ThreadId, wrote: &[(ThreadId, Wrote)], _: bool) {
        self.kernel_writes += u32::from(!wrote.is_empty());
        self.requests.push(Request::Switch(next));
    }

    fn thread_ended(&mut self, thread: ThreadId) {
        self.requests.push(Request::Ended(thread));
    }

    fn now(&self) -> u64 {
        self.now
    }

    fn advance_to(&mut self, time: u64) {
        self.now = self.now.max(time);
    }

    fn only_time_helps(&self, _: usize) -> bool {
        false
    }

    fn count_unsettled(&mut self) {
        self.unsettled += 1;
    }
}

/// A process with guest threads.
pub struct Machine {
    pub token: Token<CallLog>,
    holder: &'static Holder,
    /// The vCPU that executes guest code, plus one.
    executing: AtomicU32,
}

/// The thread of a vCPU.
#[derive(Clone)]
pub struct Cpu {
    pub machine: Arc<Machine>,
    pub vcpu: u32,
}

/// The events that the threads of these vCPUs have started.
const STARTED: [&str; VCPUS] = ["0", "1", "2", "3", "4", "5", "6", "7"];

/// The thread that announces a new vCPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announces {
    /// The parent, as in QEMU 7.2.
    Parent,
    /// The new thread, as in QEMU 9.0 and newer.
    Child,
}

impl Cpu {
    /// Creates the first thread, which holds the token.
    pub fn first(log: CallLog) -> Self {
        let holder = Box::leak(Box::new(Holder::nobody()));
        let machine = Machine {
            token: Token::new(log, holder, VCPUS),
            holder,
            executing: AtomicU32::new(0),
        };
        drop(machine.token.announce(0).expect("it is the first"));
        Self {
            machine: Arc::new(machine),
            vcpu: 0,
        }
    }

    /// Returns the token, as in a callback.
    pub fn hold(&self) -> Held<'_, CallLog> {
        let token = &self.machine.token;
        let resumed = token.resume(self.vcpu);
        resumed.unwrap_or_else(|| token.acquire(self.vcpu, false).unwrap())
    }

    /// Runs a block, in and out of QEMU's execution loop. Its callback takes the fast path if it
    /// can.
    pub fn block(&self) {
        kernel::execution_starts();
        if !self.machine.holder.is(self.vcpu) {
            drop(self.hold());
        }
        self.guest_code();
        kernel::execution_ends();
    }

    /// Runs the first block of a signal handler.
    pub fn handler(&self) {
        kernel::execution_starts();
        drop(self.machine.token.acquire(self.vcpu, true));
        self.guest_code();
        kernel::execution_ends();
    }

    /// Runs a block after a hand-off, since the quantum is over.
    pub fn block_with_hand_off(&self) {
        kernel::execution_starts();
        drop(self.hold().hand_off());
        self.guest_code();
        kernel::execution_ends();
    }

    fn guest_code(&self) {
        let executing = &self.machine.executing;
        assert_eq!(executing.swap(self.vcpu + 1, SeqCst), 0, "two holders");
        assert_eq!(executing.swap(0, SeqCst), self.vcpu + 1, "two holders");
        let holds = self.machine.token.holds(self.vcpu);
        assert!(holds, "guest code ran without the token");
    }

    /// Sleeps in a system call without the token, in which the kernel may write memory.
    pub fn call_without_token(&self, event: &'static str) {
        self.sleep_without_token(event, true);
    }

    /// Sleeps in a system call without the token. `writes`: the kernel may write memory.
    pub fn sleep_without_token(&self, event: &'static str, writes: bool) {
        self.hold().leave(Wait::for_a_thread(writes));
        kernel::sleep_until(event);
        let held = self.machine.token.call_is_over(self.vcpu, false);
        assert!(held.is_none(), "it has given up the token");
    }

    /// Gives up the token until this time.
    pub fn leave_until(&self, time: u64) {
        self.hold().leave(Wait {
            deadline: Some(time),
            ..Wait::default()
        });
    }

    /// Sleeps in a system call without the token until this time.
    pub fn wait_until(&self, time: u64) {
        self.leave_until(time);
        kernel::sleep_until_interrupted();
        let held = self.machine.token.call_is_over(self.vcpu, false);
        assert!(held.is_none(), "it has given up the token");
    }

    /// Starts the thread that lets time pass, and returns what stops it.
    pub fn keep_time(&self) -> Arc<AtomicBool> {
        let goes_on = Arc::new(AtomicBool::new(true));
        let (machine, runs) = (Arc::clone(&self.machine), Arc::clone(&goes_on));
        thread::spawn(move || machine.token.keep_time(|| runs.load(SeqCst)));
        goes_on
    }

    /// Lets a host thread seize the state while it can, and give it back. Returns how often it did.
    pub fn seizer(&self) -> Arc<AtomicU32> {
        let seized = Arc::new(AtomicU32::new(0));
        let (machine, count) = (Arc::clone(&self.machine), Arc::clone(&seized));
        thread::spawn(move || {
            for _ in 0..20 {
                if let Some(mut state) = machine.token.seize() {
                    let before = state.now;
                    thread::yield_now();
                    state.now = before + 1;
                    drop(state);
                    count.fetch_add(1, SeqCst);
                    machine.token.give_back();
                }
                thread::yield_now();
            }
        });
        seized
    }

    /// Wakes the threads that wait for `event`, in a system call with the token.
    pub fn call_that_wakes(&self, event: &'static str) {
        self.hold().enter_call(Wakes::Anybody);
        kernel::happens(event);
        let held = self.machine.token.call_is_over(self.vcpu, false);
        assert!(held.is_some(), "it was awake");
    }

    /// Creates a thread that runs `code` and ends.
    pub fn clone_thread(
        &self,
        vcpu: u32,
        announces: Announces,
        code: impl FnOnce(Cpu) + Send + 'static,
    ) {
        self.clone_late_thread(vcpu, announces, None, code);
    }

    /// Creates a thread that the host starts only when the event `start` has happened. Meanwhile
    /// QEMU makes its parent wait in the system call.
    pub fn clone_late_thread(
        &self,
        vcpu: u32,
        announces: Announces,
        start: Option<&'static str>,
        code: impl FnOnce(Cpu) + Send + 'static,
    ) {
        let token = &self.machine.token;
        self.hold().enter_clone();
        if announces == Announces::Parent {
            assert!(token.announce(vcpu).is_none());
        }
        let cpu = Self {
            machine: Arc::clone(&self.machine),
            vcpu,
        };
        let started = STARTED[vcpu as usize];
        thread::spawn(move || {
            if let Some(start) = start {
                kernel::sleep_until(start);
            }
            kernel::happens(started);
            if announces == Announces::Child {
                assert!(cpu.machine.token.announce(vcpu).is_none());
            }
            code(cpu.clone());
            cpu.hold().end();
            kernel::exits();
        });
        kernel::sleep_on_condition_until(started);
        let held = self.machine.token.call_is_over(self.vcpu, false);
        let mut held = held.expect("it keeps the token");
        assert!(held.await_new_vcpu());
        let id = held.add_thread();
        held.adopt(id);
        held.await_first_callback();
    }

    /// Waits in a system call until so many threads have ended.
    pub fn join(&self, threads: usize) {
        self.hold().leave(Wait::for_a_thread(true));
        kernel::join(threads);
        let held = self.machine.token.call_is_over(self.vcpu, false);
        assert!(held.is_none());
    }
}

/// The properties of the simulated host.
#[derive(Debug, Clone, Copy)]
pub struct SimulatedHost {
    /// Whether a parked thread wakes after a while.
    pub timeouts: bool,
    /// Whether the kernel reports what a sleeping thread waits for.
    pub reports_waits: bool,
}

/// A host on which only another thread wakes a parked thread.
pub const NO_TIMEOUTS: SimulatedHost = SimulatedHost {
    timeouts: false,
    reports_waits: true,
};

/// Runs a guest with one thread.
pub fn run_once(guest: impl Fn() + Send + Sync + 'static) {
    run(
        Box::new(RandomScheduler::new_from_seed(0, 1)),
        NO_TIMEOUTS,
        Arc::new(guest),
    );
}

/// Runs `guest` in many interleavings, the same ones each time.
pub fn explore(host: SimulatedHost, guest: impl Fn() + Send + Sync + 'static) {
    explore_times(200, host, guest);
}

/// Runs `guest` in `times` interleavings of each of two schedulers.
pub fn explore_times(times: usize, host: SimulatedHost, guest: impl Fn() + Send + Sync + 'static) {
    let guest: Guest = Arc::new(guest);
    let random = RandomScheduler::new_from_seed(1, times);
    run(Box::new(random), host, Arc::clone(&guest));
    let few_changes = PctScheduler::new_from_seed(2, 3, times);
    run(Box::new(few_changes), host, guest);
}

type Guest = Arc<dyn Fn() + Send + Sync>;

fn run(scheduler: Box<dyn Scheduler + Send>, host: SimulatedHost, guest: Guest) {
    let mut config = Config::default();
    config.stack_size = 0x2_0000;
    config.max_steps = MaxSteps::FailAfter(200_000);
    Runner::new(scheduler, config).run(move || {
        kernel::boot(host.reports_waits);
        clock::start(host.timeouts);
        guest();
    });
}
