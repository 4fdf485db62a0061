//! Whose memory model a guest gets.

/// Whose memory model a guest gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// The weak memory of the guest's architecture, by the plugin.
    Weak,
    /// None: plain QEMU, where the host's memory model shines through.
    None,
}

impl Model {
    /// Both.
    pub const ALL: [Model; 2] = [Model::Weak, Model::None];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Model::Weak => "weak",
            Model::None => "none",
        }
    }
}
