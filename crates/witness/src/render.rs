//! How a story is shown: [`text()`] for a terminal, [`svg()`] as a picture, [`html()`] as a page.
//!
//! Text from outside, such as names of programs and source lines, is sanitised in one place
//! (`clean.rs`), and maud escapes it: no control character gets through, and no tag.

mod clean;
mod columns;
mod facts;
mod html;
mod page;
pub mod sample;
mod svg;
mod text;
mod words;
mod wrap;

pub use html::html;
pub use page::{Cell, Evidence, MachineCode, Page, Source, Table, Tone};
pub use svg::svg;
pub use text::{Style, text};
