//! A lock on which threads sleep as the simulated kernel sees it.

use super::kernel;
use shuttle::sync::{self, MutexGuard};
use std::sync::{LockResult, TryLockResult};

#[derive(Debug)]
pub struct Mutex<T>(sync::Mutex<T>);

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }

    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        self.0.try_lock()
    }

    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        if let Ok(guard) = self.0.try_lock() {
            return Ok(guard);
        }
        kernel::parks();
        let guard = self.0.lock();
        kernel::is_awake();
        guard
    }
}
