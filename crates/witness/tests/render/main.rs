//! What the forms of a story look like.
#![forbid(unsafe_code)]

mod text;
