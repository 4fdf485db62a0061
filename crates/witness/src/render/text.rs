//! A story for a terminal.
//!
//! `anstyle` has the colours and `unicode-width` the widths. The table is our own: no table crate
//! draws the mark of a pending store through the rows of one column.

use std::fmt::Write as _;

use anstyle::AnsiColor;

use super::columns;
use super::words;
use super::wrap::{Line, Role};
use crate::{Cure, Relation, Story};

/// How a text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// How many columns there are. A command, which may be copied, is never broken.
    pub width: usize,
    /// Whether it is coloured; without, there are no escape codes at all.
    pub colour: bool,
}

impl Style {
    /// Without escape codes, for a pipe or a file.
    #[must_use]
    pub const fn plain(width: usize) -> Self {
        let colour = false;
        Style { width, colour }
    }

    /// For a terminal that shows colours.
    #[must_use]
    pub const fn coloured(width: usize) -> Self {
        let colour = true;
        Style { width, colour }
    }
}

impl Default for Style {
    /// 100 columns, plain.
    fn default() -> Self {
        Style::plain(100)
    }
}

/// The story: what ran, a table of the steps, the cycle in words, fixes, and the command that
/// reproduces the run.
#[must_use]
pub fn text(story: &Story, style: Style) -> String {
    let mut out = Writer {
        style,
        out: String::new(),
    };
    out.facts(&[
        ("program", story.program.clone()),
        ("target", story.target.clone()),
        ("seed", story.seed.to_string()),
        ("failure", story.failure.clone()),
        words::cause(story),
    ]);

    out.heading("What happened (time runs downwards)");
    for line in columns::steps(story, style.width) {
        out.line(&line);
    }
    if !story.edges.is_empty() {
        out.heading(
            "Why no interleaving explains it: each access is ordered before the next, in a cycle",
        );
        for edge in &story.edges {
            out.edge(edge);
        }
    }
    if let Some(interleaving) = &story.interleaving {
        out.heading(words::interleaving(interleaving));
        for words in &interleaving.words {
            out.item(&Line::of(Role::Plain, "- "), &Line::of(Role::Plain, words));
        }
    }
    if !story.cures.is_empty() {
        out.heading("What would have prevented it, cheapest first");
        for cure in &story.cures {
            out.cure(story, cure);
        }
    }
    if !story.notes.is_empty() {
        out.heading("Notes");
        for note in &story.notes {
            out.item(&Line::of(Role::Plain, "- "), &Line::of(Role::Plain, note));
        }
    }
    out.heading("Minimised");
    if let Some(unfinished) = &story.unfinished {
        out.item(&Line::default(), &Line::of(Role::Bad, unfinished));
    }
    out.item(
        &Line::default(),
        &Line::of(Role::Plain, &words::shrunk(&story.shrunk)),
    );
    if !story.phases.is_empty() {
        out.heading("Cost (runs, processor time)");
        for phase in &story.phases {
            out.line(&Line::of(Role::Plain, &words::phase(phase)));
        }
    }
    out.heading("To reproduce");
    out.line(&Line::of(Role::Plain, &story.again));
    out.out
}

struct Writer {
    style: Style,
    out: String,
}

impl Writer {
    fn line(&mut self, line: &Line) {
        for span in &line.0 {
            let style = if self.style.colour {
                look(span.role)
            } else {
                anstyle::Style::new()
            };
            let _ = write!(self.out, "{style}{}{style:#}", span.text);
        }
        self.out.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        for line in Line::of(Role::Strong, text).wrapped(self.style.width, 0) {
            self.line(&line);
        }
    }

    /// A label and its text, whose further lines are indented by the label's width.
    fn item(&mut self, label: &Line, text: &Line) {
        let indent = label.width();
        let joined = label.0.iter().chain(&text.0);
        let joined = joined.fold(Line::default(), |line, span| {
            line.and(span.role, &span.text)
        });
        for line in joined.wrapped(self.style.width, indent) {
            self.line(&line);
        }
    }

    fn facts(&mut self, facts: &[(&str, String)]) {
        let widest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in facts {
            let role = if *name == "failure" {
                Role::Bad
            } else {
                Role::Plain
            };
            let label = Line::of(Role::Dim, &format!("{name:<widest$}  "));
            self.item(&label, &Line::of(role, value));
        }
    }

    fn edge(&mut self, edge: &Relation) {
        let (from, to) = (words::number(edge.from), words::number(edge.to));
        let label = format!("{}  {from} → {to}  ", edge.name);
        let mut text = Line::of(Role::Plain, &edge.words);
        if let Some(reordering) = edge.reordered {
            text = text.and(Role::Bad, &format!("  ({})", words::reordering(reordering)));
        }
        self.item(&Line::of(Role::Dim, &label), &text);
    }

    fn cure(&mut self, story: &Story, cure: &Cure) {
        let at = format!("  at {}", words::at(story, cure.step));
        let text = Line::of(Role::Strong, &cure.instruction).and(Role::Plain, &at);
        self.item(&Line::of(Role::Plain, "- "), &text);
        let indent = Line::of(Role::Plain, "  ");
        let rust = cure.rust.as_deref().unwrap_or(words::NO_RUST);
        self.item(&indent, &Line::of(Role::Plain, rust));
        let (checked, good) = words::checked(cure.checked);
        let role = if good { Role::Good } else { Role::Bad };
        let mut text = Line::of(role, &checked);
        if let Some(ordered) = words::ordered(story, cure) {
            text = text.and(Role::Dim, &format!("  ({ordered})"));
        }
        self.item(&indent, &text);
    }
}

fn look(role: Role) -> anstyle::Style {
    match role {
        Role::Plain => anstyle::Style::new(),
        Role::Strong => anstyle::Style::new().bold(),
        Role::Dim => anstyle::Style::new().dimmed(),
        Role::Bad => AnsiColor::Red.on_default().bold(),
        Role::Good => AnsiColor::Green.on_default(),
        Role::Quiet => AnsiColor::Cyan.on_default(),
    }
}
