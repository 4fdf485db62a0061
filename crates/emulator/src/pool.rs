//! A pool of fork servers, as many as run concurrently.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use crate::forkserver::ForkServer;

/// Fork servers: of each kind as many as ran concurrently.
///
/// A thread uses only the servers that it started, because a guest ends with the thread that started it (the
/// plugin asks the kernel for that, so that no guest stays behind).
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
    /// Calls a function with a fork server of this kind; starts one if none is idle. None: there is no fork server
    /// for this kind.
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
        // After an error the server may have ended.
        if result.is_ok() {
            let this = thread::current().id();
            self.idle().push((this, kind.clone(), server));
        }
        result
    }

    /// An idle server. Ends those of other kinds, because a thread never returns to an earlier kind.
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
