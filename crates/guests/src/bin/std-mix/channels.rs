//! Channels, unbounded and bounded.

use std::sync::mpsc;
use std::thread;

use overtake_guests::check::equal;

use crate::threads::THREADS;

const MESSAGES: usize = 50;

/// Four threads send messages to one.
pub fn channel() -> Result<u64, String> {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for me in 0..THREADS {
            let sender = sender.clone();
            scope.spawn(move || {
                for number in 0..MESSAGES {
                    // On the heap, so that the message's target must arrive with it.
                    sender.send(Box::new((me, number))).unwrap();
                }
            });
        }
        drop(sender);

        let mut next = [0; THREADS];
        for message in receiver {
            let (from, number) = *message;
            equal("message", number, next[from])?;
            next[from] += 1;
        }
        equal("messages", next, [MESSAGES; THREADS])?;
        Ok(next.iter().sum::<usize>() as u64)
    })
}

/// Numbers pass through a chain of threads. Each channel between two threads holds at most two.
pub fn sync_channel() -> Result<u64, String> {
    let (first, mut last) = mpsc::sync_channel(2);
    thread::scope(|scope| {
        scope.spawn(move || {
            for number in 0..MESSAGES as u64 {
                first.send(number).unwrap();
            }
        });
        for _ in 1..THREADS {
            let (sender, receiver) = mpsc::sync_channel(2);
            let before = std::mem::replace(&mut last, receiver);
            scope.spawn(move || {
                for number in before {
                    sender.send(number + 1).unwrap();
                }
            });
        }

        let shift = THREADS as u64 - 1;
        let numbers: Vec<u64> = last.into_iter().collect();
        equal(
            "numbers",
            &numbers,
            &(shift..shift + MESSAGES as u64).collect(),
        )?;
        Ok(numbers.iter().sum())
    })
}
