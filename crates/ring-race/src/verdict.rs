//! The verdict on a whole matrix.

use crate::cell::Wrong;
use crate::row::Row;

/// The verdict on a whole matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every cell is as expected.
    AsExpected,
    /// A cell has a stale read where none may occur.
    Forbidden,
    /// A cell has no stale read where one is expected.
    NotExposed,
}

impl Verdict {
    /// The verdict on these rows.
    pub fn of(rows: &[Row]) -> Self {
        let any = |wrong| rows.iter().any(|row| row.wrong() == Some(wrong));
        if any(Wrong::Forbidden) {
            Self::Forbidden
        } else if any(Wrong::NotExposed) {
            Self::NotExposed
        } else {
            Self::AsExpected
        }
    }
}

#[cfg(test)]
mod tests {
    use aio_ring_buggy::Variant;
    use arch::Arch;

    use super::Verdict;
    use crate::cell::Emulated;
    use crate::row::example as row;

    #[test]
    fn verdicts() {
        use Variant::{BarrierOnly, RelaxedTail, Wmb};
        let sound = |exposed| row(Arch::AArch64, Wmb, Emulated::Weak, exposed);
        let buggy = |exposed| row(Arch::AArch64, BarrierOnly, Emulated::Weak, exposed);
        let plain = |exposed| row(Arch::Riscv64, RelaxedTail, Emulated::Plain, exposed);
        let x86 = |exposed| row(Arch::X86_64, RelaxedTail, Emulated::Weak, exposed);
        assert_eq!(
            Verdict::of(&[sound(0), buggy(1), plain(0), x86(0)]),
            Verdict::AsExpected
        );
        assert_eq!(
            Verdict::of(&[sound(0), buggy(0), plain(0), x86(0)]),
            Verdict::NotExposed
        );
        for forbidden in [sound(1), plain(1), x86(1)] {
            assert_eq!(Verdict::of(&[buggy(0), forbidden]), Verdict::Forbidden);
        }
    }
}
