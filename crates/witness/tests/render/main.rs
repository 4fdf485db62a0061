//! What the forms of a story look like.
#![forbid(unsafe_code)]

mod contrast;
mod files;
mod hostile;
mod page;
mod picture;
mod text;
mod xml;
