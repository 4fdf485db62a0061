//! The views of loads that read the thread's own stores.
//!
//! A load that reads its own thread's store is ordered after what that store's address and data
//! depend on, not after the moment at which the store became visible to the others (Armv8 "dob":
//! `(addr | data); rfi`; RVWMO rule 12; Power `ii0`). This is also how a dependency is followed
//! through a value that is spilled to the stack.

use crate::access::Store;
use crate::image::{WORD, words};
use crate::view::{Timestamp, View};
use rustc_hash::FxHashMap as HashMap;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Word {
    /// When the thread's last store to it became visible.
    written: Timestamp,
    /// What that store's address and data depend on.
    view: View,
    /// It was the write of an atomic.
    atomic: bool,
    /// What the thread's own loads of it are ordered after.
    read: View,
}

/// The words that a thread stored to, while some write is unseen by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Forwards {
    words: HashMap<u64, Word>,
}

impl Forwards {
    pub fn clear(&mut self) {
        /// Emptying takes time by how much there is room for.
        const ROOM: usize = 1024;
        if self.words.capacity() > ROOM {
            self.words = HashMap::default();
        } else if !self.words.is_empty() {
            self.words.clear();
        }
    }

    /// The thread's store became visible at `written`; 0: it is seen by nobody else. `before` says
    /// when a word was written before that.
    ///
    /// A word that is stored to in part is made of both stores, and has the views of both.
    pub fn stored(
        &mut self,
        store: &Store<'_>,
        written: Timestamp,
        atomic: bool,
        before: impl Fn(u64) -> Timestamp,
    ) {
        let end = store.addr + store.bytes.len() as u64;
        for start in words(store.addr, store.bytes.len()) {
            let in_part = start < store.addr || start + WORD as u64 > end;
            let word = self.words.entry(start).or_default();
            let mut view = store.address.join(store.data);
            let mut atomic = atomic;
            if in_part {
                let before = before(start);
                if word.written == before {
                    view = view.join(word.view);
                    atomic |= word.atomic;
                } else {
                    view = view.join(View::at(before));
                }
            }
            (word.written, word.view, word.atomic) = (written, view, atomic);
        }
    }

    /// Whether nothing that is kept is about these bytes.
    pub fn is_free_of(&self, addr: u64, len: usize) -> bool {
        self.words.is_empty() || words(addr, len).all(|word| !self.words.contains_key(&word))
    }

    /// The thread loaded from there.
    pub fn loaded(&mut self, addr: u64, len: usize, view: View) {
        for word in words(addr, len) {
            let read = &mut self.words.entry(word).or_default().read;
            *read = read.join(view);
        }
    }

    /// What the thread's loads from there are ordered after.
    pub fn reads(&self, addr: u64, len: usize) -> View {
        words(addr, len)
            .filter_map(|word| self.words.get(&word))
            .map(|word| word.read)
            .collect()
    }

    /// The view of a load of this word that reads what was written at `written`, if that is the
    /// thread's own store. `atomics`: an atomic's write is forwarded too.
    pub fn of(&self, word: u64, written: Timestamp, atomics: bool) -> Option<View> {
        let word = self.words.get(&word)?;
        (word.written == written && (atomics || !word.atomic)).then_some(word.view)
    }
}
