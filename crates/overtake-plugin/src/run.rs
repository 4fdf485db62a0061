//! The strategy that makes the choices of a run, and the trace that records its events.

use crate::guest_memory;
use crate::io_thread;
use crate::options::{Choice, Deviations, Options};
use crate::wanted::Wanted;
use arch::Pairs;
use overtake_report::trace::{self, Access, Event, Line, Module, Object};
use schedule::{Only, Recorder, Replay, Schedule};
use std::io::Write;
use weakmem::{Pct, Progress, StoreId, Strategy, ThreadId, Timestamp, Uniform};

/// The strategy, and the trace if there is one.
pub struct Run {
    /// The strategy that makes the choices.
    pub strategy: Box<dyn Strategy + Send>,
    trace: Option<Trace>,
}

/// A trace in progress. Each event is written at once, because a guest may end at any time.
struct Trace {
    file: Wanted,
    begun: bool,
    /// Whether the last event was [`Event::Outside`].
    outside: bool,
}

impl Run {
    /// Creates the strategy and the trace that the options ask for.
    ///
    /// # Errors
    ///
    /// A file cannot be used. The message names the file and the reason.
    pub fn new(options: &Options) -> Result<Self, String> {
        let mut strategy = match &options.replay {
            None => free(options, options.seed),
            Some(path) => {
                let text = io_thread::read(path)
                    .map_err(|error| format!("cannot read the schedule {path}: {error}"))?;
                let schedule = Schedule::parse(&text)
                    .map_err(|error| format!("cannot use the schedule {path}: {error}"))?;
                Box::new(Replay::new(schedule.choices))
            }
        };
        if let Some(path) = &options.record {
            strategy = Box::new(Recorder::new(
                strategy,
                Wanted::create("the schedule", path)?,
            ));
        }
        let trace = match &options.trace {
            None => None,
            Some(path) => Some(Trace {
                file: Wanted::create("the trace", path)?,
                begun: false,
                outside: false,
            }),
        };
        Ok(Self { strategy, trace })
    }

    /// Creates the run of a child of `fork`, which is neither recorded nor replayed.
    pub fn of_child(options: &Options, seed: u64) -> Self {
        Self {
            strategy: free(options, seed),
            trace: None,
        }
    }

    /// Restarts the strategy with this seed.
    ///
    /// Then draws the `made` choices that the first thread took while it was alone, so that the
    /// next choice is the same as without a fork server.
    pub fn reseed(&mut self, options: &Options, seed: u64, made: u32) {
        self.strategy = free(options, seed);
        for _ in 0..made {
            self.strategy.next_thread(&[0]);
            self.strategy.quantum(Progress::default());
        }
    }

    /// Whether events are recorded.
    pub fn is_traced(&self) -> bool {
        self.trace.is_some()
    }

    /// Records that a thread accesses shared memory.
    pub fn access(&mut self, access: Access) {
        if let Some(trace) = &mut self.trace {
            if !trace.begun {
                trace.begun = true;
                trace.modules();
            }
            trace.event(Event::Access(access));
        }
    }

    /// Records that a store commits.
    pub fn visible(&mut self, store: StoreId, write: Timestamp) {
        if let Some(trace) = &mut self.trace {
            let StoreId { thread, number } = store;
            trace.event(Event::Visible {
                thread,
                number,
                write,
            });
        }
    }

    /// Records that a thread executes a barrier.
    pub fn barrier(&mut self, thread: ThreadId, pc: u64, fence: Pairs) {
        if let Some(trace) = &mut self.trace
            && trace.begun
        {
            trace.event(Event::Barrier {
                thread,
                pc,
                orders: fence,
            });
        }
    }

    /// Records that another thread runs.
    pub fn turn(&mut self, thread: ThreadId) {
        if let Some(trace) = &mut self.trace
            && trace.begun
        {
            trace.event(Event::Turn { thread });
        }
    }

    /// Records that the kernel may have written memory.
    pub fn outside(&mut self) {
        if let Some(trace) = &mut self.trace
            && trace.begun
            && !trace.outside
        {
            trace.event(Event::Outside);
        }
    }

    /// Records a name that the guest gives to an object in memory.
    pub fn object(&mut self, object: Object) {
        if let Some(trace) = &mut self.trace {
            trace.line(&Line::Object(object));
        }
    }

    /// Completes the trace at the end of the run.
    pub fn end(&mut self) {
        if let Some(trace) = &mut self.trace {
            trace.modules();
        }
    }
}

/// Creates the strategy that the options name.
fn free(options: &Options, seed: u64) -> Box<dyn Strategy + Send> {
    let seed = options.choices.unwrap_or(seed);
    let strategy: Box<dyn Strategy + Send> = match options.strategy {
        Choice::Uniform => Box::new(Uniform::new(seed)),
        Choice::Pct => Box::new(Pct::new(seed)),
    };
    match options.deviations {
        None => strategy,
        Some(Deviations(kind)) => Box::new(Only::new(strategy, kind)),
    }
}

impl Trace {
    fn event(&mut self, event: Event) {
        self.outside = event == Event::Outside;
        self.line(&Line::Event(event));
    }

    fn modules(&mut self) {
        for module in mapped_files() {
            self.line(&Line::Module(module));
        }
    }

    fn line(&mut self, line: &trace::Line) {
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        // A file that cannot be written ends the process.
        let _ = self.file.write_all(text.as_bytes());
    }
}

/// Returns the files that are mapped in this process, by guest address. QEMU's own are among them.
pub fn mapped_files() -> Vec<Module> {
    let maps = io_thread::read("/proc/self/maps").unwrap_or_default();
    let module = |line: &str| {
        // START-END PERMISSIONS OFFSET DEVICE INODE     PATH
        let mut words = line.splitn(6, ' ');
        let (start, end) = words.next()?.split_once('-')?;
        let offset = words.nth(1)?;
        let path = words.nth(2)?.trim_start();
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        path.starts_with('/').then_some(Module {
            start: guest_memory::guest_address(number(start)?),
            end: guest_memory::guest_address(number(end)?),
            offset: number(offset)?,
            path: path.to_owned(),
        })
    };
    maps.lines().filter_map(module).collect()
}
