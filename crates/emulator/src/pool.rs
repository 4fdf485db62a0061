//! As many fork servers as are needed at the same time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use crate::forkserver::ForkServer;

/// Fork servers: of each kind as many as were needed at the same time.
///
/// A thread uses only those that it has started: a guest ends with the thread that started it
/// (the plugin asks the kernel for that, so that none is left behind).
#[derive(Debug)]
pub struct Pool<K> {
    /// The idle ones, by kind; and kinds for which there is no fork server.
    idle: Mutex<Vec<(ThreadId, K, Option<ForkServer>)>>,
}

impl<K> Default for Pool<K> {
    /// None yet.
    fn default() -> Self {
        Self {
            idle: Mutex::default(),
        }
    }
}

impl<K: PartialEq + Clone> Pool<K> {
    /// Does something with a fork server of this kind, which is started if none is idle. None: it must
    /// be done without.
    pub fn with<R, E>(
        &self,
        kind: &K,
        start: impl FnOnce() -> Result<Option<ForkServer>, E>,
        work: impl FnOnce(Option<&mut ForkServer>) -> Result<R, E>,
    ) -> Result<R, E> {
        let idle = self.take(kind);
        let mut server = match idle {
            Some(server) => server,
            None => start()?,
        };
        let result = work(server.as_mut());
        // After an error it may be gone.
        if result.is_ok() {
            let this = thread::current().id();
            self.idle().push((this, kind.clone(), server));
        }
        result
    }

    /// One that is idle. Those of other kinds end: a thread that went on to another kind does not come
    /// back.
    fn take(&self, kind: &K) -> Option<Option<ForkServer>> {
        let this = thread::current().id();
        let mut idle = self.idle();
        idle.retain(|(thread, other, server)| other == kind || *thread != this || server.is_none());
        let mine = |(thread, other, server): &(ThreadId, K, Option<ForkServer>)| {
            other == kind && (*thread == this || server.is_none())
        };
        let index = idle.iter().position(mine)?;
        if idle[index].2.is_none() {
            return Some(None);
        }
        Some(idle.swap_remove(index).2)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(ThreadId, K, Option<ForkServer>)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
