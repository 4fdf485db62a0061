//! A hash over the guest's instructions and accesses. How QEMU cuts code into blocks does not
//! affect it.
//!
//! The hash has two parts:
//!
//! - For each thread, a polynomial over the addresses of its instructions. A block of n
//!   instructions turns the hash h into h·Pⁿ + b, so the cuts between blocks do not matter.
//! - For the whole run, the interleaved memory accesses of all threads: thread, instruction,
//!   address, size, load or store. Values are left out, because they include thread and process IDs
//!   of the host.

/// The multiplier: odd, so that multiplication is invertible; its bits are those of the golden
/// ratio.
pub const P: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads a number over all bits (the finaliser of SplitMix64).
pub fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The effect of a block of instructions on a thread's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockHash {
    multiply: u64,
    add: u64,
}

impl BlockHash {
    /// Creates the effect of the instructions at these addresses.
    pub fn new(addresses: impl IntoIterator<Item = u64>) -> Self {
        let mut hash = Self {
            multiply: 1,
            add: 0,
        };
        for address in addresses {
            hash.multiply = hash.multiply.wrapping_mul(P);
            hash.add = hash.add.wrapping_mul(P).wrapping_add(mix(address));
        }
        hash
    }

    /// Returns the thread's hash after the block.
    pub fn apply(&self, hash: u64) -> u64 {
        hash.wrapping_mul(self.multiply).wrapping_add(self.add)
    }
}

/// The hash over all accesses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccessHash(u64);

impl AccessHash {
    /// Adds an access.
    pub fn add(&mut self, thread: u32, instruction: u64, address: u64, size: usize, store: bool) {
        let what = u64::from(thread) << 16 | (size as u64) << 1 | u64::from(store);
        self.0 = (self.0.rotate_left(5) ^ mix(what ^ instruction.rotate_left(32))).wrapping_mul(P);
        self.0 = (self.0.rotate_left(5) ^ mix(address)).wrapping_mul(P);
    }

    /// Returns the hash of the run: all accesses, and the threads' instruction hashes in order of
    /// creation.
    pub fn finish(self, threads: impl IntoIterator<Item = u64>) -> u64 {
        let mut hash = mix(self.0);
        for thread in threads {
            hash = mix(hash.wrapping_mul(P) ^ thread);
        }
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_depends_on_order_but_not_on_cuts_between_blocks() {
        let whole = BlockHash::new([1, 2, 3, 4]).apply(7);
        let cut = BlockHash::new([2, 3, 4]).apply(BlockHash::new([1]).apply(7));
        assert_eq!(whole, cut);
        assert_ne!(whole, BlockHash::new([1, 3, 2, 4]).apply(7));
    }

    #[test]
    fn each_part_of_an_access_counts() {
        let hash = |thread, instruction, address, size, store| {
            let mut hash = AccessHash::default();
            hash.add(thread, instruction, address, size, store);
            hash.finish([])
        };
        let base = hash(0, 0x1000, 0x2000, 8, true);
        for other in [
            hash(1, 0x1000, 0x2000, 8, true),
            hash(0, 0x1004, 0x2000, 8, true),
            hash(0, 0x1000, 0x2008, 8, true),
            hash(0, 0x1000, 0x2000, 4, true),
            hash(0, 0x1000, 0x2000, 8, false),
        ] {
            assert_ne!(base, other);
        }
    }
}
