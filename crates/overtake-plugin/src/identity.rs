//! Which run this process is: its seed, and where its report goes.

use std::sync::OnceLock;

/// What tells a run from others of the same guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Where every free choice comes from.
    pub seed: u64,
    /// Where the report goes.
    pub report: Option<String>,
}

/// Of the process that loaded the plugin.
static ORIGINAL: OnceLock<Identity> = OnceLock::new();
/// Of a copy that the fork server has made.
static COPY: OnceLock<Identity> = OnceLock::new();

const NONE: &Identity = &Identity {
    seed: 0,
    report: None,
};

/// The plugin is loaded with these options. Said once.
pub fn set(identity: Identity) {
    let _ = ORIGINAL.set(identity);
}

/// This process becomes a run of its own. Said once.
pub fn become_copy(identity: Identity) {
    let _ = COPY.set(identity);
}

/// Whether this process is a copy that the fork server has made.
pub fn is_copy() -> bool {
    COPY.get().is_some()
}

/// Which run this process is.
pub fn current() -> &'static Identity {
    COPY.get().or_else(|| ORIGINAL.get()).unwrap_or(NONE)
}
