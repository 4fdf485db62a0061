//! What is chosen by a condition and then stored: pick dependencies through memory.
//!
//! The machine keeps what a store's address and data depend on, and orders a load that reads the
//! store after that (herd's aarch64hwreqs.cat: `data; [Exp & M]; lmrs` in `dob`). Pick dependencies
//! do not order that load, but its value depends on them (aarch64deps.cat: `lmrs` in `dtrm`, which
//! is in `pick-dtrm`). So they are kept here.

use rustc_hash::FxHashMap;
use weakmem::View;

/// The unit in which stores are kept, in bytes.
const WORD: u64 = 8;

/// The largest number of words. What is stored beyond is kept for all words together.
const MOST: usize = 4096;

/// The views of a thread's stores that are chosen by a condition.
///
/// A load that reads another thread's later store gets the view too, which is stronger.
#[derive(Debug, Clone, Default)]
pub(super) struct Spills {
    words: FxHashMap<u64, View>,
    /// The joined view of what has no word in `words`.
    others: View,
}

impl Spills {
    /// Whether nothing is kept.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.others == View::NONE
    }

    /// Whether nothing is kept of these bytes.
    #[inline]
    pub fn is_free_of(&self, addr: u64, size: usize) -> bool {
        self.is_empty() || self.of(addr, size) == View::NONE
    }

    /// Returns what a load of these bytes depends on.
    #[inline]
    pub fn of(&self, addr: u64, size: usize) -> View {
        if self.is_empty() {
            View::NONE
        } else {
            self.kept(addr, size)
        }
    }

    fn kept(&self, addr: u64, size: usize) -> View {
        let kept = words(addr, size).filter_map(|word| self.words.get(&word).copied());
        self.others.join(kept.collect())
    }

    /// Keeps the view of a store of these bytes, or forgets that of an earlier store.
    #[inline]
    pub fn store(&mut self, addr: u64, size: usize, view: View) {
        if view == View::NONE && self.words.is_empty() {
            return;
        }
        for word in words(addr, size) {
            let covers = addr <= word && word + WORD <= addr + size as u64;
            if view == View::NONE && covers {
                self.words.remove(&word);
            } else if view == View::NONE {
                // The rest of the word is as it was.
            } else if let Some(kept) = self.words.get_mut(&word) {
                *kept = if covers { view } else { kept.join(view) };
            } else if self.words.len() < MOST {
                self.words.insert(word, view);
            } else {
                self.others = self.others.join(view);
            }
        }
    }

    /// Forgets everything, once no write is unseen by the thread.
    #[inline]
    pub fn clear(&mut self) {
        if !self.is_empty() {
            *self = Self::default();
        }
    }
}

/// The words that hold these bytes.
fn words(addr: u64, size: usize) -> impl Iterator<Item = u64> {
    let last = (addr + size as u64 - 1) / WORD;
    (addr / WORD..=last).map(|index| index * WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_depends_on_the_last_store_of_each_byte() {
        let mut spills = Spills::default();
        spills.store(0x100, 8, View::at(3));
        assert_eq!(spills.of(0x104, 4), View::at(3));
        assert!(spills.is_free_of(0x108, 8));
        spills.store(0x104, 8, View::at(2));
        assert_eq!(spills.of(0x100, 8), View::at(3), "in part");
        assert_eq!(spills.of(0x108, 4), View::at(2));
        spills.store(0x100, 4, View::NONE);
        assert_eq!(spills.of(0x104, 1), View::at(3), "in part");
        spills.store(0x100, 16, View::NONE);
        assert!(spills.is_empty());
    }

    #[test]
    fn beyond_the_largest_number_everything_is_kept_together() {
        let mut spills = Spills::default();
        for index in 0..=MOST as u64 {
            spills.store(index * WORD, 8, View::at(index + 1));
        }
        let newest = View::at(MOST as u64 + 1);
        assert_eq!(spills.of(0, 8), newest);
        assert_eq!(spills.of(MOST as u64 * WORD, 8), newest);
        spills.clear();
        assert!(spills.is_free_of(0, 8));
    }
}
