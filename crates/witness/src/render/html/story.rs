//! A story on a page: facts, picture, the cycle in words, fixes, and the same as text.

use maud::{Markup, html};

use super::parts::{lines, path, scrolled};
use crate::render::{Style, svg, text, words};
use crate::{Cure, Relation, Story};

/// Columns of the text form: as many as fit on a phone.
const TEXT_WIDTH: usize = 40;

/// The story called `name`, with ids that begin with `id`.
pub fn story(story: &Story, name: &str, id: &str) -> Markup {
    html! {
        article aria-labelledby=(id) {
            h3 id=(id) { (name) }
            dl class="facts" {
                (fact("Program", &html! { code { (path(&story.program)) } }))
                (fact("Target", &html! { (story.target) }))
                (fact("Seed", &html! { (story.seed) }))
                (fact("Failure", &html! { strong class="bad" { (story.failure) } }))
                @let (label, cause) = words::cause(story);
                (fact(if label == "cause" { "Cause" } else { "Shape" }, &html! { (cause) }))
            }
            figure {
                (scrolled(&format!("Picture: {name}"), &svg::picture(story, id, false)))
                figcaption {
                    @if story.interleaving.is_some() {
                        "Time runs downwards. These are the accesses to one location, in order. "
                    } @else {
                        "Time runs downwards. Each arrow leads from an access to one that is ordered "
                        "after it. The arrows form a cycle, so no interleaving of the threads explains "
                        "this run. "
                    }
                    @if words::pending_stores(story).next().is_some() {
                        "A dashed line leads from a store to the moment at which other threads can see it."
                    }
                }
            }
            @if !story.edges.is_empty() {
                h4 { "The cycle in words" }
                ol class="edges" {
                    @for edge in &story.edges { (relation(edge)) }
                }
            }
            @if let Some(interleaving) = &story.interleaving {
                h4 { (words::interleaving(interleaving)) }
                ul {
                    @for words in &interleaving.words { li { (words) } }
                }
            }
            @if !story.cures.is_empty() {
                h4 { "What would have prevented it" }
                ol class="cures" {
                    @for cure in &story.cures { (remedy(story, cure)) }
                }
            }
            @if !story.notes.is_empty() {
                h4 { "Notes" }
                ul {
                    @for note in &story.notes { li { (note) } }
                }
            }
            h4 { "To reproduce" }
            (lines(&story.again))
            p class="dim" {
                @if let Some(unfinished) = &story.unfinished { strong { (unfinished) ". " } }
                (words::shrunk(&story.shrunk))
            }
            details {
                summary { "As text" }
                (lines(text(&without_costs(story), Style::plain(TEXT_WIDTH)).trim_end()))
            }
        }
    }
}

fn fact(name: &str, value: &Markup) -> Markup {
    html! {
        div { dt { (name) } dd { (value) } }
    }
}

fn relation(edge: &Relation) -> Markup {
    let Relation {
        from,
        to,
        name,
        reordered,
        words: in_words,
    } = edge;
    html! {
        li {
            abbr title=(words::relation(name)) { (name) }
            span class="steps" { " " (words::number(*from)) " → " (words::number(*to)) " " }
            (in_words)
            @if let Some(reordering) = reordered {
                " " strong class="bad" { "(" (words::reordering(*reordering)) ")" }
            }
        }
    }
}

fn remedy(story: &Story, cure: &Cure) -> Markup {
    let (checked, good) = words::checked(cure.checked);
    html! {
        li {
            div { code { (cure.instruction) } " at " (path(&words::at(story, cure.step))) }
            div { (cure.rust.as_deref().unwrap_or(words::NO_RUST)) }
            div {
                strong class=(if good { "good" } else { "bad" }) { (checked) }
                @if let Some(ordered) = words::ordered(story, cure) {
                    span class="dim" { " (" (ordered) ")" }
                }
            }
        }
    }
}

/// The story without what each page would have different.
fn without_costs(story: &Story) -> Story {
    Story {
        phases: Vec::new(),
        ..story.clone()
    }
}
