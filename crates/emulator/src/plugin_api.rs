//! Versions of QEMU's plugin interface, and the plugin for each.

/// The first and the last QEMU that the plugin can be loaded into, for people.
pub const VERSIONS: (&str, &str) = ("6.0", "10.2");

/// A version of QEMU's plugin interface; for each there is a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginApi {
    /// Version 1: QEMU 6 to 8.
    V1,
    /// Version 2, and later ones that take plugins of version 2: QEMU 9 and 10.
    V2,
}

impl PluginApi {
    /// Each.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// That of a QEMU of this major version. Up to 5 it is version 0 only; after 10 it is not
    /// known yet.
    pub fn of_major(major: u32) -> Option<Self> {
        match major {
            6..=8 => Some(Self::V1),
            9..=10 => Some(Self::V2),
            _ => None,
        }
    }

    /// The plugin's file name in the home.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::V1 => "libovertake_plugin_v1.so",
            Self::V2 => "libovertake_plugin_v2.so",
        }
    }
}
