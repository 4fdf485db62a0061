//! `overtake merge`: the parts of a matrix merge into the table of a single run.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::test;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{check_counts, folder, overtake, overtake_at_home};
use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A small matrix.
fn matrix(targets: &str, first_seed: u64, seeds: u64) -> Command {
    let mut command = overtake_at_home();
    command
        .args(["matrix", "--variants", "wmb,relaxed-tail"])
        .args(["--events", "100", "--targets", targets])
        .args(["--first-seed", &first_seed.to_string()])
        .args(["--seeds", &seeds.to_string()]);
    command
}

/// The seeds 11 to 15 in four parts, cut by targets and by seeds, in a folder and one below.
struct Shards {
    folder: TempDir,
    files: [PathBuf; 4],
    /// The first digits of the digests of ppc64le's guest and plugin.
    build: [String; 2],
}

fn shards() -> Shards {
    let folder = folder();
    fs::create_dir(folder.path().join("inner")).unwrap();
    fs::write(folder.path().join("notes.txt"), "no result").unwrap();
    let files = [
        ("ppc64le", 11, 2, "a.json"),
        ("ppc64le", 13, 3, "inner/b.json"),
        ("x86_64", 11, 4, "inner/c.json"),
        ("x86_64", 15, 1, "d.json"),
    ]
    .map(|(target, first, seeds, name)| {
        let file = folder.path().join(name);
        matrix(target, first, seeds)
            .args(["--format", "json", "--output"])
            .arg(&file)
            .assert()
            .success()
            .stdout("");
        file
    });
    let rows: Vec<Value> = serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap();
    let weak = rows.iter().find(|row| row["emulation"] == "weak").unwrap();
    let build = ["guest", "plugin"].map(|key| weak[key].as_str().unwrap()[..12].to_owned());
    Shards {
        folder,
        files,
        build,
    }
}

impl Shards {
    fn merge(&self) -> Command {
        let mut command = overtake();
        command.arg("merge").arg(self.folder.path());
        command
    }

    /// Compares what `command` says with a snapshot, in which folder and build have no name.
    fn check(&self, name: &str, command: &mut Command) {
        let [guest, plugin] = &self.build;
        check_counts(
            name,
            command,
            &[
                (self.folder.path(), "[SHARDS]"),
                (Path::new(guest), "[GUEST]"),
                (Path::new(plugin), "[PLUGIN]"),
            ],
        );
    }

    /// What is said when every cell of a file is changed; it is as before afterwards.
    fn check_changed(&self, name: &str, file: usize, change: impl Fn(&mut Value)) {
        let file = &self.files[file];
        let before = fs::read(file).unwrap();
        let mut rows: Vec<Value> = serde_json::from_slice(&before).unwrap();
        rows.iter_mut().for_each(change);
        fs::write(file, serde_json::to_string(&rows).unwrap()).unwrap();
        self.check(name, &mut self.merge());
        fs::write(file, before).unwrap();
    }
}

fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), text)
}

fn four_shards_merge_into_the_table_of_one_run() {
    let shards = shards();
    for format in ["table", "json"] {
        let mut at_once = matrix("ppc64le,x86_64", 11, 5);
        let at_once = said(at_once.args(["--format", format]));
        assert_eq!(at_once.0, Some(0));
        let mut merge = shards.merge();
        assert_eq!(said(merge.args(["--format", format])), at_once, "{format}");
    }
    // `text` is another name of `table`; the files may be named in any order.
    let [a, b, c, d] = &shards.files;
    let mut named = overtake();
    named.args(["merge", "--format", "text", "--seeds", "5"]);
    named.args(["--first-seed", "11"]).args([d, b, a, c]);
    shards.check("merge_table", &mut named);
}

fn invalid_results_are_refused() {
    let shards = shards();
    let check = |name: &str, command: &mut Command| shards.check(&format!("merge_{name}"), command);
    let changed = |name: &str, file, change: fn(&mut Value)| {
        shards.check_changed(&format!("merge_{name}"), file, change);
    };

    check("nothing", overtake().arg("merge"));
    check("no_file", shards.merge().arg("no-such-file"));
    let notes = shards.folder.path().join("notes.txt");
    check("not_a_result", shards.merge().arg(&notes));
    let empty = shards.folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    check("empty_folder", overtake().arg("merge").arg(&empty));

    changed("other_version", 0, |row| row["version"] = 2.into());
    changed("no_version", 0, |row| row["version"] = Value::Null);
    changed("flaw", 0, |row| row["exposed_seeds"] = 7.into());
    changed("other_plugin", 1, |row| {
        if row["emulation"] == "weak" {
            row["plugin"] = "ab".repeat(32).into();
        }
    });
    changed("other_guest", 1, |row| {
        row["guest"] = "ab".repeat(32).into()
    });
    changed("other_events", 3, |row| row["events"] = 101.into());

    check("seed_twice", shards.merge().arg(&shards.files[0]));
    check("seeds_missing", shards.merge().args(["--seeds", "20"]));
    check(
        "seeds_unasked",
        shards.merge().args(["--seeds", "4", "--first-seed", "11"]),
    );
    // No error: the verdict is on what was merged, and one part has a stale read that must not be.
    changed("forbidden", 2, |row| {
        row["exposed_seeds"] = 1.into();
        row["stale_events"] = 1.into();
        row["first_seed"] = 12.into();
    });

    fs::remove_file(&shards.files[2]).unwrap();
    check("shard_lost", &mut shards.merge());
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(four_shards_merge_into_the_table_of_one_run)
            .needs(Need::Qemu7)
            .or("by_exit_code"),
        test!(invalid_results_are_refused)
            .needs(Need::Qemu7)
            .or("by_exit_code"),
    ]
}
