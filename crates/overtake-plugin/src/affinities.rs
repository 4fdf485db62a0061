//! The CPUs on which each guest thread may run, as the guest has set them.
//!
//! They have no effect: one guest thread runs at a time, and the host has other CPUs. But what a
//! guest sets with `sched_setaffinity` it gets back, on any host.

use rustc_hash::FxHashMap;

/// A set of CPUs, one bit each.
pub type Cpus = u64;

/// The CPUs of all threads that have fewer than all.
#[derive(Debug, Clone)]
pub struct Affinities {
    all: Cpus,
    /// By the kernel's number of the thread.
    set: FxHashMap<i32, Cpus>,
}

impl Affinities {
    /// Creates the state of threads that may run on all of so many CPUs.
    pub fn new(number: u32) -> Self {
        Self {
            all: Cpus::MAX >> (Cpus::BITS - number.clamp(1, Cpus::BITS)),
            set: FxHashMap::default(),
        }
    }

    /// Returns those of a thread. 0 is the calling thread.
    pub fn of(&self, thread: i32) -> Cpus {
        *self.set.get(&number(thread)).unwrap_or(&self.all)
    }

    /// Sets those of a thread. Returns false if there are none among them.
    pub fn set(&mut self, thread: i32, cpus: Cpus) -> bool {
        let cpus = cpus & self.all;
        if cpus != 0 {
            self.set.insert(number(thread), cpus);
        }
        cpus != 0
    }

    /// Lets a new thread have those of the calling thread, which has made it.
    pub fn inherit(&mut self, child: i32) {
        let cpus = self.of(0);
        self.set.remove(&child);
        if cpus != self.all {
            self.set.insert(child, cpus);
        }
    }

    /// Returns the CPU on which a thread seems to run: one of the calling thread's, by its number
    /// in the run.
    pub fn cpu(&self, thread: u32) -> u32 {
        let cpus = self.of(0);
        let chosen = thread % cpus.count_ones();
        let has = |cpu: &u32| cpus & (1 << cpu) != 0;
        let mut those = (0..Cpus::BITS).filter(has);
        those.nth(chosen as usize).unwrap_or(0)
    }
}

fn number(thread: i32) -> i32 {
    match thread {
        // SAFETY: no preconditions.
        0 => unsafe { libc::gettid() },
        _ => thread,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_returned() {
        let mut affinities = Affinities::new(4);
        assert_eq!(affinities.of(0), 0b1111);
        assert!(affinities.set(0, 0b1_0100) && !affinities.set(0, 0b1_0000));
        assert_eq!(affinities.of(0), 0b100);
        assert_eq!((affinities.cpu(0), affinities.cpu(7)), (2, 2));
        assert_eq!(affinities.of(1), 0b1111);
        affinities.inherit(1);
        assert_eq!(affinities.of(1), 0b100);
        assert!(affinities.set(0, 0b1010));
        assert_eq!((affinities.cpu(2), affinities.cpu(3)), (1, 3));
        assert_eq!(Affinities::new(64).of(0), u64::MAX);
    }
}
