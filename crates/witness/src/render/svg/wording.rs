//! The text in boxes.

use crate::render::facts;
use crate::render::words;
use crate::render::wrap::{Line, Role};
use crate::{Step, What};

/// The text in the box of a step. `index`: which step it is.
pub fn lines(index: usize, step: &Step) -> Vec<Line> {
    let (does, access) = words::action(&step.what);
    let mut lines = vec![Line::of(Role::Dim, does)];
    if let Some(access) = access {
        lines.push(Line::of(Role::Strong, &access));
    }
    match &step.what {
        What::Load {
            current: Some(current),
            ..
        } => lines.push(Line::of(Role::Bad, &facts::stale(current))),
        What::Barrier {
            remark: Some(remark),
        } => lines.push(Line::of(Role::Bad, remark)),
        What::Visible { store, .. } if *store > index => {
            lines.push(Line::of(Role::Bad, &facts::early(*store)));
        }
        _ => {}
    }
    if let Some(place) = &step.place {
        lines.push(Line::of(Role::Dim, &place.instruction));
        lines.push(Line::of(
            Role::Dim,
            &match &place.line {
                Some(line) => format!("{}:{}", line.file, line.line),
                None => format!("at {:#x}", place.pc),
            },
        ));
    }
    lines
}

/// The lines with the number of the step before the first one.
pub fn numbered(index: usize, lines: &[Line]) -> Vec<Line> {
    let mut lines = lines.to_vec();
    if let Some(first) = lines.first_mut() {
        *first = Line::of(Role::Dim, &format!("{}  {}", index + 1, first.text()));
    }
    lines
}

/// The class of a box, which decides its style.
pub fn class(step: &Step) -> &'static str {
    match step.what {
        What::Load {
            current: Some(_), ..
        } => "stale box",
        What::Visible { .. } => "quiet box",
        _ => "box",
    }
}

/// The function and the text of the source line.
pub fn hint(step: &Step) -> Option<String> {
    let place = step.place.as_ref()?;
    let text = place.line.as_ref().and_then(|line| line.text.as_deref());
    let parts: Vec<&str> = place
        .function
        .as_deref()
        .into_iter()
        .chain(text.map(str::trim))
        .collect();
    (!parts.is_empty()).then(|| parts.join(": "))
}
