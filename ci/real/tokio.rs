//! For `ci/real-programs`: tasks, a channel, a mutex and timers of tokio on three threads; prints a known sum.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{sleep, timeout};

fn main() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(3)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (sender, mut receiver) = mpsc::channel(4);
        let total = Arc::new(Mutex::new(0));
        let tasks: Vec<_> = (0..8)
            .map(|task| {
                let (sender, total) = (sender.clone(), total.clone());
                tokio::spawn(async move {
                    for number in 0..50 {
                        sender.send(task * 50 + number).await.unwrap();
                        *total.lock().await += number;
                    }
                    sleep(Duration::from_millis(20)).await;
                })
            })
            .collect();
        drop(sender);
        let mut sum = 0;
        while let Some(number) = receiver.recv().await {
            sum += number;
        }
        for task in tasks {
            task.await.unwrap();
        }
        let late = timeout(Duration::from_millis(5), sleep(Duration::from_secs(60)))
            .await
            .is_err();
        println!("{sum} {} {late}", total.lock().await);
    });
}
