//! Steps that several jobs have, and the actions that they use.

use serde_saphyr::{Commented, SerializerOptions};

use crate::model::{Job, Map, Step};

/// Debian 12 with rustup: the system of the README. Its QEMU and C library are Debian's; the
/// toolchain is the pinned one of `rust-toolchain.toml`.
pub const DEBIAN_12: &str = "rust:1-bookworm";

/// GitHub's machines.
pub const UBUNTU: &str = "ubuntu-24.04";
/// GitHub's machines with an arm64 processor.
pub const UBUNTU_ARM64: &str = "ubuntu-24.04-arm";

/// The version of cargo-nextest; `ci/nextest` has the same.
pub const NEXTEST: &str = "0.9.143";

/// An action, pinned: a tag can be moved, a commit cannot.
struct Action {
    name: &'static str,
    commit: &'static str,
    /// The tag that names the commit.
    version: &'static str,
}

const CHECKOUT: Action = Action {
    name: "actions/checkout",
    commit: "3d3c42e5aac5ba805825da76410c181273ba90b1",
    version: "v7.0.1",
};
const UPLOAD: Action = Action {
    name: "actions/upload-artifact",
    commit: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
    version: "v7.0.0",
};
const DOWNLOAD: Action = Action {
    name: "actions/download-artifact",
    commit: "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    version: "v8.0.1",
};
const RUST_CACHE: Action = Action {
    name: "Swatinem/rust-cache",
    commit: "6323deb102c322ba6fcbdcafc7e3dddab59af2b6",
    version: "v2.9.2",
};
const INSTALL: Action = Action {
    name: "taiki-e/install-action",
    commit: "a2a5f6e99e1a31540baa0468acfa302cff0f359f",
    version: "v2.86.4",
};

impl Action {
    fn step<const N: usize>(&self, with: [(&str, &str); N]) -> Step {
        let uses = format!("{}@{}", self.name, self.commit);
        Step {
            uses: Some(Commented(uses, self.version.to_owned())),
            with: map(with),
            ..Step::default()
        }
    }
}

/// How the files are laid out.
#[must_use]
pub fn style() -> SerializerOptions {
    serde_saphyr::ser_options! {
        // GitHub's own examples are written so.
        compact_list_indent: false,
        // `on` is a key and not a truth value, and one line of shell stays one line.
        yaml_12: true,
        no_lang_directive: true,
        prefer_block_scalars: false,
    }
}

/// Variables of every command.
#[must_use]
pub fn environment() -> Map<String> {
    map([("CARGO_TERM_COLOR", "always"), ("NEXTEST_PROFILE", "ci")])
}

/// A mapping of these.
pub fn map<const N: usize>(pairs: [(&str, &str); N]) -> Map<String> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The work tree.
pub fn checkout() -> Step {
    CHECKOUT.step([("persist-credentials", "false")])
}

/// What cargo has fetched and built of others' crates; each `key` has its own.
pub fn cache(key: &str) -> Step {
    RUST_CACHE.step([("shared-key", key)])
}

/// cargo-nextest, as it was published.
pub fn nextest() -> Step {
    INSTALL.step([("tool", &format!("nextest@{NEXTEST}"))])
}

/// A command.
pub fn run(command: &str) -> Step {
    Step {
        run: Some(command.to_owned()),
        ..Step::default()
    }
}

/// Passes a file or folder on to other jobs.
pub fn upload(name: &str, path: &str) -> Step {
    UPLOAD.step([
        ("name", name),
        ("path", path),
        ("if-no-files-found", "error"),
        ("retention-days", "7"),
    ])
}

/// Takes what another job passed on.
pub fn download(name: &str, path: &str) -> Step {
    DOWNLOAD.step([("name", name), ("path", path)])
}

/// Takes what several jobs passed on, each in a folder of its own.
pub fn download_all(pattern: &str, path: &str) -> Step {
    DOWNLOAD.step([("pattern", pattern), ("path", path)])
}

/// A folder below `target/` as one file, since artifacts lose the permissions of files.
pub fn pack(folder: &str, file: &str) -> Step {
    run(&format!(
        "tar --create --gzip --file {file} --directory target {folder}"
    ))
}

/// The reverse of [`pack`].
pub fn unpack(file: &str) -> Step {
    run(&format!(
        "mkdir -p target && tar --extract --file {file} --directory target"
    ))
}

/// The job to require for a merge: it fails unless every other one succeeded; one that was skipped
/// did not.
pub fn all_green(needs: Vec<String>) -> Job {
    Job {
        name: "all green".to_owned(),
        needs,
        r#if: Some("${{ always() }}".to_owned()),
        runs_on: UBUNTU.to_owned(),
        timeout_minutes: 5,
        steps: vec![Step {
            env: map([("NEEDS", "${{ toJson(needs) }}")]),
            run: Some(
                "jq --exit-status 'all(.[]; .result == \"success\")' <<< \"$NEEDS\"".to_owned(),
            ),
            ..Step::default()
        }],
        ..Job::default()
    }
}
