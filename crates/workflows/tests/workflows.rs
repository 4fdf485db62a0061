//! The workflows are as they should be: written from the table, valid, pinned, complete.

use std::fs;
use std::path::Path;

use serde_json::Value;
use xtask::packages::TARGETS;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Each workflow as it lies in the tree: its name, its text, and what it says.
fn workflows() -> Vec<(String, String, Value)> {
    let mut workflows = Vec::new();
    for entry in fs::read_dir(workflows::folder()).expect("`cargo xtask workflows` made it") {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        workflows.push((name, text, value));
    }
    workflows.sort_by(|one, other| one.0.cmp(&other.0));
    workflows
}

/// Every job: the name of its workflow and its own, and what it says.
fn jobs() -> Vec<(String, Value)> {
    let mut jobs = Vec::new();
    for (file, _, workflow) in workflows() {
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            jobs.push((format!("{file}: {name}"), job.clone()));
        }
    }
    jobs
}

fn steps(job: &Value) -> &Vec<Value> {
    job["steps"].as_array().unwrap()
}

#[test]
fn files_are_those_of_the_table() {
    let found: Vec<_> = workflows()
        .into_iter()
        .map(|(name, text, _)| (name, text))
        .collect();
    let expected = workflows::files();
    let names: Vec<_> = expected.iter().map(|(name, _)| *name).collect();
    let found_names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(found_names, names, "run `cargo xtask workflows`");
    for ((name, found), (_, expected)) in found.iter().zip(&expected) {
        assert!(
            found == expected,
            "{name} is stale: run `cargo xtask workflows`"
        );
    }
}

/// GitHub's schema, as SchemaStore keeps it (tests/data has its licence).
#[test]
fn files_follow_the_schema() {
    let schema = include_str!("data/github-workflows.json");
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, _, workflow) in workflows() {
        let errors: Vec<_> = validator
            .iter_errors(&workflow)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    // It would find something.
    let broken = serde_json::json!({"on": "push", "jobs": {"x": {"steps": []}}});
    assert!(!validator.is_valid(&broken));
}

/// A tag can be moved; a commit cannot. The tag stands behind it, for people.
#[test]
fn actions_are_pinned() {
    let mut used = 0;
    for (file, text, _) in workflows() {
        for line in text.lines().filter(|line| line.contains("uses:")) {
            let (_, action) = line.split_once("uses: ").unwrap();
            let (name, rest) = action.split_once('@').unwrap();
            let (commit, version) = rest.split_once(" # v").unwrap_or((rest, ""));
            let is_commit = commit.len() == 40
                && commit
                    .chars()
                    .all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
            assert!(is_commit && name.contains('/'), "{file}: {line}");
            assert!(version.split('.').count() == 3, "{file}: {line}");
            used += 1;
        }
    }
    let in_steps = jobs()
        .iter()
        .flat_map(|(_, job)| steps(job).clone())
        .filter(|step| !step["uses"].is_null())
        .count();
    assert_eq!(used, in_steps);
}

#[test]
fn every_job_has_an_end() {
    for (name, job) in jobs() {
        let minutes = job["timeout-minutes"].as_u64();
        assert!(
            minutes.is_some_and(|minutes| (1..=360).contains(&minutes)),
            "{name}"
        );
    }
}

/// Skipped is not succeeded: one job asks for all the others.
#[test]
fn all_green_needs_every_other_job() {
    for (file, _, workflow) in workflows() {
        let jobs = workflow["jobs"].as_object().unwrap();
        let mut needs: Vec<_> = jobs["all-green"]["needs"].as_array().unwrap().clone();
        // As the parser sorts them.
        needs.sort_by_key(|name| name.as_str().map(str::to_owned));
        let others: Vec<_> = jobs
            .keys()
            .filter(|name| *name != "all-green")
            .map(|name| Value::from(name.as_str()))
            .collect();
        assert_eq!(needs, others, "{file}");
        assert_eq!(jobs["all-green"]["if"], "${{ always() }}", "{file}");
    }
}

#[test]
fn nothing_but_reading_is_allowed() {
    for (file, _, workflow) in workflows() {
        let read = serde_json::json!({"contents": "read"});
        assert_eq!(workflow["permissions"], read, "{file}");
        assert!(workflow["concurrency"]["group"].is_string(), "{file}");
        let jobs = workflow["jobs"].as_object().unwrap();
        assert!(
            jobs.values().all(|job| job["permissions"].is_null()),
            "{file}"
        );
        for job in jobs.values() {
            for checkout in steps(job) {
                let uses = checkout["uses"].as_str().unwrap_or_default();
                let keeps = checkout["with"]["persist-credentials"] != "false";
                assert!(!uses.starts_with("actions/checkout@") || !keeps, "{file}");
            }
        }
    }
}

/// What GitHub runs can be run by hand: scripts of `ci/` that are there, and cargo's commands.
#[test]
fn commands_are_scripts_or_cargo() {
    for (name, job) in jobs() {
        for step in steps(&job) {
            let Some(command) = step["run"].as_str() else {
                continue;
            };
            let word = command.split_whitespace().next().unwrap();
            let known = match word.strip_prefix("ci/") {
                Some(_) => is_executable(&Path::new(ROOT).join(word)),
                // The artifacts, and the results of the other jobs.
                None => {
                    command.starts_with("cargo xtask ")
                        || command.starts_with("tar ")
                        || command.starts_with("mkdir -p target && tar ")
                        || name.ends_with(": all-green")
                }
            };
            assert!(
                known,
                "{name}: `{word}` is no script that can be run: {command}"
            );
            // What stands in an expression could be shell: it goes through a variable.
            assert!(!command.contains("inputs."), "{name}: {command}");
        }
    }
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[test]
fn every_target_is_tested_in_both_ways() {
    let jobs = jobs();
    let matrix = |job: &str, key: &str| {
        let (_, job) = jobs
            .iter()
            .find(|(name, _)| *name == format!("ci.yml: {job}"))
            .unwrap();
        job["strategy"]["matrix"][key].clone()
    };
    assert_eq!(
        matrix("native", "target"),
        Value::from_iter(TARGETS.map(|target| target.name))
    );
    assert_eq!(
        matrix("cross", "triple"),
        Value::from_iter(TARGETS.map(|target| target.triple))
    );
}

/// What a job takes from another one it needs, and is given.
#[test]
fn artifacts_come_from_jobs_that_are_needed() {
    for (file, _, workflow) in workflows() {
        let jobs = workflow["jobs"].as_object().unwrap();
        for (name, job) in jobs {
            for step in steps(job) {
                let uses = step["uses"].as_str().unwrap_or_default();
                if !uses.starts_with("actions/download-artifact@") {
                    continue;
                }
                let wanted = step["with"]["name"]
                    .as_str()
                    .or(step["with"]["pattern"].as_str())
                    .unwrap()
                    .trim_end_matches('*');
                let gives = |other: &Value| {
                    steps(&jobs[other.as_str().unwrap()]).iter().any(|step| {
                        let uses = step["uses"].as_str().unwrap_or_default();
                        let given = step["with"]["name"].as_str().unwrap_or_default();
                        uses.starts_with("actions/upload-artifact@") && given.starts_with(wanted)
                    })
                };
                let needs = job["needs"].as_array().unwrap();
                assert!(needs.iter().any(gives), "{file}: {name}: {wanted}");
            }
        }
    }
}

/// One version of cargo-nextest, on GitHub and by hand.
#[test]
fn nextest_is_the_same_everywhere() {
    let script = fs::read_to_string(Path::new(ROOT).join("ci/nextest")).unwrap();
    let version = format!("\nversion={}\n", workflows::steps::NEXTEST);
    assert!(script.contains(&version), "ci/nextest: {version}");
}
