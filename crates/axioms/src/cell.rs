//! Cells: the parts of a location that accesses of different sizes tell apart.
//!
//! If all accesses to a location have the same size and offset, it is one cell. Otherwise cells begin
//! and end where accesses do, so that each access reads or writes whole cells. Byte order is
//! little-endian.

use diy::{Access, Step, Test};

/// Some bytes of a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) location: usize,
    /// The offset of its first byte.
    pub(crate) start: u8,
    /// Its size in bytes.
    pub(crate) size: u8,
}

impl Cell {
    /// The cells of a test.
    pub(crate) fn all(test: &Test) -> Vec<Cell> {
        let mut cells = Vec::new();
        for location in 0..test.locations {
            let mut borders: Vec<u8> = accesses(test)
                .filter(|access| access.location == location)
                .flat_map(|access| [access.offset, access.offset.saturating_add(access.size)])
                .collect();
            borders.sort_unstable();
            borders.dedup();
            for pair in borders.windows(2) {
                cells.push(Cell {
                    location,
                    start: pair[0],
                    size: pair[1] - pair[0],
                });
            }
        }
        cells
    }

    /// Whether the access reads or writes it.
    pub(crate) fn is_of(&self, access: &Access) -> bool {
        let end = access.offset.saturating_add(access.size);
        self.location == access.location && (access.offset..end).contains(&self.start)
    }

    /// Its part of the value that the access reads or writes.
    pub(crate) fn of_value(&self, access: &Access, value: u128) -> u128 {
        let shifted = value.checked_shr(self.shift(access.offset)).unwrap_or(0);
        let bits = 8 * u32::from(self.size);
        let mask = u128::MAX.checked_shr(128_u32.saturating_sub(bits));
        shifted & mask.unwrap_or(0)
    }

    /// Its content, shifted to its place in a value that starts at byte `first` of the location.
    pub(crate) fn in_value(&self, first: u8, content: u128) -> u128 {
        content.checked_shl(self.shift(first)).unwrap_or(0)
    }

    fn shift(&self, first: u8) -> u32 {
        8 * u32::from(self.start.saturating_sub(first))
    }
}

/// The accesses of a test.
fn accesses(test: &Test) -> impl Iterator<Item = &Access> {
    let steps = test.processors.iter().flat_map(|one| &one.steps);
    steps.filter_map(|step| match step {
        Step::Access(access) => Some(access),
        Step::Fence(_) | Step::Branch { .. } | Step::Copy { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::Cell;
    use diy::Access;

    #[test]
    fn a_value_is_cut_and_put_together() {
        let word = Access::read(0).sized(4, 0);
        let upper = Cell {
            location: 0,
            start: 2,
            size: 2,
        };
        assert!(upper.is_of(&word));
        assert!(!upper.is_of(&Access::read(0).sized(2, 0)));
        assert_eq!(upper.of_value(&word, 0x0403_0201), 0x0403);
        assert_eq!(upper.in_value(0, 0x0403), 0x0403_0000);
        let wide = Access::read(0).wide(0);
        for (start, size, expected) in [
            (0, 16, u128::MAX),
            (0, 8, u128::from(u64::MAX)),
            (8, 8, u128::from(u64::MAX)),
            (12, 4, u128::from(u32::MAX)),
        ] {
            let cell = Cell {
                location: 0,
                start,
                size,
            };
            assert_eq!(cell.of_value(&wide, u128::MAX), expected);
        }
    }
}
