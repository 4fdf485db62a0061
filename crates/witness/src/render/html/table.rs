//! Tables, whose cells have a tone.

use maud::{Markup, html};

use super::parts::scrolled;
use crate::render::{Table, Tone};

/// A table that scrolls by itself; the first cell of a row is its head.
pub fn table(table: &Table) -> Markup {
    scrolled(
        &table.caption,
        &html! {
            table {
                caption { span { (table.caption) } }
                @if !table.head.is_empty() {
                    thead {
                        tr {
                            @for head in &table.head {
                                th scope="col" { (head) }
                            }
                        }
                    }
                }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (nth, cell) in row.iter().enumerate() {
                                @if nth == 0 {
                                    th scope="row" class=[tone(cell.tone)] { (cell.text) }
                                } @else {
                                    td class=[tone(cell.tone)] { (cell.text) }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

const fn tone(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Good => Some("good"),
        Tone::Bad => Some("bad"),
        Tone::Note => Some("note"),
    }
}
