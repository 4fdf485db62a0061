//! A page of evidence.

use super::Page;

/// Nothing yet.
#[must_use]
pub fn html(_page: &Page) -> String {
    String::new()
}
