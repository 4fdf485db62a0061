//! The small parts that a page is made of: prose, code, paths, and what scrolls by itself.

use maud::{Markup, html};

/// Words, with code between backticks.
pub fn prose(text: &str) -> Markup {
    html! {
        @for (nth, part) in text.split('`').enumerate() {
            @if nth % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Content that may be too wide for a phone: it scrolls by itself, with the keyboard too.
pub fn scrolled(label: &str, content: &Markup) -> Markup {
    html! {
        div class="scrolled" role="group" tabindex="0" aria-label=(label) { (content) }
    }
}

/// Code of several lines, which are not broken.
pub fn code(label: &str, text: &str) -> Markup {
    scrolled(label, &html! { pre { code { (text) } } })
}

/// Lines that are broken where they do not fit: a command, or output.
pub fn lines(text: &str) -> Markup {
    html! {
        pre class="soft" { (text) }
    }
}

/// A path that may be broken after each `/`.
pub fn path(path: &str) -> Markup {
    html! {
        @for (nth, part) in path.split_inclusive('/').enumerate() {
            @if nth > 0 { wbr; }
            (part)
        }
    }
}
