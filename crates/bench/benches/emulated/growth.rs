//! How the cost of a shared access grows with threads, pages, pending stores and slots.

use overtake_bench::sample::{Sample, seconds};

use crate::setting::{Result, Setting, done, run};

/// Microseconds for a round: the difference between many rounds and few.
fn each(setting: &Setting, rounds: u64, mut take: impl FnMut(u64) -> Result<()>) -> Result<f64> {
    let mut time = |rounds| {
        let mut result = Ok(());
        let seconds = seconds(|| result = take(rounds));
        result.map(|()| seconds)
    };
    let mut figures = Vec::new();
    for _ in 0..setting.rounds(3) {
        let few = time(rounds / 10)?;
        figures.push((time(rounds)? - few) / (rounds - rounds / 10) as f64);
    }
    Ok(Sample::new(figures).median() * 1e6)
}

pub fn measure(setting: &Setting) -> Result<()> {
    let target = setting.targets.first().map_or("aarch64", |it| it);
    println!("growth ({target}): microseconds for a round of a store and a load of shared memory");
    let rounds = if setting.quick { 20_000 } else { 200_000 };
    let guest = setting.guest(target, "growth");
    let growth = |threads: u64, pages: u64, stores: u64| {
        each(setting, rounds, |rounds| {
            let mut command = setting.overtake("run");
            command.args(["--quiet", "--"]).arg(&guest);
            command.args([threads, pages, stores, rounds].map(|it| it.to_string()));
            done(&mut command)
        })
    };
    for (what, row) in [
        ("threads", [2, 4, 8, 16].map(|it| (it, (it, 1, 64)))),
        ("pages", [1, 100, 1000, 10_000].map(|it| (it, (2, it, 64)))),
        (
            "stores between fences",
            [1, 4, 16, 64].map(|it| (it, (2, 1, it))),
        ),
    ] {
        print!("  {what}:");
        for (value, (threads, pages, stores)) in row {
            print!("  {value}: {:.2}", growth(threads, pages, stores)?);
        }
        println!();
    }
    print!("  slots of the ring (an event):");
    for slots in [2, 8, 256, 65_536_u64] {
        let event = each(setting, rounds / 10, |events| {
            let mut command = setting.overtake("run");
            command.args(["--quiet", "--target", target, "--variant", "release"]);
            command.args([
                "--events",
                &events.to_string(),
                "--slots",
                &slots.to_string(),
            ]);
            run(&mut command, &[0])
        })?;
        print!("  {slots}: {event:.1}");
    }
    println!();
    Ok(())
}
