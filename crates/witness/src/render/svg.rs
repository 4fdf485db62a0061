//! A story as a picture.

use crate::Story;

/// Nothing yet.
#[must_use]
pub fn svg(_story: &Story) -> String {
    String::new()
}
