//! The option that selects the home: the folder with the plugin and the guests.

use std::path::PathBuf;

use clap::Args;
use emulator::home::Home;

/// The home.
#[derive(Debug, Clone, Args)]
pub struct PlaceArgs {
    /// Folder with the plugin and the guests [default: `target/overtake` near this program, the working
    /// directory or the sources, or `~/.local/share/overtake`]
    #[arg(
        long,
        value_name = "FOLDER",
        env = "OVERTAKE_HOME",
        hide_env_values = true
    )]
    pub home: Option<PathBuf>,
}

impl PlaceArgs {
    /// The home that the options name, or else the first one found.
    pub fn find(&self) -> Home {
        Home::find(self.home.as_deref())
    }

    /// The option that a printed command needs to find the same home.
    pub fn again(&self) -> Option<(&'static str, String)> {
        let named_by_variable = std::env::var_os("OVERTAKE_HOME").is_some();
        match &self.home {
            Some(home) if !named_by_variable => Some(("--home", home.display().to_string())),
            _ => None,
        }
    }
}
