//! Detection of threads that spin: that wait in a loop for another thread.
//!
//! A thread makes no progress if the same instruction loads the same bytes from the same address
//! again and again, and the thread stores nothing that others could see. Another thread has to run
//! first, so the spinning thread gives up the rest of its quantum. A false positive costs nothing
//! else.

/// The number of times that a load must repeat before its thread counts as spinning.
const REPEATS: u32 = 2;

/// A load of shared memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// The address of the instruction.
    pub pc: u64,
    /// The address of the access.
    pub addr: u64,
    /// What it loaded.
    pub value: u128,
}

/// The loads of one thread since its last store to shared memory.
///
/// One load is kept for comparison, and replaced after twice as many loads each time. So a loop of
/// any number of loads is found (R. P. Brent, "An improved Monte Carlo factorization algorithm",
/// 1980, section 3).
#[derive(Debug, Clone, Default)]
pub struct Spin {
    kept: Option<Load>,
    /// The number of loads since the kept one.
    since: u32,
    /// The number of loads after which another load is kept.
    period: u32,
    /// The number of times that the kept load was repeated.
    found: u32,
}

impl Spin {
    /// Starts over when the thread has stored, or was found to spin.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Adds a load. Returns true once when the thread spins.
    pub fn is_spinning(&mut self, load: &Load) -> bool {
        self.since += 1;
        if self.kept.as_ref() == Some(load) {
            self.found += 1;
            if self.found >= REPEATS {
                self.forget();
                return true;
            }
        } else if self.since > self.period {
            self.kept = Some(*load);
            self.period = (2 * self.period).clamp(1, 1 << 20);
            (self.since, self.found) = (0, 0);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the number of loads after which a thread counts as spinning.
    fn loads(of: impl Fn(u64) -> (u64, u64)) -> Option<u64> {
        let mut spin = Spin::default();
        (0..10_000).find(|number| {
            let (pc, value) = of(*number);
            let (addr, value) = (pc * 8, u128::from(value));
            spin.is_spinning(&Load { pc, addr, value })
        })
    }

    #[test]
    fn a_thread_that_repeats_its_loads_spins() {
        assert_eq!(loads(|_| (1, 0)), Some(2));
        assert!(loads(|number| (number % 7, 0)).is_some_and(|it| it < 100));
        assert!(loads(|number| (number.max(100) % 3, 0)).is_some_and(|it| it < 300));
    }

    #[test]
    fn a_thread_that_makes_progress_does_not_spin() {
        assert_eq!(loads(|number| (number, 0)), None, "other places");
        assert_eq!(loads(|number| (1, number)), None, "other values");
    }
}
