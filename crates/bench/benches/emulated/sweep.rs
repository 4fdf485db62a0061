//! Seeds a second of a short guest.

use overtake_bench::sample::seconds;

use crate::setting::{Result, Setting, run};

pub fn measure(setting: &Setting) -> Result<()> {
    let seeds = if setting.quick { 20 } else { 1000 };
    println!("a sweep of {seeds} seeds, 10 events each, as many jobs as cores: seeds a second");
    for target in &setting.targets {
        let mut sweep = setting.overtake("matrix");
        let seeds_word = seeds.to_string();
        sweep
            .args(["--targets", target, "--variants", "relaxed-tail"])
            .args([
                "--emulations",
                "weak",
                "--events",
                "10",
                "--seeds",
                &seeds_word,
            ]);
        let mut result = Ok(());
        let all = seconds(|| result = run(&mut sweep, &[0]));
        result?;
        let alone_runs = setting.rounds(20);
        let mut alone = Vec::new();
        for seed in 1..=alone_runs {
            let mut one = setting.overtake("run");
            let seed = seed.to_string();
            one.args(["--quiet", "--target", target, "--variant", "relaxed-tail"]);
            one.args(["--events", "10", "--seed", &seed]);
            let mut result = Ok(());
            alone.push(seconds(|| result = run(&mut one, &[0, 1])));
            result?;
        }
        let alone: f64 = alone.iter().sum::<f64>() / alone_runs as f64;
        println!(
            "  {target:8} {:.0}; one process after the other, each started anew: {:.0}",
            f64::from(seeds) / all,
            1.0 / alone
        );
    }
    Ok(())
}
