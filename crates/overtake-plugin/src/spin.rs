//! Whether a thread waits in a loop for another one.
//!
//! A thread that loads the same bytes by the same instruction from the same place again and again,
//! and stores nothing between that others could see, gets nowhere until another one has run. So it
//! gives up the rest of its time. Who is wrongly taken for one that waits loses nothing but that.

use weakmem::MAX_ACCESS;

/// How often a load must find the same before its thread is taken for one that waits.
const REPEATS: u32 = 2;

/// A load of shared memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Address of the instruction.
    pub pc: u64,
    /// From where.
    pub addr: u64,
    /// What it found there.
    pub bytes: [u8; MAX_ACCESS],
}

/// The loads of one thread since its last store of shared memory.
///
/// One of them is kept for comparison, and another one after twice as many: so a loop of any
/// number of loads is found (R. P. Brent, "An improved Monte Carlo factorization algorithm", 1980,
/// section 3).
#[derive(Debug, Clone, Default)]
pub struct Spin {
    kept: Option<Load>,
    /// Loads since that one.
    since: u32,
    /// After so many, another one is kept.
    period: u32,
    /// How often it was found again.
    found: u32,
}

impl Spin {
    /// The thread has stored, or was found to wait.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The thread has loaded. Returns whether it waits, which is said once.
    pub fn is_spinning(&mut self, look: &Load) -> bool {
        self.since += 1;
        if self.kept.as_ref() == Some(look) {
            self.found += 1;
            if self.found >= REPEATS {
                self.forget();
                return true;
            }
        } else if self.since > self.period {
            self.kept = Some(*look);
            self.period = (2 * self.period).clamp(1, 1 << 20);
            (self.since, self.found) = (0, 0);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many loads it takes until a thread is taken for one that waits.
    fn loads(of: impl Fn(u64) -> (u64, u64)) -> Option<u64> {
        let mut spin = Spin::default();
        (0..10_000).find(|number| {
            let (pc, value) = of(*number);
            let (addr, bytes) = (pc * 8, u128::from(value).to_le_bytes());
            spin.is_spinning(&Load { pc, addr, bytes })
        })
    }

    #[test]
    fn who_loads_the_same_again_and_again_waits() {
        assert_eq!(loads(|_| (1, 0)), Some(2));
        assert!(loads(|number| (number % 7, 0)).is_some_and(|it| it < 100));
        assert!(loads(|number| (number.max(100) % 3, 0)).is_some_and(|it| it < 300));
    }

    #[test]
    fn who_gets_on_does_not() {
        assert_eq!(loads(|number| (number, 0)), None, "other places");
        assert_eq!(loads(|number| (1, number)), None, "other values");
    }
}
