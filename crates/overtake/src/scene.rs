//! What a guest's threads were doing when its run was ended.

use diagnosis::code::Code;
use diagnosis::setup::Setup;
use overtake_report::doing::Scene;
use witness::Place;

use crate::quantity::quantity;

/// A line for each thread.
pub fn lines(scene: &Scene, setup: &Setup) -> Vec<String> {
    let guest = &setup.guest;
    let mut code = Code::new(guest.target, &guest.path, &scene.modules);
    let threads = scene.threads.iter();
    let mut lines: Vec<_> = threads
        .map(|thread| thread.text(|pc| named(&code.place(pc))))
        .collect();
    if scene.others > 0 {
        lines.push(format!("and {}", quantity(scene.others, "further thread")));
    }
    lines
}

/// The function and the line, if the program says them.
fn named(place: &Place) -> Option<String> {
    let line = place
        .line
        .as_ref()
        .map(|line| format!("{}:{}", line.file, line.line));
    match (&place.function, line) {
        (Some(function), Some(line)) => Some(format!("{function}, {line}")),
        (Some(function), None) => Some(function.clone()),
        (None, line) => line,
    }
}
