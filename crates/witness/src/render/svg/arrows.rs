//! The edges of the cycle, and how long stores stay pending.

use maud::{Markup, html};

use super::layout::{Block, LANE_PAD, Layout, Pending, Side, TRACK};
use super::path::{self, Point};
use crate::{Relation, Story};

/// The class of an edge, which decides its colour.
pub fn class(edge: &Relation) -> &'static str {
    match (edge.name.as_str(), edge.reordered) {
        (_, Some(_)) => "reordered",
        ("rf", _) => "rf",
        ("fr", _) => "fr",
        ("co", _) => "co",
        _ => "po",
    }
}

/// The label of an edge.
fn label(edge: &Relation) -> String {
    match edge.reordered {
        Some(_) => format!("{}, reordered", edge.name),
        None => edge.name.clone(),
    }
}

/// Dashed lines from stores to the moments at which they become visible.
pub fn pending_stores(layout: &Layout) -> Markup {
    html! {
        @for pending in &layout.pending {
            @let (from, to) = (&layout.blocks[pending.store].rect, &layout.blocks[pending.visible].rect);
            @let (above, below) = (from.y + from.height, to.y);
            @let x = pending_x(pending, layout);
            path class="pending" d=(pending_path(pending, layout)) {}
            @if below - above > PENDING_LABEL {
                @let middle = Point { x: x + 4, y: i32::midpoint(above, below) };
                text class="pending-label" transform=(rotated(middle, -90)) { "pending" }
            }
        }
    }
}

/// How long a dashed line must be to be labelled.
const PENDING_LABEL: i32 = 110;

fn rotated(at: Point, degrees: i32) -> String {
    format!("translate({} {}) rotate({degrees})", at.x, at.y)
}

/// Where a dashed line runs.
fn pending_x(pending: &Pending, layout: &Layout) -> i32 {
    let lane = &layout.lanes[pending.lane];
    let inner = lane.outer.other();
    lane.rect.side(inner) - inner.sign() * (LANE_PAD + TRACK / 2 + TRACK * pending.track)
}

fn pending_path(pending: &Pending, layout: &Layout) -> String {
    let (from, to) = (
        &layout.blocks[pending.store].rect,
        &layout.blocks[pending.visible].rect,
    );
    let inner = layout.lanes[pending.lane].outer.other();
    let x = pending_x(pending, layout);
    // A store that stays pending longer may keep the box away from the line.
    let edge = to.side(inner);
    let below = from.y + from.height;
    if (edge - x) * inner.sign() >= 0 {
        format!("M{x} {below}V{}", to.y)
    } else {
        format!("M{x} {below}V{}H{edge}", to.y + to.height / 2)
    }
}

/// The edges. Their labels lie above all lines.
pub fn edges(story: &Story, layout: &Layout) -> Markup {
    let mut taken = Vec::new();
    let mut brackets = vec![0; layout.lanes.len()];
    let mut arrows = Vec::new();
    for edge in &story.edges {
        let (from, to) = (layout.blocks.get(edge.from), layout.blocks.get(edge.to));
        let (Some(from), Some(to)) = (from, to) else {
            continue;
        };
        arrows.push(if from.lane == to.lane {
            inside(edge, from, to, layout, &mut brackets[from.lane])
        } else {
            across(edge, from, to, layout, &mut taken)
        });
    }
    html! {
        @for arrow in &arrows { (arrow.line) }
        @for arrow in &arrows { (arrow.label) }
    }
}

/// An edge as it is drawn.
struct Arrow {
    line: Markup,
    label: Markup,
}

impl Arrow {
    fn new(class: &str, line: &str, head: &str, label: Markup) -> Self {
        let line = html! {
            path class={ (class) " arrow" } d=(line) {}
            path class={ (class) " head" } d=(head) {}
        };
        Arrow { line, label }
    }
}

/// Where an edge leaves a box, or enters it.
fn port(block: &Block, side: Side, out: bool) -> Point {
    let part = if out { 2 } else { 1 };
    Point {
        x: block.rect.side(side),
        y: block.rect.y + block.rect.height * part / 3,
    }
}

/// An edge that stays in a lane: a bracket at its outer side.
fn inside(edge: &Relation, from: &Block, to: &Block, layout: &Layout, nth: &mut i32) -> Arrow {
    let lane = &layout.lanes[from.lane];
    let (side, sign) = (lane.outer, lane.outer.sign());
    let x = lane.rect.side(side) + sign * (TRACK / 2 + TRACK * *nth);
    *nth += 1;
    let (begin, end) = (port(from, side, true), port(to, side, false));
    let middle = Point {
        x: x + sign * 7,
        y: i32::midpoint(begin.y, end.y),
    };
    let class = class(edge);
    let label = html! {
        text class={ (class) " label" } transform=(rotated(middle, sign * 90)) { (label(edge)) }
    };
    let line = path::bracket(begin, end, x, sign);
    Arrow::new(class, &line, &path::head(end, -sign), label)
}

/// An edge from one lane to another one. It runs straight through the row of its first access, where
/// no other box lies, and bends in the last gap.
fn across(
    edge: &Relation,
    from: &Block,
    to: &Block,
    layout: &Layout,
    taken: &mut Vec<Point>,
) -> Arrow {
    let right = to.lane > from.lane;
    let (side, last) = if right {
        (Side::Right, to.lane - 1)
    } else {
        (Side::Left, to.lane + 1)
    };
    let sign = side.sign();
    let (begin, end) = (port(from, side, true), port(to, side.other(), false));
    let bend = Point {
        x: layout.lanes[last].rect.side(side),
        y: begin.y,
    };
    let landing = Point {
        x: layout.lanes[to.lane].rect.side(side.other()),
        y: end.y,
    };
    let middle = path::free(bend, landing, taken);
    taken.push(middle);
    let class = class(edge);
    let label = html! {
        rect class={ (class) " tag" } x=(middle.x - 15) y=(middle.y - 11)
            width="30" height="22" rx="11" {}
        text class={ (class) " label" } x=(middle.x) y=(middle.y + 5) { (edge.name) }
    };
    let line = path::curve(begin, bend, landing, end, sign);
    Arrow::new(class, &line, &path::head(end, sign), label)
}
