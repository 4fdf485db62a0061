//! What may fail, here with an error for people to read.

use std::error::Error;

/// A result whose error is for people to read.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;
