//! A page of evidence.

mod evidence;
mod ids;
mod parts;
mod story;
mod table;

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::{Page, clean, svg, words};
use crate::Story;
use ids::Ids;
use parts::prose;

const STYLE: &str = include_str!("html/style.css");

/// The page as a self-contained document: no script, and no font or picture from elsewhere.
#[must_use]
pub fn html(page: &Page) -> String {
    let mut ids = Ids::new(["content", "results", "evidence", "failures"]);
    let variants = page
        .evidence
        .iter()
        .map(|evidence| evidence.variant.as_str());
    let variants: Vec<String> = variants.map(|name| ids.of("variant", name)).collect();
    let names = names(page);
    let stories: Vec<String> = names.iter().map(|name| ids.of("failure", name)).collect();
    let document = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (page.title) }
                style { (PreEscaped(STYLE)) (PreEscaped(svg::STYLE)) }
            }
            body {
                a class="skip" href="#content" { "Skip to the content" }
                header {
                    h1 { (page.title) }
                    @for paragraph in &page.lead {
                        p { (prose(paragraph)) }
                    }
                }
                (contents(page, &variants, &names, &stories))
                main id="content" tabindex="-1" {
                    @if let Some(table) = &page.table {
                        section aria-labelledby="results" {
                            h2 id="results" { "Results" }
                            (table::table(table))
                        }
                    }
                    @if !page.evidence.is_empty() {
                        section aria-labelledby="evidence" {
                            h2 id="evidence" { "Evidence" }
                            @for (evidence, id) in page.evidence.iter().zip(&variants) {
                                (evidence::evidence(evidence, id))
                            }
                        }
                    }
                    @if !page.stories.is_empty() {
                        section aria-labelledby="failures" {
                            h2 id="failures" { "Failures, and why" }
                            @for (nth, story) in page.stories.iter().enumerate() {
                                (story::story(story, &names[nth], &stories[nth]))
                            }
                        }
                    }
                }
            }
        }
    };
    clean::block(&document.into_string())
}

/// Links to all parts of the page.
fn contents(page: &Page, variants: &[String], names: &[String], stories: &[String]) -> Markup {
    let link = |id: &str, text: &str| markup! { a href={ "#" (id) } { (text) } };
    markup! {
        nav aria-label="Contents" {
            ul {
                @if page.table.is_some() {
                    li { (link("results", "Results")) }
                }
                @if !page.evidence.is_empty() {
                    li {
                        (link("evidence", "Evidence"))
                        ul {
                            @for (evidence, id) in page.evidence.iter().zip(variants) {
                                li { (link(id, &evidence.variant)) }
                            }
                        }
                    }
                }
                @if !page.stories.is_empty() {
                    li {
                        (link("failures", "Failures, and why"))
                        ul {
                            @for (name, id) in names.iter().zip(stories) {
                                li { (link(id, name)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The default name of a story: its shape and its target.
fn short(story: &Story) -> String {
    format!("{} on {}", words::short(story), story.target)
}

/// The names of the stories.
fn names(page: &Page) -> Vec<String> {
    let stories = page.stories.iter().enumerate();
    stories
        .map(|(nth, story)| page.names.get(nth).cloned().unwrap_or_else(|| short(story)))
        .collect()
}
