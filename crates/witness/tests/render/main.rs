//! What the forms of a story look like.
#![forbid(unsafe_code)]

mod files;
mod picture;
mod text;
mod xml;
