//! Names and source text that contain control characters and tags.

use witness::render::{
    Cell, Evidence, MachineCode, Page, Source, Style, Table, html, sample, svg, text,
};
use witness::{Column, Cure, Line, Place, Relation, Story, What};

use crate::xml::{assert_self_contained, closed, tree};

const HOSTILE: &str =
    "</text><script src='https://a.b'>\"&amp;\0\x07\x1b[31m\r\n\t\u{9b}\u{202e}\u{ffff}]]>--><!-- ";

/// A story all of whose text is hostile.
fn story() -> Story {
    let bad = || HOSTILE.to_owned();
    let mut story = sample::message_passing();
    story.program = bad();
    story.target = bad();
    story.failure = bad();
    story.again = bad();
    story.shape = bad();
    story.notes = vec![bad()];
    for Column { name, .. } in &mut story.threads {
        *name = bad();
    }
    for step in &mut story.steps {
        if let Some(Place {
            instruction,
            function,
            line,
            ..
        }) = &mut step.place
        {
            *instruction = bad();
            *function = Some(bad());
            *line = Some(Line {
                file: bad(),
                line: 1,
                text: Some(bad()),
            });
        }
        match &mut step.what {
            What::Load {
                location,
                value,
                current,
            } => {
                (*location, *value, *current) = (bad(), bad(), Some(bad()));
            }
            What::Store {
                location, value, ..
            }
            | What::Atomic { location, value }
            | What::Visible {
                location, value, ..
            } => (*location, *value) = (bad(), bad()),
            What::Barrier { remark } => *remark = Some(bad()),
        }
    }
    for Relation { name, words, .. } in &mut story.edges {
        (*name, *words) = (bad(), bad());
    }
    for Cure {
        instruction, rust, ..
    } in &mut story.cures
    {
        (*instruction, *rust) = (bad(), Some(bad()));
    }
    story
}

fn table() -> Table {
    Table {
        caption: HOSTILE.to_owned(),
        head: vec![HOSTILE.to_owned()],
        rows: vec![vec![Cell::from(HOSTILE), Cell::from("<script>")]],
    }
}

fn page() -> Page {
    let bad = || HOSTILE.to_owned();
    let evidence = Evidence {
        variant: bad(),
        summary: bad(),
        source: vec![Source {
            at: bad(),
            code: bad(),
            why: bad(),
        }],
        machine_code: vec![MachineCode {
            target: bad(),
            assembly: bad(),
        }],
        verdict: table(),
        run: table(),
    };
    Page {
        title: bad(),
        lead: vec![bad()],
        table: Some(table()),
        evidence: vec![evidence],
        names: vec![bad()],
        stories: vec![story()],
    }
}

fn assert_no_controls(text: &str) {
    let control = text
        .chars()
        .find(|&c| c != '\n' && (c.is_control() || c == '\u{202e}' || c == '\u{ffff}'));
    assert_eq!(control, None);
}

#[test]
fn terminals_are_not_obeyed() {
    let shown = text(&story(), Style::plain(100));
    assert_no_controls(&shown);
    assert!(shown.contains("␛[31m"));
    let coloured = text(&story(), Style::coloured(100));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), shown);
}

#[test]
fn pictures_have_no_foreign_tags() {
    let picture = svg(&story());
    assert_no_controls(&picture);
    assert_self_contained(&picture);
    let tree = tree(&picture);
    let mut names: Vec<_> = tree
        .descendants()
        .map(|node| node.tag_name().name())
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(
        names,
        [
            "", "desc", "g", "path", "rect", "style", "svg", "text", "title", "tspan"
        ]
    );
    assert!(
        tree.descendants()
            .filter_map(|node| node.text())
            .any(|text| text.contains("<script"))
    );
}

#[test]
fn pages_have_no_foreign_tags() {
    let html = html(&page());
    assert_no_controls(&html);
    assert_self_contained(&closed(&html));
    assert!(!html.contains("<script"));
    assert!(!html.contains("<!--"));
}

/// Indices out of range are skipped.
#[test]
fn broken_stories_are_shown() {
    let mut story = sample::message_passing();
    story.steps[0].column = 9;
    story.steps[0].what = What::Store {
        location: "x".into(),
        value: "1".into(),
        visible: Some(99),
    };
    story.steps[5].what = What::Visible {
        store: usize::MAX,
        location: "x".into(),
        value: "1".into(),
    };
    story.edges[0].to = usize::MAX;
    story.cures[0].edge = 99;
    story.cures[1].step = usize::MAX;
    let mut without_threads = story.clone();
    without_threads.threads.clear();
    let mut empty = without_threads.clone();
    empty.steps.clear();
    for story in [story, without_threads, empty] {
        for width in [0, 1, 40, 200] {
            assert!(!text(&story, Style::plain(width)).is_empty());
        }
        assert_self_contained(&svg(&story));
        let page = Page {
            stories: vec![story],
            ..Page::default()
        };
        assert_self_contained(&closed(&html(&page)));
    }
}
