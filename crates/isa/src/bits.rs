//! Bits and bit fields of instruction words.

/// Returns bits `high` to `low` of `word`, both included. Bit 0 is the least significant.
pub(crate) const fn field(word: u32, high: u32, low: u32) -> u32 {
    (word >> low) & (u32::MAX >> (31 - (high - low)))
}

/// Returns bit `n` of `word`. Bit 0 is the least significant.
pub(crate) const fn bit(word: u32, n: u32) -> bool {
    (word >> n) & 1 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        assert_eq!(field(0x8000_0001, 31, 31), 1);
        assert_eq!(field(0xffff_ffff, 31, 0), 0xffff_ffff);
        assert_eq!(field(0x0000_0ab0, 11, 4), 0xab);
        assert!(bit(0x10, 4) && !bit(0x10, 5));
    }
}
