//! The identity of this process's run: its seed and its report.

use std::sync::OnceLock;

/// The identity of a run, among runs of the same guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The number from which the strategy draws its choices.
    pub seed: u64,
    /// The path of the report.
    pub report: Option<String>,
}

/// The identity of the process that loaded the plugin.
static ORIGINAL: OnceLock<Identity> = OnceLock::new();
/// The identity of a copy that the fork server made.
static COPY: OnceLock<Identity> = OnceLock::new();

const NONE: &Identity = &Identity {
    seed: 0,
    report: None,
};

/// Sets the identity of the process that loads the plugin. Called once.
pub fn set(identity: Identity) {
    let _ = ORIGINAL.set(identity);
}

/// Sets the identity of a copy that the fork server made. Called once.
pub fn become_copy(identity: Identity) {
    let _ = COPY.set(identity);
}

/// Whether this process is a copy that the fork server made.
pub fn is_copy() -> bool {
    COPY.get().is_some()
}

/// Returns the identity of this process.
pub fn current() -> &'static Identity {
    COPY.get().or_else(|| ORIGINAL.get()).unwrap_or(NONE)
}
