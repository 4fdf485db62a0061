//! A machine of two threads, and short ways to drive it.

use weakmem::{Driver, Load, Machine, PAGE_SIZE, Rules, Store, StoreId, ThreadId, View};

pub const PAGE: u64 = 0x1000;
pub const X: u64 = PAGE;
pub const Y: u64 = PAGE + 64;

/// Every write stays unseen for this many rounds.
pub struct Delay(pub u64);

impl Driver for Delay {
    fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
        self.0
    }

    fn patch(&mut self, _: u64, _: &[u8]) {}
}

pub const LONG: u64 = u64::MAX;

/// Two threads and a page of zeros.
pub fn machine(rules: Rules) -> Machine {
    let mut machine = Machine::new(rules);
    machine.insert_page(PAGE, [0; PAGE_SIZE]);
    assert_eq!((machine.add_thread(), machine.add_thread()), (0, 1));
    machine
}

pub fn store(addr: u64, bytes: &[u8]) -> Store<'_> {
    Store {
        addr,
        bytes,
        release: false,
        address: View::NONE,
        data: View::NONE,
    }
}

pub fn load(addr: u64) -> Load {
    Load {
        addr,
        len: 4,
        address: View::NONE,
        no_result: false,
    }
}

/// Thread 0 writes, at once.
pub fn write(machine: &mut Machine, addr: u64, value: u8) {
    machine.atomic(0, store(addr, &[value, 0, 0, 0]), None, &mut Delay(LONG));
}

pub fn byte(machine: &Machine, thread: ThreadId, addr: u64) -> u8 {
    let mut byte = [0xee];
    machine.read(thread, addr, &mut byte);
    byte[0]
}
