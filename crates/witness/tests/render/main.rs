//! The forms of a story: text, picture, page.
#![forbid(unsafe_code)]

mod contrast;
mod files;
mod hostile;
mod page;
mod picture;
mod text;
mod xml;
