//! Measures several sides in turns.
//!
//! Our own, because criterion and divan finish one benchmark before they start the next: neither can
//! interleave the sides of a comparison, which is what makes a ratio robust on a shared machine.

use std::time::{Duration, Instant};

/// The figures of one side, sorted.
#[derive(Debug, Clone)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// A sample of these figures.
    ///
    /// # Panics
    ///
    /// If there are none.
    #[must_use]
    pub fn new(mut figures: Vec<f64>) -> Self {
        assert!(!figures.is_empty(), "a sample of nothing");
        figures.sort_by(f64::total_cmp);
        Self(figures)
    }

    /// The quantile at `share` (0 to 1), by nearest rank.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0[rank.clamp(1, self.0.len()) - 1]
    }

    /// The median.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}

/// Measures each side once per round, in turns, so that a disturbance of the machine affects all
/// sides. Each side returns its figure.
pub fn in_turns<const N: usize>(
    rounds: usize,
    mut sides: [&mut dyn FnMut() -> f64; N],
) -> [Sample; N] {
    let mut figures = [const { Vec::new() }; N];
    for _ in 0..rounds {
        for (side, figures) in sides.iter_mut().zip(&mut figures) {
            figures.push(side());
        }
    }
    figures.map(Sample::new)
}

/// How long `work` takes, in seconds.
pub fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// A duration as text, with a unit that suits it.
#[must_use]
pub fn duration_text(seconds: f64) -> String {
    let duration = Duration::from_secs_f64(seconds.max(0.0));
    format!("{duration:.2?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_figures_that_were_measured() {
        let sample = Sample::new(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!(sample.median(), 2.0);
        assert_eq!(sample.quantile(0.95), 4.0);
        assert_eq!(sample.quantile(0.0), 1.0);
    }

    #[test]
    fn sides_take_turns() {
        let order = std::cell::RefCell::new(Vec::new());
        let mut one = || {
            order.borrow_mut().push(1);
            1.0
        };
        let mut two = || {
            order.borrow_mut().push(2);
            2.0
        };
        let [a, b] = in_turns(2, [&mut one, &mut two]);
        assert_eq!((a.median(), b.median()), (1.0, 2.0));
        assert_eq!(*order.borrow(), [1, 2, 1, 2]);
    }
}
