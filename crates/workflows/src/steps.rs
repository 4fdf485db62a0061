//! The steps that several jobs share, and the actions that they use.

use serde_saphyr::{Commented, SerializerOptions};

use crate::model::{Job, Map, Step};

/// The README's system: Debian 12 with rustup. QEMU and the C library come from Debian; the
/// toolchain is pinned in `rust-toolchain.toml`.
pub const DEBIAN_12: &str = "rust:1-bookworm";

/// GitHub's x86_64 machines.
pub const UBUNTU: &str = "ubuntu-24.04";
/// GitHub's arm64 machines.
pub const UBUNTU_ARM64: &str = "ubuntu-24.04-arm";

/// The version of cargo-nextest; `ci/nextest` uses the same one.
pub const NEXTEST: &str = "0.9.143";

/// An action, pinned to a commit, because a tag can be moved.
struct Action {
    name: &'static str,
    commit: &'static str,
    /// The tag of the commit.
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

/// Returns the style of the YAML files.
#[must_use]
pub fn style() -> SerializerOptions {
    serde_saphyr::ser_options! {
        // GitHub's own examples use this style.
        compact_list_indent: false,
        // In YAML 1.2 `on` is a key, not a truth value. One line of shell stays one line.
        yaml_12: true,
        no_lang_directive: true,
        prefer_block_scalars: false,
    }
}

/// Returns the environment variables of every command.
#[must_use]
pub fn environment() -> Map<String> {
    map([("CARGO_TERM_COLOR", "always"), ("NEXTEST_PROFILE", "ci")])
}

/// Creates a mapping of these pairs.
pub fn map<const N: usize>(pairs: [(&str, &str); N]) -> Map<String> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Checks out the repository.
pub fn checkout() -> Step {
    CHECKOUT.step([("persist-credentials", "false")])
}

/// Caches downloaded and compiled dependencies; each `key` has its own cache.
pub fn cache(key: &str) -> Step {
    RUST_CACHE.step([("shared-key", key)])
}

/// Installs a published cargo-nextest.
pub fn nextest() -> Step {
    INSTALL.step([("tool", &format!("nextest@{NEXTEST}"))])
}

/// Runs a command.
pub fn run(command: &str) -> Step {
    Step {
        run: Some(command.to_owned()),
        ..Step::default()
    }
}

/// Uploads a file or folder for other jobs.
pub fn upload(name: &str, path: &str) -> Step {
    UPLOAD.step([
        ("name", name),
        ("path", path),
        ("if-no-files-found", "error"),
        ("retention-days", "7"),
    ])
}

/// Downloads the upload of another job.
pub fn download(name: &str, path: &str) -> Step {
    DOWNLOAD.step([("name", name), ("path", path)])
}

/// Downloads the uploads of several jobs, each into its own folder.
pub fn download_all(pattern: &str, path: &str) -> Step {
    DOWNLOAD.step([("pattern", pattern), ("path", path)])
}

/// Packs a folder below `target/` into one file, because artifacts lose file permissions.
pub fn pack(folder: &str, file: &str) -> Step {
    run(&format!(
        "tar --create --gzip --file {file} --directory target {folder}"
    ))
}

/// Unpacks a file that [`pack`] created.
pub fn unpack(file: &str) -> Step {
    run(&format!(
        "mkdir -p target && tar --extract --file {file} --directory target"
    ))
}

/// Returns the job to require for a merge. It fails unless every other job succeeded; a skipped job
/// did not succeed.
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
