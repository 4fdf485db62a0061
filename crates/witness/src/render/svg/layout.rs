//! The layout of a picture: the position of every box and lane.

use super::wording;
use crate::render::words;
use crate::render::wrap::{Line, Role};
use crate::{Relation, Story};

/// The height of a line of text.
pub const LINE: i32 = 18;
/// Around the picture.
pub const MARGIN: i32 = 16;
/// Beside and above the text of a box.
const PAD: i32 = 10;
/// Between two rows.
const ROW_GAP: i32 = 18;
/// Between two lanes, without the lines that run there.
const GAP: i32 = 96;
/// The width of a line at the side of a lane.
pub const TRACK: i32 = 20;
/// Beside the boxes of a lane.
pub const LANE_PAD: i32 = 12;
/// Characters in a line of a box.
const CHARACTERS: std::ops::RangeInclusive<usize> = 20..=34;

/// How many characters of the picture's font fit.
pub fn characters(width: i32) -> usize {
    usize::try_from(width * 100 / 785).unwrap_or(0)
}

/// How wide text is in most monospace fonts, in pixels.
pub fn text_width(characters: usize) -> i32 {
    i32::try_from(characters * 785 / 100).unwrap_or(i32::MAX / 4)
}

/// A side of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

impl Side {
    /// -1 to the left, 1 to the right.
    pub const fn sign(self) -> i32 {
        match self {
            Side::Left => -1,
            Side::Right => 1,
        }
    }

    pub const fn other(self) -> Side {
        match self {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }
}

/// A rectangle.
#[derive(Debug, Clone, Copy)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Rect {
    pub const fn side(&self, side: Side) -> i32 {
        match side {
            Side::Left => self.x,
            Side::Right => self.x + self.width,
        }
    }
}

/// A thread.
#[derive(Debug)]
pub struct Lane {
    pub rect: Rect,
    /// Its name, in lines.
    pub name: Vec<String>,
    /// The side on which edges between accesses of this thread run. Pending stores have the other
    /// side.
    pub outer: Side,
}

/// A step.
#[derive(Debug)]
pub struct Block {
    pub rect: Rect,
    pub lane: usize,
    pub lines: Vec<Line>,
    pub class: &'static str,
    /// Shown when the pointer rests on the box.
    pub hint: Option<String>,
}

/// A pending store: a line beside the boxes between the store and its becoming visible.
#[derive(Debug, Clone, Copy)]
pub struct Pending {
    pub store: usize,
    pub visible: usize,
    pub lane: usize,
    /// 0: at the lane's edge.
    pub track: i32,
}

/// The position of every box and lane.
#[derive(Debug)]
pub struct Layout {
    pub width: i32,
    pub height: i32,
    pub lanes: Vec<Lane>,
    pub blocks: Vec<Block>,
    pub pending: Vec<Pending>,
}

impl Layout {
    /// The picture begins at `top`.
    pub fn new(story: &Story, top: i32) -> Layout {
        let names = words::columns(story);
        let pending = tracks(story);
        let steps = story.steps.iter().enumerate();
        let texts: Vec<Vec<Line>> = steps.map(|(index, it)| wording::lines(index, it)).collect();

        let mut lanes = Vec::new();
        let mut x = MARGIN;
        let mut name_lines = 1;
        for (lane, name) in names.iter().enumerate() {
            let outer = if lane > 0 && lane + 1 == names.len() {
                Side::Right
            } else {
                Side::Left
            };
            let brackets = TRACK * inside(story, lane);
            if outer == Side::Left && brackets > 0 {
                x += brackets + TRACK;
            }
            let mine = story
                .steps
                .iter()
                .zip(&texts)
                .filter(|(step, _)| words::column(story, step) == lane);
            let widest = mine
                .flat_map(|(_, lines)| lines)
                .map(Line::width)
                .max()
                .unwrap_or(0);
            let text = text_width(widest.clamp(*CHARACTERS.start(), *CHARACTERS.end()));
            let parallel = pending
                .iter()
                .filter(|one| one.lane == lane)
                .map(|one| one.track + 1)
                .max();
            let width = text + 2 * (PAD + LANE_PAD) + TRACK * parallel.unwrap_or(0);
            let name = Line::of(Role::Plain, name).wrapped(characters(width - 2 * PAD), 0);
            let name: Vec<String> = name.iter().map(Line::text).collect();
            name_lines = name_lines.max(i32::try_from(name.len()).unwrap_or(1));
            let rect = Rect {
                x,
                y: top,
                width,
                height: 0,
            };
            lanes.push(Lane { rect, name, outer });
            x += width
                + if outer == Side::Right && brackets > 0 {
                    brackets + TRACK
                } else {
                    0
                };
            x += if lane + 1 < names.len() { GAP } else { MARGIN };
        }

        let mut y = top + name_lines * LINE + 2 * PAD;
        let mut blocks = Vec::new();
        for (index, step) in story.steps.iter().enumerate() {
            let column = words::column(story, step);
            let lane = &lanes[column];
            let during =
                |one: &&Pending| one.lane == column && one.store < index && index < one.visible;
            let inset = pending
                .iter()
                .filter(during)
                .map(|one| one.track + 1)
                .max()
                .unwrap_or(0)
                * TRACK;
            let x = lane.rect.x + LANE_PAD + if lane.outer == Side::Right { inset } else { 0 };
            let width = lane.rect.width - 2 * LANE_PAD - inset;
            let fits = characters(width - 2 * PAD);
            let numbered = wording::numbered(index, &texts[index]);
            let lines: Vec<Line> = numbered
                .iter()
                .flat_map(|line| line.wrapped(fits, 2))
                .collect();
            let height = LINE * i32::try_from(lines.len()).unwrap_or(1) + 2 * PAD - 4;
            let rect = Rect {
                x,
                y,
                width,
                height,
            };
            blocks.push(Block {
                rect,
                lane: column,
                lines,
                class: wording::class(step),
                hint: wording::hint(step),
            });
            y += height + ROW_GAP;
        }
        for lane in &mut lanes {
            lane.rect.height = y - top;
        }
        Layout {
            width: x,
            height: y + MARGIN,
            lanes,
            blocks,
            pending,
        }
    }

    /// Where the text of a box begins.
    pub const fn text_at(rect: &Rect) -> (i32, i32) {
        (rect.x + PAD, rect.y + PAD + 11)
    }
}

/// How many edges of the cycle stay inside a lane.
fn inside(story: &Story, lane: usize) -> i32 {
    let lane_of = |step: usize| story.steps.get(step).map(|step| words::column(story, step));
    let stays =
        |edge: &&Relation| lane_of(edge.from) == Some(lane) && lane_of(edge.to) == Some(lane);
    i32::try_from(story.edges.iter().filter(stays).count()).unwrap_or(0)
}

/// Lines of stores that are pending at the same time lie beside each other.
fn tracks(story: &Story) -> Vec<Pending> {
    let mut all: Vec<Pending> = Vec::new();
    for (store, visible) in words::pending_stores(story) {
        let lane = words::column(story, &story.steps[store]);
        let beside = all
            .iter()
            .filter(|one| one.lane == lane && one.visible > store);
        let track = beside.map(|one| one.track + 1).max().unwrap_or(0);
        all.push(Pending {
            store,
            visible,
            lane,
            track,
        });
    }
    all
}
