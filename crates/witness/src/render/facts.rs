//! The text about a step: what it does, and where it is in the code.

use super::words;
use super::wrap::{Line, Role};
use crate::{Place, Step, What};

/// What a step does, in one line. `index`: which step it is.
pub fn action(index: usize, step: &Step) -> Line {
    let access = |does: &str, location: &str, value: &str| {
        Line::of(Role::Strong, &format!("{does} {location} = {value}"))
    };
    match &step.what {
        What::Load {
            location,
            value,
            current,
        } => {
            let line = access("load", location, value);
            match current {
                Some(current) => line.and(Role::Bad, &format!("  ({})", stale(current))),
                None => line,
            }
        }
        What::Store {
            location,
            value,
            visible,
        } => {
            let line = access("store", location, value);
            match visible {
                Some(at) => line.and(Role::Dim, &format!("  ({})", visible_from(index, *at))),
                None => line,
            }
        }
        What::Atomic { location, value } => access("atomic", location, value),
        What::Barrier { remark } => {
            let line = Line::of(Role::Quiet, "barrier");
            match remark {
                Some(remark) => line.and(Role::Bad, &format!("  ({remark})")),
                None => line,
            }
        }
        What::Visible {
            store,
            location,
            value,
        } => {
            let what = format!("{location} = {value} becomes visible");
            let line = Line::of(Role::Quiet, &what);
            if *store > index {
                line.and(Role::Bad, &format!("  ({})", early(*store)))
            } else {
                let number = words::number(*store);
                line.and(Role::Dim, &format!("  (stored at {number})"))
            }
        }
    }
}

/// The remark on a store that becomes visible before it is made, at this step.
pub fn early(store: usize) -> String {
    format!("early: stored only at {}", words::number(store))
}

/// When the store of a step becomes visible.
fn visible_from(store: usize, visible: usize) -> String {
    let number = words::number(visible);
    if visible < store {
        format!("visible since {number}")
    } else {
        format!("visible at {number}")
    }
}

/// The remark on a load that returned a stale value.
pub fn stale(current: &str) -> String {
    format!("stale: {current} was stored")
}

/// Where a step is in the code: instruction, function, source line and its text, a line each.
pub fn details(place: &Place) -> Vec<Line> {
    let mut lines = vec![Line::of(Role::Dim, &instruction(place))];
    if let Some(function) = &place.function {
        lines.push(Line::of(Role::Dim, function));
    }
    if let Some(line) = &place.line {
        lines.push(Line::of(Role::Dim, &format!("{}:{}", line.file, line.line)));
        if let Some(text) = &line.text {
            lines.push(Line::of(Role::Plain, text.trim()));
        }
    }
    lines
}

/// An instruction and its address.
pub fn instruction(place: &Place) -> String {
    format!("{:x}: {}", place.pc, place.instruction)
}
