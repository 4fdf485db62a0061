//! Pages that become shared, owned, unmodelled or forgotten.

use super::{Engine, MemoryAccess};
use crate::fast;
use crate::guest_memory;
use crate::lone::Fate;
use crate::pages::{self, Owner};
use crate::views::{self, Guest};
use weakmem::{MAX_ACCESS, ThreadId};

impl Engine {
    /// Handles an access to pages `first` to `last` that are not all shared yet. Returns whether it
    /// goes through the model; otherwise it is visible at once.
    #[cold]
    pub(super) fn touch(&mut self, first: u64, last: u64, access: MemoryAccess) -> bool {
        // Here another thread may come first.
        self.end_copy();
        let mut bytes = [0; MAX_ACCESS];
        let bytes = &mut bytes[..access.size.min(MAX_ACCESS)];
        if access.store {
            // SAFETY: the guest has just stored these bytes.
            unsafe { guest_memory::read(access.addr, bytes) };
        }
        let shared = self.touch_each(first, last, access);
        if access.store {
            // SAFETY: as above. Writes that became visible to the thread may have overwritten these
            // bytes.
            unsafe { guest_memory::write(access.addr, bytes) };
        }
        if shared == (true, false) {
            // The new shared pages enter the image as they are in memory now.
            for page in first..=last {
                if self.pages.owner(page) == Owner::Shared {
                    self.take_over(page);
                }
            }
        }
        shared == (false, true)
    }

    /// Updates the owner of each page. Returns whether some are shared now but not all were, in an
    /// access that crosses pages; and whether all were shared.
    fn touch_each(&mut self, first: u64, last: u64, access: MemoryAccess) -> (bool, bool) {
        let (mut all_shared, mut some_shared) = (true, false);
        for page in first..=last {
            match self.pages.owner(page) {
                Owner::Shared => some_shared = true,
                Owner::Unmodelled => all_shared = false,
                Owner::Thread(owner)
                    if owner != self.current && !self.threads[owner as usize].ended =>
                {
                    self.share(page);
                    self.hide_first_store(owner, page, access);
                    (all_shared, some_shared) = (false, true);
                }
                Owner::Nobody if self.shares_early(page) => {
                    some_shared = true;
                    all_shared &= self.share_early(page, access);
                }
                Owner::Nobody if self.first_thread_touched(page, access) => {
                    self.share(page);
                    (all_shared, some_shared) = (false, true);
                }
                // No thread touched it, or its owner has ended, with all its stores committed.
                _ => {
                    self.pages.set(page, Owner::Thread(self.current));
                    all_shared = false;
                }
            }
        }
        let mixed = some_shared && !all_shared && first != last;
        if mixed {
            let mut guest = Guest(&mut self.run);
            self.machine.synchronise(self.current, &mut guest);
        }
        (mixed, all_shared)
    }

    /// Whether another thread's access touches a page of the first thread that has no owner yet.
    ///
    /// Accesses of the first thread were not reported while it was alone (`instrument`), but its
    /// writes are in memory. So a page belongs to it unless the page holds only zeros.
    fn first_thread_touched(&self, page: u64, access: MemoryAccess) -> bool {
        if self.current == 0 || self.threads[0].ended || self.pages.is_fresh(page) {
            return false;
        }
        let start = page << pages::PAGE_BITS;
        let accessed = access.addr..access.addr + access.size as u64;
        let bytes = views::copy_page(start);
        (start..)
            .zip(bytes.iter())
            .any(|(addr, byte)| *byte != 0 && !(access.store && accessed.contains(&addr)))
    }

    /// Copies a page from memory into the image. The running thread has no pending stores there.
    fn take_over(&mut self, page: u64) {
        let start = page << pages::PAGE_BITS;
        self.machine.lose_reservations(self.current, start);
        let bytes = views::copy_page(start);
        self.machine.insert_page(start, bytes);
    }

    /// Makes a page shared when a second thread touches it.
    ///
    /// The owner's stores to this page count as committed now. So the owner's earlier stores
    /// elsewhere commit first. So do those of the running thread, which has already made its access
    /// to this page.
    fn share(&mut self, page: u64) {
        let (current, start) = (self.current, page << pages::PAGE_BITS);
        let mut guest = Guest(&mut self.run);
        let owner = match self.pages.owner(page) {
            Owner::Thread(owner) if owner != current => Some(owner),
            _ => None,
        };
        if let Some(owner) = owner {
            if let Some(own_pages) = &self.threads[owner as usize].own_pages {
                own_pages.remove(page);
            }
            // What it has made since it promised something stays pending, and no fence has come
            // since that orders it before what is on this page.
            if !self.machine.has_promises(owner) {
                self.machine.drain(owner, &mut guest);
            }
            // What is on this page arrives everywhere, so what may be ordered before it does first.
            self.machine.propagate(owner, &mut guest);
        }
        // The running thread sees these commits; its access was prepared without them.
        self.machine.synchronise(current, &mut guest);
        self.machine.lose_reservations(current, start);
        let bytes = views::copy_page(start);
        match owner {
            Some(owner) => self.machine.share_page(owner, start, bytes),
            None => self.machine.insert_page(start, bytes),
        }
        self.pages.set(page, Owner::Shared);
        self.stats.shared_pages += 1;
    }

    /// The access that made the page shared was a store, and the page's owner may have promised what depends on
    /// what was there before: until it has kept that, it reads that.
    fn hide_first_store(&mut self, owner: ThreadId, page: u64, access: MemoryAccess) {
        if !access.store || !self.machine.has_promises(owner) {
            return;
        }
        let start = page << pages::PAGE_BITS;
        let mut kept = self.early.kept.iter().rev();
        if let Some(kept) = kept.find(|it| (it.thread, it.page) == (owner, page)) {
            let (first, end) = (access.addr.max(start), access.addr + access.size as u64);
            let end = end.min(start + weakmem::PAGE_SIZE as u64);
            let before = &kept.bytes[(first - start) as usize..(end - start) as usize];
            let guest = &mut Guest(&mut self.run);
            self.machine.hide_store(owner, first, before, guest);
        }
    }

    /// Whether a page that no thread was seen to touch is shared at once.
    fn shares_early(&self, page: u64) -> bool {
        self.alive > 1 && self.stacks.early.may_share() && !self.stacks.contains(page)
    }

    /// Shares a page at the first access that was seen. Returns whether the access goes through the
    /// model: then it is known what was there before. Otherwise it counts as committed, so the
    /// thread's earlier stores commit.
    fn share_early(&mut self, page: u64, access: MemoryAccess) -> bool {
        let start = page << pages::PAGE_BITS;
        let now = views::copy_page(start);
        let stored = access.store.then(|| {
            let end = (access.addr + access.size as u64).min(start + weakmem::PAGE_SIZE as u64);
            let first = access.addr.max(start);
            (first - start) as usize..(end - start) as usize
        });
        let before = self.untouched.before(page, &now, stored);
        if before.is_none() {
            let mut guest = Guest(&mut self.run);
            self.machine.drain(self.current, &mut guest);
            self.machine.propagate(self.current, &mut guest);
        }
        self.machine.lose_reservations(self.current, start);
        self.machine.insert_page(start, before.unwrap_or(now));
        self.pages.set(page, Owner::Shared);
        self.stacks.early.shared(page, self.current);
        self.stats.shared_pages += 1;
        before.is_some()
    }

    /// Makes a page that was shared early the running thread's own, unless stores to it are pending
    /// or the thread has not seen some write, when its own stores there are still followed. No other
    /// thread has touched the page, so this orders nothing.
    fn unshare_early(&mut self, page: u64) {
        let (current, start) = (self.current, page << pages::PAGE_BITS);
        if self.is_pending(page)
            || self.machine.tracks(current)
            || self.machine.may_see_older(current)
        {
            return;
        }
        self.machine.remove_page(start);
        self.pages.set(page, Owner::Thread(current));
        self.stacks.early.forget(page);
        self.stats.shared_pages -= 1;
    }

    /// Handles an access to shared pages: they may become the running thread's own pages, or quiet.
    #[inline]
    pub(super) fn touched(&mut self, access: MemoryAccess) {
        let page = pages::number(access.addr);
        if access.store {
            self.stored(access.addr, access.size);
        }
        if self.stacks.touched(page, self.current) {
            if !self.pages_stay() {
                self.unshare(page);
            }
            return;
        }
        let now = fast::instructions();
        match self.lone.touched(page, self.current, access.store, now) {
            Fate::Stays => {}
            _ if self.pages_stay() => {}
            Fate::GivenBack => self.give_back(page),
            Fate::MustGoBack => {
                let mut guest = Guest(&mut self.run);
                self.machine.synchronise(self.current, &mut guest);
                self.give_back(page);
            }
            Fate::Quiet => self.quieten(page),
        }
    }

    /// Notes a store to shared pages, which are not quiet then.
    #[inline]
    pub(super) fn stored(&mut self, addr: u64, size: usize) {
        fast::remove_quiet(pages::number(addr));
        fast::remove_quiet(pages::number(addr + size as u64 - 1));
    }

    /// Whether a store of some thread to the page is pending.
    fn is_pending(&self, page: u64) -> bool {
        let start = page << pages::PAGE_BITS;
        let mut threads = 0..self.threads.len() as ThreadId;
        threads.any(|thread| self.machine.is_pending(thread, start, weakmem::PAGE_SIZE))
    }

    /// Makes a shared page quiet, unless a store to it is pending or some thread has not seen one.
    #[cold]
    fn quieten(&mut self, page: u64) {
        let start = page << pages::PAGE_BITS;
        let mut threads = 0..self.threads.len() as ThreadId;
        let followed = |thread| {
            self.machine.is_pending(thread, start, weakmem::PAGE_SIZE)
                || self
                    .machine
                    .unseen_granules(thread)
                    .any(|granule| pages::number(granule) == page)
        };
        if !threads.any(followed) && self.pages.owner(page) == Owner::Shared {
            fast::add_quiet(page);
            self.quiet_since = self.machine.now();
        }
    }

    /// Makes a shared page that only the running thread uses its own, unless a store to it is pending or
    /// the thread has not seen some write: its accesses to the page would no longer be followed. This
    /// orders nothing of the running thread.
    #[cold]
    fn give_back(&mut self, page: u64) {
        let (current, start) = (self.current, page << pages::PAGE_BITS);
        if self.machine.tracks(current)
            || self.machine.may_see_older(current)
            || self.is_pending(page)
            || self.pages.owner(page) != Owner::Shared
        {
            return;
        }
        self.machine.lose_reservations(current, start);
        self.machine.remove_page(start);
        self.pages.set(page, Owner::Thread(current));
        self.stacks.early.forget(page);
        self.lone.given_back(page, fast::instructions());
        fast::remove_quiet(page);
    }

    /// Makes a shared page the running thread's own. All stores to it commit, and the thread sees
    /// them.
    pub(super) fn unshare(&mut self, page: u64) {
        if self.stacks.early.is_alone(page) {
            self.unshare_early(page);
            return;
        }
        self.drain_everyone();
        let (current, start) = (self.current, page << pages::PAGE_BITS);
        self.machine.synchronise(current, &mut Guest(&mut self.run));
        self.machine.lose_reservations(current, start);
        self.machine.remove_page(start);
        self.pages.set(page, Owner::Thread(current));
        fast::remove_quiet(page);
    }

    /// Notes that guest addresses `start` to `end` were mapped, for a stack or not. `zero`: without
    /// a file, so they hold zeros.
    pub fn mapped(&mut self, start: u64, end: u64, for_stack: bool, zero: bool) {
        self.forget(start, end);
        let pages = pages::number(start)..pages::number(end);
        if zero {
            self.untouched.mapped(pages.clone());
        }
        self.stacks.map(pages, for_stack);
    }

    /// Sets the end of the `brk` heap.
    pub fn set_program_break(&mut self, end: u64) {
        if self.program_break != 0 && end > self.program_break {
            let last_used = self.program_break - 1;
            let (first, end) = (pages::number(last_used) + 1, pages::number(end - 1) + 1);
            self.pages.set_fresh(first, end);
            self.untouched.mapped(first..end);
        }
        self.program_break = end;
    }

    /// Notes that the stack of a new thread begins below this address.
    pub fn stack_of(&mut self, thread: ThreadId, end: u64) {
        let last = end.saturating_sub(1) & self.address_mask;
        self.stacks.assign(pages::number(last), thread);
    }

    /// Makes guest addresses `start` to `end`, which were just mapped, unmodelled memory.
    pub fn set_unmodelled(&mut self, start: u64, end: u64) {
        self.forget(start, end);
        let end = pages::number(end.saturating_add(weakmem::PAGE_SIZE as u64 - 1));
        self.pages.set_unmodelled(pages::number(start), end);
    }

    /// Whether the page of `addr` is unmodelled memory.
    pub fn is_unmodelled(&mut self, addr: u64) -> bool {
        self.pages.owner(pages::number(addr & self.address_mask)) == Owner::Unmodelled
    }

    /// Notes that the kernel may write zeros to memory, and that no callback tells where.
    pub fn kernel_zeroes(&mut self) {
        self.untouched.zeroed_by_kernel();
    }

    /// Notes that the kernel may write to the pages of these addresses.
    pub fn kernel_writes_near(&mut self, addresses: &[u64]) {
        for address in addresses {
            let page = pages::number(address & self.address_mask);
            self.untouched.forget(page..page.saturating_add(1));
        }
    }

    /// Commits all stores, and forgets the pages of guest addresses `start` to `end`, because they
    /// are unmapped or their contents change.
    pub fn forget(&mut self, start: u64, end: u64) {
        let first = pages::number(start & self.address_mask);
        let last = pages::number(end.saturating_add(weakmem::PAGE_SIZE as u64 - 1));
        self.untouched.forget(first..last.max(first));
        self.protected(start, end);
    }

    /// Does the same for pages whose protection changes. They keep their contents.
    pub fn protected(&mut self, start: u64, end: u64) {
        self.drain_everyone();
        self.machine
            .end_reservations(start & self.address_mask, end);
        let first = pages::number(start & self.address_mask);
        let end = pages::number(end.saturating_add(weakmem::PAGE_SIZE as u64 - 1));
        for (page, owner) in self.pages.forget(first, end) {
            self.lone.forget(page);
            match owner {
                Owner::Thread(owner) => {
                    if let Some(own_pages) = &self.threads[owner as usize].own_pages {
                        own_pages.remove(page);
                    }
                }
                Owner::Shared => {
                    self.stacks.early.forget(page);
                    fast::remove_quiet(page);
                    self.machine.remove_page(page << pages::PAGE_BITS);
                }
                Owner::Nobody | Owner::Unmodelled => {}
            }
        }
    }
}
