//! Short constructors for steps, edges and fixes.

use crate::{Checked, Column, Cure, Line, Place, Relation, Reordering, Step, What};

pub fn thread(thread: u32, name: &str) -> Column {
    let name = name.to_owned();
    Column { thread, name }
}

fn step(column: usize, what: What) -> Step {
    Step {
        column,
        what,
        place: None,
    }
}

pub fn load(column: usize, location: &str, value: &str, current: Option<&str>) -> Step {
    let (location, value) = (location.to_owned(), value.to_owned());
    let current = current.map(str::to_owned);
    step(
        column,
        What::Load {
            location,
            value,
            current,
        },
    )
}

pub fn store(column: usize, location: &str, value: &str, visible: Option<usize>) -> Step {
    let (location, value) = (location.to_owned(), value.to_owned());
    step(
        column,
        What::Store {
            location,
            value,
            visible,
        },
    )
}

pub fn visible(column: usize, store: usize, location: &str, value: &str) -> Step {
    let (location, value) = (location.to_owned(), value.to_owned());
    step(
        column,
        What::Visible {
            store,
            location,
            value,
        },
    )
}

pub fn barrier(column: usize, remark: Option<&str>) -> Step {
    let remark = remark.map(str::to_owned);
    step(column, What::Barrier { remark })
}

impl Step {
    pub(super) fn at(mut self, place: Place) -> Step {
        self.place = Some(place);
        self
    }
}

pub fn place(pc: u64, instruction: &str) -> Place {
    let instruction = instruction.to_owned();
    Place {
        pc,
        instruction,
        function: None,
        line: None,
    }
}

impl Place {
    pub(super) fn within(mut self, function: &str) -> Place {
        self.function = Some(function.to_owned());
        self
    }

    pub(super) fn on(mut self, line: Line) -> Place {
        self.line = Some(line);
        self
    }
}

pub fn line(file: &str, line: u32, text: &str) -> Line {
    let (file, text) = (file.to_owned(), Some(text.to_owned()));
    Line { file, line, text }
}

pub fn edge(name: &str, from: usize, to: usize, words: &str) -> Relation {
    let (name, words) = (name.to_owned(), words.to_owned());
    Relation {
        from,
        to,
        name,
        reordered: None,
        words,
    }
}

impl Relation {
    pub(super) fn reordered(mut self, reordering: Reordering) -> Relation {
        self.reordered = Some(reordering);
        self
    }
}

pub fn cure(
    edge: usize,
    step: usize,
    instruction: &str,
    rust: Option<&str>,
    checked: Checked,
) -> Cure {
    let (instruction, rust) = (instruction.to_owned(), rust.map(str::to_owned));
    Cure {
        edge,
        instruction,
        rust,
        step,
        checked,
    }
}
