//! An audit as text.

use anstyle::{AnsiColor, Style};
use diagnosis::audit::{Audit, Audited, Verdict};

use crate::quantity::quantity;

/// The audit for a terminal; the writer strips the colours elsewhere.
pub fn text(audit: &Audit) -> String {
    let bold = Style::new().bold();
    let mut text = format!(
        "{bold}{} on {}{bold:#}, {} without each ordering\n\n",
        audit.program,
        audit.target,
        quantity(audit.seeds, "seed")
    );
    for audited in &audit.orderings {
        text += &entry(audited);
    }
    if audit.orderings.is_empty() {
        text += "The program executed no barrier, acquire or release of its own.\n";
    }
    if audit.left_out > 0 {
        let number = quantity(audit.left_out as u64, "ordering");
        text += &format!(
            "\nNot tried: {number} in the standard library, in dependencies or in code without source lines; \
             --all tries them too.\n"
        );
    }
    text
}

fn entry(Audited { ordering, verdict }: &Audited) -> String {
    let place = &ordering.place;
    let at = match (&place.line, &place.function) {
        (Some(line), _) => format!("{}:{}", line.file, line.line),
        (None, Some(function)) => function.clone(),
        (None, None) => format!("{:#x}", place.pc),
    };
    let source = place.line.as_ref().and_then(|line| line.text.as_deref());
    let (style, word, why) = match verdict {
        Verdict::Needed {
            seed,
            failure,
            shape,
            because,
        } => (
            AnsiColor::Green.on_default().bold(),
            "needed",
            format!(
                "without it, {failure} (seed {seed}{}{shape})\n    {}",
                if shape.is_empty() { "" } else { ", shape " },
                because.join("\n    ")
            ),
        ),
        Verdict::NoFailure => (
            AnsiColor::Yellow.on_default(),
            "no failure found",
            "no run failed without it".to_owned(),
        ),
        Verdict::NotModelled => (
            AnsiColor::Cyan.on_default(),
            "unknown: it needs load buffering",
            "no run failed without it, but it also orders loads before later stores (R→W), and \
             overtake reorders those only with --load-buffering"
                .to_owned(),
        ),
        Verdict::NoFailureWithEarlyStores => (
            AnsiColor::Yellow.on_default(),
            "no failure found",
            "no run failed without it; loads before later stores (R→W) were reordered too, as far as \
             overtake can (load buffering)"
                .to_owned(),
        ),
        Verdict::PartOfAnAtomic => (
            AnsiColor::Yellow.on_default(),
            "not tried",
            "it is part of an atomic access, and cannot be ignored alone".to_owned(),
        ),
    };
    format!(
        "{style}{word}{style:#}: {} `{}` at {at}\n{}    {}\n",
        ordering.kind,
        place.instruction,
        source.map_or_else(String::new, |source| format!("    {source}\n")),
        why.trim_end()
    )
}
