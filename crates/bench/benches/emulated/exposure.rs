//! Time from the start of the process to the first stale read.

use overtake_bench::sample::{Sample, duration_text, seconds};

use crate::setting::{Result, Setting, done, run};

pub fn measure(setting: &Setting) -> Result<()> {
    println!("to the first stale read of relaxed-tail, all included; to the start of plain QEMU");
    let seeds = if setting.quick { 5 } else { 200 };
    for target in setting.targets.iter().filter(|it| *it != "x86_64") {
        let (mut starts, mut exposures) = (Vec::new(), Vec::new());
        for seed in 1..=seeds {
            let mut start = setting.qemu(target, false);
            start
                .arg(setting.guest(target, "alone"))
                .args(["hash", "0"]);
            let mut result = Ok(());
            starts.push(seconds(|| result = done(&mut start)));
            result?;
            let mut exposure = setting.overtake("run");
            let seed = seed.to_string();
            exposure
                .args(["--quiet", "--seed", &seed, "--"])
                .arg(setting.guest(target, "aio-ring-race"))
                .args(["--variant", "relaxed-tail", "--until-stale"]);
            let mut result = Ok(());
            // 93: the program's check that no event is stale failed.
            exposures.push(seconds(|| result = run(&mut exposure, &[93])));
            result?;
        }
        let (start, exposure) = (Sample::new(starts), Sample::new(exposures));
        println!(
            "  {target:8} start {}; median {}, x{:.2}; 95 % {}, x{:.2}  ({seeds} seeds)",
            duration_text(start.median()),
            duration_text(exposure.median()),
            exposure.median() / start.median(),
            duration_text(exposure.quantile(0.95)),
            exposure.quantile(0.95) / start.median()
        );
    }
    Ok(())
}
