//! What the guest's threads were doing when a run was ended.

use serde::{Deserialize, Serialize};

/// What a guest thread was doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doing {
    /// The number of the thread, from 0 in the order of creation.
    pub thread: u32,
    /// The guest address of the code that it ran last, or from which it made its system call; 0: unknown.
    pub pc: u64,
    /// The name of the system call that it was in.
    pub call: Option<String>,
}

impl Doing {
    /// In words.
    pub fn text(&self) -> String {
        // Users count from 1.
        let thread = self.thread + 1;
        match &self.call {
            Some(call) => format!(
                "thread {thread} was in the system call `{call}`, made by the code at {:#x}",
                self.pc
            ),
            None => format!("thread {thread} ran the code at {:#x}", self.pc),
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
        assert_eq!(
            doing.text(),
            "thread 1 was in the system call `futex`, made by the code at 0x4010"
        );
        (doing.thread, doing.call) = (2, None);
        assert_eq!(doing.text(), "thread 3 ran the code at 0x4010");
    }
}
