//! System calls: what they order, and accesses to memory by the kernel.

use super::flow::Uses;
use super::{Engine, MemoryAccess};
use crate::fast;
use crate::guest_memory;
use crate::pages::{self, Owner};
use crate::syscall_table::Range;
use crate::translate::{self, Block, Decoded, Instruction};
use crate::views::Guest;
use arch::Pairs;
use isa::{Effect, Flow};
use std::sync::OnceLock;
use weakmem::ThreadId;

/// The length up to which what the kernel wrote is stored part by part, in bytes. More is taken
/// over at once, and the thread sees everything.
const MOST: u64 = 1024;

/// The size of the parts, in bytes: `copy_to_user` copies registers.
const PART: u64 = 8;

impl Engine {
    /// Executes a full barrier in every thread (`membarrier`).
    pub fn full_barrier_everywhere(&mut self) {
        self.drain_everyone();
        let mut guest = Guest(&mut self.run);
        for thread in 0..self.threads.len() {
            self.machine.synchronise(thread as ThreadId, &mut guest);
        }
    }

    /// Commits all stores of all threads, because something outside the model may read them.
    pub fn drain_everyone(&mut self) {
        let mut guest = Guest(&mut self.run);
        for thread in 0..self.threads.len() {
            self.machine.drain(thread as ThreadId, &mut guest);
        }
    }

    /// Begins a system call of the running thread, which is a full barrier.
    ///
    /// Until [`Engine::call_is_over`] the thread sees all committed writes, because the kernel may
    /// read and write its memory.
    pub fn call_begins(&mut self) {
        self.note_block();
        self.finish_half();
        self.synchronise();
        self.machine.allow_stale(self.current, false);
    }

    /// Ends a system call of the running thread.
    pub fn call_is_over(&mut self) {
        self.machine.allow_stale(self.current, true);
        self.machine.set_up_to_date(false);
    }

    /// Executes a full barrier in the running thread.
    pub fn synchronise(&mut self) {
        let mut guest = Guest(&mut self.run);
        self.machine.synchronise(self.current, &mut guest);
    }

    /// Begins a system call of the running thread of which it is known what it does to memory.
    ///
    /// While the thread keeps the token, its view is in memory. So the kernel reads what the
    /// thread observes, and writes on top of it. If it loses the token, the call becomes one that
    /// is not known ([`Engine::lost_in_known_call`]).
    pub fn known_call_begins(&mut self, synchronises_context: bool) {
        self.note_block();
        self.finish_half();
        self.in_known_call = true;
        if synchronises_context {
            self.context_sync();
        }
    }

    /// Whether the running thread is in such a call, and has kept the token since it began.
    pub fn in_known_call(&self) -> bool {
        self.in_known_call
    }

    /// Ends such a call.
    pub fn known_call_is_over(&mut self, synchronises_context: bool) {
        self.in_known_call = false;
        if synchronises_context {
            self.context_sync();
        }
    }

    /// Orders accesses of the running thread, as the kernel's code does during the call.
    pub fn call_orders(&mut self, pairs: Pairs) {
        if !pairs.is_empty() {
            let mut guest = Guest(&mut self.run);
            self.machine.fence(self.current, pairs, &mut guest);
        }
    }

    fn context_sync(&mut self) {
        let mut guest = Guest(&mut self.run);
        self.machine.context_sync(self.current, &mut guest);
    }

    /// Notes that the running thread is about to sleep in a system call, before which it has
    /// executed a full barrier. While it is away, it sees what commits: the kernel executes a full
    /// barrier when it makes the thread run again (`__schedule`).
    pub fn call_sleeps(&mut self) {
        self.in_known_call = false;
        self.machine.allow_stale(self.current, false);
    }

    /// Makes a call that is not known of a known one, if the running thread has lost the token in
    /// it: another thread's view may be in memory when the kernel writes.
    pub(super) fn lost_in_known_call(&mut self) {
        if std::mem::take(&mut self.in_known_call) {
            self.resynchronise();
            self.machine.allow_stale(self.current, false);
            self.full_barrier_everywhere();
        }
    }

    /// Handles a read by the kernel as accesses of the running thread, as far as memory is mapped
    /// there. The kernel has not made them yet.
    pub fn kernel_reads(&mut self, range: Range) {
        for (addr, size) in parts(self.without_tag(range)) {
            let known = self.pages.owner(pages::number(addr)) != Owner::Nobody;
            if !known && !guest_memory::is_readable(addr) {
                return;
            }
            let access = MemoryAccess {
                addr,
                size,
                store: false,
            };
            let view = self.kernel_access(access);
            // The kernel's code may branch on what it has read.
            self.machine.branch(self.current, view);
        }
    }

    /// Handles what the kernel has written as stores of the running thread.
    pub fn kernel_writes(&mut self, range: Range) {
        let (start, length) = self.without_tag(range);
        if length > MOST {
            self.resynchronise();
            return;
        }
        let mut written = vec![0; length as usize];
        // SAFETY: the kernel has just written these bytes.
        unsafe { guest_memory::read(start, &mut written) };
        for (addr, size) in parts((start, length)) {
            let from = (addr - start) as usize;
            // The parts before may have made writes visible to this thread, and so overwritten
            // these bytes.
            // SAFETY: the kernel has just written these bytes.
            unsafe { guest_memory::write(addr, &written[from..from + size]) };
            self.kernel_access(MemoryAccess {
                addr,
                size,
                store: true,
            });
        }
    }

    fn kernel_access(&mut self, access: MemoryAccess) -> weakmem::View {
        let at = self.block.and_then(|block| block.body.last());
        let instruction = Instruction {
            address: at.map_or(0, |it| it.address),
            ..*plain()
        };
        let (view, shared) = self.model(&instruction, access, Uses::NONE);
        if shared {
            self.shared_at = fast::instructions();
            self.touched(access);
        }
        view
    }

    fn without_tag(&self, (start, length): Range) -> Range {
        (start & self.address_mask, length)
    }

    /// Whether only the running thread has touched this memory.
    pub fn owns(&mut self, range: Range) -> bool {
        let (start, length) = self.without_tag(range);
        let mine = Owner::Thread(self.current);
        (pages::number(start)..=pages::number(start + length - 1))
            .all(|page| self.pages.owner(page) == mine)
    }

    /// Adds the address of a function that handles signals of the guest.
    pub fn add_handler(&mut self, address: u64) {
        if !self.handlers.contains(&address) {
            self.handlers.push(address);
            fast::add_handler(translate::bit(address));
        }
    }
}

/// Cuts memory into aligned parts: each address and size in bytes.
fn parts((start, length): Range) -> impl Iterator<Item = (u64, usize)> {
    let end = start.saturating_add(length);
    let mut next = start;
    std::iter::from_fn(move || {
        let addr = next;
        next = (addr - addr % PART).saturating_add(PART).min(end);
        (addr < next).then(|| (addr, (next - addr) as usize))
    })
}

/// An instruction that makes a plain access.
fn plain() -> &'static Instruction {
    static PLAIN: OnceLock<Block> = OnceLock::new();
    let block = PLAIN.get_or_init(|| {
        let plain = Decoded {
            address: 0,
            effect: Effect::PLAIN,
            flow: Flow::NONE,
            single: false,
            width: PART as u8,
            reads_clock: false,
            before: Pairs::NONE,
            after: Pairs::NONE,
        };
        Block::new(0, &[plain])
    });
    &block.body[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::run::Run;
    use arch::Arch;
    use weakmem::{Driver, PAGE_SIZE, Store, StoreId, View};

    /// Nobody sees a write by itself.
    struct Unseen;

    impl Driver for Unseen {
        fn read_delay(&mut self, _: StoreId, _: ThreadId) -> u64 {
            u64::MAX
        }

        fn patch(&mut self, addr: u64, bytes: &[u8]) {
            // SAFETY: the test's page.
            unsafe { guest_memory::write(addr, bytes) };
        }
    }

    #[repr(align(4096))]
    struct Page([u8; PAGE_SIZE]);

    /// What thread 1 has not seen, what it has pending, and what the kernel wrote, once another
    /// thread is chosen while thread 0 is in a call that is known. `loses`: it has lost the token.
    fn after_a_known_call(loses: bool) -> [u8; 3] {
        let options = Options::parse(["seed=1"]).expect("valid");
        let run = Run::new(&options).expect("no files");
        let mut engine = Engine::new(Arch::AArch64, &options, run);
        assert_eq!((engine.add_thread(), engine.add_thread()), (0, 1));
        let mut page = Box::new(Page([0; PAGE_SIZE]));
        let start = page.0.as_mut_ptr() as u64;
        engine.machine.insert_page(start, page.0);
        let store = |addr, bytes| Store {
            addr,
            bytes,
            release: false,
            address: View::NONE,
            data: View::NONE,
        };
        engine
            .machine
            .atomic(0, store(start, &[1]), None, &mut Unseen);
        engine
            .machine
            .store(1, store(start + 64, &[2]), u64::MAX, &mut Unseen);
        (engine.current, engine.view) = (0, Some(0));
        engine.known_call_begins(false);
        // SAFETY: as in `patch`. Thread 0's view is in memory.
        unsafe {
            guest_memory::write(start, &[1]);
            guest_memory::write(start + 128, &[3]);
        }
        if !loses {
            engine.known_call_is_over(false);
        }
        assert_eq!(engine.choose(&[1]), 1);
        assert!(!engine.in_known_call());
        let (mut seen, mut image) = ([0], [0; 129]);
        engine.machine.read(1, start, &mut seen);
        engine.machine.image().read(start, &mut image);
        [seen[0], image[64], image[128]]
    }

    /// While another thread's view is in memory the kernel may write there for this one.
    #[test]
    fn all_threads_see_everything_when_one_loses_the_token_in_a_known_call() {
        assert_eq!(after_a_known_call(true), [1, 2, 3]);
        assert_eq!(after_a_known_call(false), [0, 0, 0]);
    }

    #[test]
    fn parts_are_aligned_and_whole() {
        let of = |start, length| parts((start, length)).collect::<Vec<_>>();
        assert_eq!(of(0x1000, 16), [(0x1000, 8), (0x1008, 8)]);
        assert_eq!(of(0x1004, 8), [(0x1004, 4), (0x1008, 4)]);
        assert_eq!(of(0x1007, 1), [(0x1007, 1)]);
        assert!(of(0x1000, 0).is_empty());
    }
}
