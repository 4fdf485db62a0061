//! Options that several commands share.

pub mod arch;
pub mod format;
pub mod guest;
pub mod headings;
pub mod jobs;
pub mod model;
pub mod names;
pub mod place;
pub mod series;
pub mod strategy;
pub mod surroundings;
pub mod when;
pub mod within;
