//! The weekly workflow: the race with many seeds, in shards on several machines, merged into one
//! table.

use crate::model::{Cron, Dispatch, Input, Job, Map, On, Strategy, Workflow};
use crate::steps::{
    DEBIAN_12, UBUNTU, cache, checkout, download, download_all, map, nextest, pack, run, unpack,
    upload,
};

/// The number of machines.
const SHARDS: u32 = 4;

/// The default number of seeds.
const SEEDS: u64 = 1000;

/// Returns `sweep.yml`.
#[must_use]
pub fn workflow() -> Workflow {
    let seeds = Input {
        description: "Seeds: 1 to this number".to_owned(),
        r#type: "number".to_owned(),
        default: SEEDS,
    };
    let on = On {
        schedule: vec![Cron {
            cron: "47 3 * * 6".to_owned(),
        }],
        workflow_dispatch: Some(Dispatch {
            inputs: Map::from([("seeds".to_owned(), seeds)]),
        }),
        ..On::default()
    };
    let jobs = vec![("home", home()), ("shard", shard()), ("merge", merge())];
    crate::workflow::workflow("Sweep", on, jobs)
}

/// Returns the number of seeds. Only a start by hand has an input.
fn seeds() -> Map<String> {
    let seeds = format!("${{{{ inputs.seeds || {SEEDS} }}}}");
    map([("SEEDS", &seeds)])
}

fn on_debian() -> Job {
    Job {
        runs_on: UBUNTU.to_owned(),
        container: Some(DEBIAN_12.to_owned()),
        timeout_minutes: 300,
        ..Job::default()
    }
}

/// Builds the plugin and the guests once, because results of different builds cannot be merged.
fn home() -> Job {
    Job {
        name: "home".to_owned(),
        timeout_minutes: crate::workflow::MINUTES,
        steps: vec![
            checkout(),
            cache("guests"),
            run("cargo xtask setup"),
            run("cargo xtask build"),
            pack("overtake", "home.tar.gz"),
            upload("home", "home.tar.gz"),
        ],
        ..on_debian()
    }
}

fn shard() -> Job {
    Job {
        name: "shard ${{ matrix.shard }}".to_owned(),
        needs: vec!["home".to_owned()],
        strategy: Strategy::over("shard", 1..=SHARDS),
        env: seeds(),
        steps: vec![
            checkout(),
            cache("sweep"),
            nextest(),
            download("home", "."),
            unpack("home.tar.gz"),
            run("cargo xtask setup --given-guests"),
            run(&format!(
                "ci/sweep --given-home --seeds \"$SEEDS\" --shard ${{{{ matrix.shard }}}}/{SHARDS}"
            )),
            upload("results-${{ matrix.shard }}", "target/sweep"),
        ],
        ..on_debian()
    }
}

fn merge() -> Job {
    Job {
        name: "merge".to_owned(),
        needs: vec!["shard".to_owned()],
        timeout_minutes: crate::workflow::MINUTES,
        env: seeds(),
        steps: vec![
            checkout(),
            cache("sweep"),
            download_all("results-*", "target/sweep"),
            run("ci/sweep --seeds \"$SEEDS\" --only-merge"),
        ],
        ..on_debian()
    }
}
