//! The memory model of a guest.

/// The memory model of a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// The weak memory of the guest's architecture, from the plugin.
    Weak,
    /// Plain QEMU, which exposes the host's memory model.
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
