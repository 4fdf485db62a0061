//! What the guest's threads were doing when a run was ended.

use crate::trace::Module;
use serde::{Deserialize, Serialize};

/// What the guest's threads were doing when a run was ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// What the threads that had not ended were doing: the first [`Scene::MOST`] of them.
    pub threads: Vec<Doing>,
    /// The number of further threads.
    pub others: u64,
    /// The mapped files with the code that they ran.
    pub modules: Vec<Module>,
}

impl Scene {
    /// The most threads that are listed. A report has room for as many.
    pub const MOST: usize = 32;
}

/// What a guest thread was doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doing {
    /// The number of the thread, from 0 in the order of creation.
    pub thread: u32,
    /// The guest address of the code that it ran last, or from which it made its system call; 0: unknown,
    /// as before a guest's first `clone`.
    pub pc: u64,
    /// The name of the system call that it was in.
    pub call: Option<String>,
}

impl Doing {
    /// In words. `code`: what is at an address of the program, if that is known.
    pub fn text(&self, code: impl FnOnce(u64) -> Option<String>) -> String {
        // Users count from 1.
        let thread = self.thread + 1;
        let pc = (self.pc != 0).then(|| match code(self.pc) {
            Some(code) => format!("the code at {:#x} ({code})", self.pc),
            None => format!("the code at {:#x}", self.pc),
        });
        match (&self.call, pc) {
            (Some(call), Some(pc)) => {
                format!("thread {thread} was in the system call `{call}`, made by {pc}")
            }
            (Some(call), None) => format!("thread {thread} was in the system call `{call}`"),
            (None, Some(pc)) => format!("thread {thread} ran {pc}"),
            (None, None) => format!("thread {thread} ran, and had made no other thread yet"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Doing;

    #[test]
    fn in_words() {
        let mut doing = Doing {
            thread: 0,
            pc: 0x4010,
            call: Some("futex".to_owned()),
        };
        let nothing = |_| None;
        assert_eq!(
            doing.text(nothing),
            "thread 1 was in the system call `futex`, made by the code at 0x4010"
        );
        (doing.thread, doing.call) = (2, None);
        assert_eq!(doing.text(nothing), "thread 3 ran the code at 0x4010");
        assert_eq!(
            doing.text(|pc| Some(format!("main, {pc}"))),
            "thread 3 ran the code at 0x4010 (main, 16400)"
        );
        doing.pc = 0;
        let ran = "thread 3 ran, and had made no other thread yet";
        assert_eq!(doing.text(|_| unreachable!()), ran);
    }
}
