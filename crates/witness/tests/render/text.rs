//! Stories on a terminal.

use witness::render::{Style, sample, text};

#[test]
fn wide() {
    insta::assert_snapshot!(text(&sample::message_passing(), Style::plain(120)));
}

#[test]
fn as_wide_as_most() {
    insta::assert_snapshot!(text(&sample::store_buffering(), Style::plain(90)));
}

#[test]
fn narrow() {
    insta::assert_snapshot!(text(&sample::message_passing(), Style::plain(60)));
}

#[test]
fn three_threads() {
    insta::assert_snapshot!(text(&sample::three_threads(), Style::plain(130)));
}

#[test]
fn coloured() {
    let coloured = text(&sample::message_passing(), Style::coloured(120));
    insta::assert_snapshot!(coloured.replace('\x1b', "␛"));
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(
        stripped,
        text(&sample::message_passing(), Style::plain(120))
    );
}

#[test]
fn no_line_is_too_long() {
    for story in [
        sample::message_passing(),
        sample::store_buffering(),
        sample::three_threads(),
    ] {
        for width in 24..160 {
            let shown = text(&story, Style::plain(width));
            let long = shown
                .lines()
                .find(|line| line.chars().count() > width && *line != story.again);
            assert_eq!(long, None, "{width}");
            assert!(shown.lines().all(|line| line.trim_end() == line), "{width}");
        }
    }
}
