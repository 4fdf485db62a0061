//! Lanes and steps.

use maud::{Markup, html};

use super::layout::{LINE, Layout, Rect};
use crate::render::wrap::Role;

/// The lanes, with the threads' names.
pub fn lanes(layout: &Layout) -> Markup {
    html! {
        @for lane in &layout.lanes {
            @let Rect { x, y, width, height } = lane.rect;
            rect class="lane" x=(x) y=(y) width=(width) height=(height) rx="6" {}
            @for (nth, name) in (1..).zip(&lane.name) {
                text class="name" x=(x + 12) y=(y + 6 + LINE * nth) { (name) }
            }
        }
    }
}

/// The steps.
pub fn steps(layout: &Layout) -> Markup {
    html! {
        @for block in &layout.blocks {
            @let Rect { x, y, width, height } = block.rect;
            @let (text_x, text_y) = Layout::text_at(&block.rect);
            g {
                @if let Some(hint) = &block.hint {
                    title { (hint) }
                }
                rect class=(block.class) x=(x) y=(y) width=(width) height=(height) rx="4" {}
                @for (nth, line) in (0..).zip(&block.lines) {
                    text x=(text_x) y=(text_y + LINE * nth) xml:space="preserve" {
                        @for span in &line.0 {
                            tspan class=[class(span.role)] { (span.text) }
                        }
                    }
                }
            }
        }
    }
}

const fn class(role: Role) -> Option<&'static str> {
    match role {
        Role::Strong => Some("strong"),
        Role::Dim | Role::Quiet => Some("dim"),
        Role::Bad => Some("bad"),
        Role::Plain | Role::Good => None,
    }
}
