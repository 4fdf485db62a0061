//! Ring events a second, against Miri on the same source.

use std::process::Command;

use overtake_bench::sample::{Sample, seconds};

use crate::setting::{Result, Setting, done};

/// Seconds for an event: the difference between many events and few, so that the start does not
/// count.
fn each(few: u64, many: u64, mut command: impl FnMut(u64) -> Command) -> Result<f64> {
    let mut time = |events| {
        let mut command = command(events);
        let mut result = Ok(());
        let seconds = seconds(|| result = done(&mut command));
        result.map(|()| seconds)
    };
    let (few_take, many_take) = (time(few)?, time(many)?);
    Ok((many_take - few_take).max(1e-9) / (many - few) as f64)
}

const DETECTING: &str = "-Zmiri-disable-isolation";
const NOT_DETECTING: &str = "-Zmiri-disable-isolation -Zmiri-disable-data-race-detector";

fn miri(setting: &Setting, flags: &str, events: u64) -> Command {
    let mut command = Command::new("cargo");
    // Cargo sets these to the toolchain that runs the benchmark; they would override `+nightly`.
    command
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO")
        .args([
            "+nightly",
            "miri",
            "run",
            "--quiet",
            "-p",
            "overtake-guests",
        ])
        .args([
            "--bin",
            "aio-ring-race",
            "--",
            "--variant",
            "release",
            "--events",
        ])
        .arg(events.to_string())
        .env("MIRIFLAGS", flags)
        .env("CARGO_TARGET_DIR", setting.root.join("target/miri"))
        .current_dir(&setting.root);
    command
}

pub fn measure(setting: &Setting) -> Result<()> {
    println!("the ring, variant release, 8 slots: events a second");
    let has_miri = done(&mut miri(setting, DETECTING, 10));
    if let Err(why) = &has_miri {
        println!("  without Miri: {why}");
    }
    let rounds = setting.rounds(5);
    let mut ours = vec![Vec::new(); setting.targets.len()];
    let mut theirs = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (target, figures) in setting.targets.iter().zip(&mut ours) {
            figures.push(each(1000, 21_000, |events| {
                let mut command = setting.overtake("run");
                let events = events.to_string();
                command.args(["--quiet", "--target", target, "--variant", "release"]);
                command.args(["--events", &events]);
                command
            })?);
        }
        if has_miri.is_ok() {
            for (flags, figures) in [DETECTING, NOT_DETECTING].iter().zip(&mut theirs) {
                figures.push(each(100, 1100, |events| miri(setting, flags, events))?);
            }
        }
    }
    let theirs: Vec<f64> = theirs
        .into_iter()
        .filter(|figures| !figures.is_empty())
        .map(|figures| Sample::new(figures).median())
        .collect();
    for (seconds, what) in theirs.iter().zip(["", ", without race detection"]) {
        println!("  Miri{what}: {:.0}", 1.0 / seconds);
    }
    for (target, figures) in setting.targets.iter().zip(ours) {
        let seconds = Sample::new(figures).median();
        let ratios: Vec<String> = theirs
            .iter()
            .map(|theirs| format!("x{:.0}", theirs / seconds))
            .collect();
        println!(
            "  {target:8} {:.0}  to Miri: {}",
            1.0 / seconds,
            ratios.join(", ")
        );
    }
    Ok(())
}
