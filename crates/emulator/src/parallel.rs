//! Runs tasks in parallel.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Runs every task, `jobs` at a time; the results are in the order of the tasks.
///
/// After a failure no further task starts. Tasks start in order, so the returned error is that of the first task
/// that fails, and does not depend on `jobs` if the tasks do not.
pub fn in_parallel<T: Sync, R: Send, E: Send>(
    tasks: &[T],
    jobs: usize,
    work: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    // `Relaxed` for both: the channel orders the results, and starting one task too many is harmless.
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.min(tasks.len()) {
            let (sender, next, failed, work) = (sender.clone(), &next, &failed, &work);
            scope.spawn(move || {
                while !failed.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(task) = tasks.get(index) else { break };
                    let result = work(task);
                    if result.is_err() {
                        failed.store(true, Ordering::Relaxed);
                    }
                    sender
                        .send((index, result))
                        .expect("the receiver outlives the threads");
                }
            });
        }
    });
    drop(sender);
    let mut results: Vec<_> = receiver.into_iter().collect();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::in_parallel;

    #[test]
    fn results_are_in_order() {
        let tasks: Vec<u64> = (0..50).collect();
        for jobs in [1, 3, 100] {
            let results = in_parallel(&tasks, jobs, |&task| Ok::<_, ()>(task * 2)).unwrap();
            assert!(results.into_iter().eq(tasks.iter().map(|task| task * 2)));
        }
    }

    #[test]
    fn the_first_failure_is_returned() {
        let tasks: Vec<u64> = (0..50).collect();
        for jobs in [1, 3, 100] {
            let failure = in_parallel(&tasks, jobs, |&task| match task {
                0..20 => Ok(()),
                _ => Err(task),
            });
            assert_eq!(failure, Err(20));
        }
    }
}
