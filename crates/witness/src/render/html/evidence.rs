//! The evidence for a variant.

use maud::{Markup, html};

use super::parts::{code, path, prose};
use super::table::table;
use crate::render::Evidence;

/// Four pieces of evidence.
pub fn evidence(evidence: &Evidence, id: &str) -> Markup {
    let Evidence {
        variant,
        summary,
        source,
        machine_code,
        verdict,
        run,
    } = evidence;
    html! {
        article aria-labelledby=(id) {
            h3 id=(id) { (variant) }
            @if !summary.is_empty() {
                p class="summary" { (prose(summary)) }
            }
            div class="pieces" {
                section {
                    h4 { "Source" }
                    @for line in source {
                        figure class="source" {
                            figcaption { (path(&line.at)) }
                            (code(&format!("Source of {variant}, {}", line.at), &line.code))
                            p { (prose(&line.why)) }
                        }
                    }
                }
                section {
                    h4 { "Machine code" }
                    @for piece in machine_code {
                        details open=[short(&piece.assembly).then_some("")] {
                            summary { (piece.target) }
                            @let label = format!("Machine code of {variant} for {}", piece.target);
                            (code(&label, &piece.assembly))
                        }
                    }
                }
                section {
                    h4 { "The model’s verdict" }
                    (table(verdict))
                }
                section {
                    h4 { "The emulated run" }
                    (table(run))
                }
            }
        }
    }
}

/// Whether code need not be folded away.
fn short(code: &str) -> bool {
    code.lines().count() <= 12
}
