//! A story as a picture: a lane for each thread, time downwards, arrows for the cycle.
//!
//! A maud template, as the page is: it shows how elements nest, and the page can embed the picture.
//! Builders of elements (the crate `svg`) hide the nesting and would escape text a second time.

mod arrows;
mod boxes;
mod layout;
mod path;
mod wording;

use maud::{Markup, PreEscaped, html};

use super::clean;
use super::words;
use super::wrap::{Line, Role};
use crate::Story;
use layout::{LINE, Layout, MARGIN};

/// Colours, light and dark. A page has them once for all its pictures.
pub const STYLE: &str = include_str!("svg/style.css");

/// The story as a self-contained SVG document.
///
/// Below the lanes stand the edges in words. `<title>` and `<desc>` are for screen readers.
#[must_use]
pub fn svg(story: &Story) -> String {
    clean::block(&picture(story, "story", true).into_string())
}

/// The picture. Its ids begin with `id`; one that stands `alone` has its style, a heading and the
/// edges in words inside.
pub fn picture(story: &Story, id: &str, alone: bool) -> Markup {
    let heading = alone.then(|| heading(story));
    let top = if alone { MARGIN + LINE } else { 0 };
    let layout = Layout::new(story, top);
    let legend = if alone {
        legend(story, &layout)
    } else {
        Vec::new()
    };
    let height = layout.height
        + if alone {
            LINE * i32::try_from(legend.len()).unwrap_or(0) + MARGIN
        } else {
            0
        };
    let width = layout.width;
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="story" width=(width) height=(height)
            viewBox={ "0 0 " (width) " " (height) } role="img"
            aria-labelledby={ (id) "-title " (id) "-desc" } {
            title id={ (id) "-title" } { (title(story)) }
            desc id={ (id) "-desc" } { (description(story)) }
            @if alone {
                style { (PreEscaped(STYLE)) }
                rect class="ground" width="100%" height="100%" {}
            }
            @if let Some(heading) = heading {
                text class="name" x=(MARGIN) y=(MARGIN + LINE / 2) { (heading) }
            }
            (boxes::lanes(&layout))
            (arrows::pending_stores(&layout))
            (boxes::steps(&layout))
            (arrows::edges(story, &layout))
            @for (nth, (class, line)) in (1..).zip(&legend) {
                @let y = layout.height + LINE * nth;
                text class=(class) x=(MARGIN) y=(y) xml:space="preserve" { (line) }
            }
        }
    }
}

fn heading(story: &Story) -> String {
    format!(
        "{} on {}, seed {}: {}",
        words::short(story),
        story.target,
        story.seed,
        story.failure
    )
}

fn title(story: &Story) -> String {
    format!(
        "{} on {}: {}",
        words::in_full(story),
        story.target,
        story.program
    )
}

/// The edges in words, one sentence after the other.
fn description(story: &Story) -> String {
    let lanes = words::count(words::columns(story).len(), "lane", "lanes");
    let mut text = format!("{lanes} of time, downwards. {}.", heading(story));
    for edge in &story.edges {
        let (from, to) = (words::number(edge.from), words::number(edge.to));
        let name = words::relation(&edge.name);
        text.push_str(&format!(" {from} to {to}, {name}: {}.", edge.words));
    }
    text
}

/// The edges in words, in lines that fit, each with its class.
fn legend(story: &Story, layout: &Layout) -> Vec<(String, String)> {
    let width = layout::characters(layout.width - 2 * MARGIN);
    let mut lines = Vec::new();
    for edge in &story.edges {
        let class = arrows::class(edge);
        let text = format!(
            "{} {} → {}  {}",
            edge.name,
            words::number(edge.from),
            words::number(edge.to),
            edge.words
        );
        for line in Line::of(Role::Plain, &text).wrapped(width, 11) {
            lines.push((format!("words {class}"), line.text()));
        }
    }
    lines
}
