//! Stories as pictures.

use witness::render::{sample, svg};
use witness::{Story, What};

use crate::xml::{assert_no_addresses, assert_self_contained, tree};

/// A tag a line, so that a snapshot can be read.
fn lines(document: &str) -> String {
    document.replace("><", ">\n<")
}

#[test]
fn message_passing() {
    insta::assert_snapshot!(lines(&svg(&sample::message_passing())));
}

#[test]
fn store_buffering() {
    insta::assert_snapshot!(lines(&svg(&sample::store_buffering())));
}

#[test]
fn three_threads() {
    insta::assert_snapshot!(lines(&svg(&sample::three_threads())));
}

#[test]
fn self_contained() {
    for story in [
        sample::message_passing(),
        sample::store_buffering(),
        sample::three_threads(),
    ] {
        let picture = svg(&story);
        assert_self_contained(&picture);
        assert_no_addresses(&picture);
        let tree = tree(&picture);
        let root = tree.root_element();
        assert_eq!(
            root.tag_name().namespace(),
            Some("http://www.w3.org/2000/svg")
        );
        let heads = tree.descendants().filter(|node| {
            node.attribute("class")
                .is_some_and(|c| c.ends_with(" head"))
        });
        assert_eq!(heads.count(), story.edges.len());
    }
}

/// Boxes of the picture: left, top, right, bottom.
fn boxes(picture: &str) -> Vec<[i32; 4]> {
    let tree = tree(picture);
    let boxes = tree
        .descendants()
        .filter(|node| node.attribute("class").is_some_and(|c| c.ends_with("box")));
    let number =
        |node: &roxmltree::Node, name| node.attribute(name).unwrap().parse::<i32>().unwrap();
    boxes
        .map(|node| {
            let [x, y, width, height] =
                ["x", "y", "width", "height"].map(|name| number(&node, name));
            [x, y, x + width, y + height]
        })
        .collect()
}

#[test]
fn time_runs_downwards_inside_the_picture() {
    for story in [
        sample::message_passing(),
        sample::store_buffering(),
        sample::three_threads(),
    ] {
        let picture = svg(&story);
        let boxes = boxes(&picture);
        assert_eq!(boxes.len(), story.steps.len());
        assert!(boxes.windows(2).all(|pair| pair[0][3] < pair[1][1]));
        let size = |name| {
            tree(&picture)
                .root_element()
                .attribute(name)
                .unwrap()
                .parse::<i32>()
                .unwrap()
        };
        let (width, height) = (size("width"), size("height"));
        assert!(
            boxes
                .iter()
                .all(|b| 0 < b[0] && b[2] < width && 0 < b[1] && b[3] < height)
        );
    }
}

/// Stores that are pending at the same time have lines of their own, whichever becomes visible
/// first.
#[test]
fn several_stores_are_pending() {
    let pending = |visible: [usize; 2]| -> Story {
        let mut story = sample::store_buffering();
        let access = |visible| What::Store {
            location: "x".into(),
            value: "1".into(),
            visible: Some(visible),
        };
        for step in &mut story.steps {
            step.column = 0;
        }
        story.steps[0].what = access(visible[0]);
        story.steps[1].what = access(visible[1]);
        story.steps[2].what = What::Barrier { remark: None };
        story
    };
    let lines = |story: &Story| -> Vec<String> {
        let picture = svg(story);
        let tree = tree(&picture);
        let paths = tree
            .descendants()
            .filter(|node| node.attribute("class") == Some("pending"));
        paths
            .map(|node| node.attribute("d").unwrap().to_owned())
            .collect()
    };
    insta::assert_debug_snapshot!([lines(&pending([4, 5])), lines(&pending([5, 4]))]);
}
