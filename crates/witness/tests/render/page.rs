//! Pages.

use witness::render::{Page, Table, html, sample};

use crate::xml::{assert_no_addresses, assert_self_contained, closed, tree};

#[test]
fn all_parts() {
    let page = html(&sample::page());
    insta::assert_snapshot!(page.replace("><", ">\n<"));
}

#[test]
fn self_contained() {
    let page = html(&sample::page());
    assert_self_contained(&closed(&page));
    assert_no_addresses(&page);
    assert_self_contained(&closed(&html(&Page::default())));
}

/// Repeated names, and names without an ASCII letter.
#[test]
fn ids_are_unique() {
    let mut page = sample::page();
    for name in [
        "release",
        "Release",
        "é",
        "ö",
        "",
        "release-2",
        "release-title",
    ] {
        let mut evidence = page.evidence[0].clone();
        evidence.variant = name.to_owned();
        page.evidence.push(evidence);
    }
    page.stories.extend([
        sample::message_passing(),
        sample::three_threads(),
        sample::message_passing(),
    ]);
    assert_self_contained(&closed(&html(&page)));
}

#[test]
fn empty_parts_are_left_out() {
    let page = Page {
        title: "Nothing yet".into(),
        table: Some(Table::default()),
        ..Page::default()
    };
    let html = closed(&html(&page));
    let tree = tree(&html);
    let headings: Vec<_> = tree
        .descendants()
        .filter(|node| node.has_tag_name("h1") || node.has_tag_name("h2"))
        .filter_map(|node| node.text())
        .collect();
    assert_eq!(headings, ["Nothing yet", "Results"]);
}

/// One h1; no level is skipped.
#[test]
fn headings_are_in_order() {
    let html = closed(&html(&sample::page()));
    let tree = tree(&html);
    let names = tree.descendants().map(|node| node.tag_name().name());
    let levels: Vec<u32> = names
        .filter_map(|name| name.strip_prefix('h')?.parse().ok())
        .collect();
    assert_eq!(levels.iter().filter(|&&level| level == 1).count(), 1);
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "{levels:?}"
    );
}

/// For screen readers and keyboards.
#[test]
fn accessible() {
    let html = closed(&html(&sample::page()));
    let tree = tree(&html);
    let find = |name: &'static str| {
        tree.descendants()
            .filter(move |node| node.has_tag_name(name))
    };
    let has = |node: roxmltree::Node, name: &str| {
        node.descendants().any(|child| child.has_tag_name(name))
    };

    assert_eq!(tree.root_element().attribute("lang"), Some("en"));
    assert_eq!(find("main").count(), 1);
    assert_eq!(find("nav").count(), 1);
    let first = find("a").next().unwrap();
    assert_eq!(first.attribute("href"), Some("#content"));
    assert!(find("meta").any(|node| node.attribute("name") == Some("viewport")));
    assert!(find("table").all(|table| has(table, "caption")));
    assert!(find("th").all(|head| head.attribute("scope").is_some()));
    assert!(find("figure").all(|figure| has(figure, "figcaption")));
    assert!(find("details").all(|details| has(details, "summary")));
    for wide in ["table", "svg"] {
        let svg = |node: &roxmltree::Node| node.tag_name().name() == wide;
        for node in tree.descendants().filter(svg) {
            let parent = node.parent().unwrap();
            assert_eq!(parent.attribute("class"), Some("scrolled"));
            assert_eq!(parent.attribute("tabindex"), Some("0"));
            assert!(parent.attribute("aria-label").is_some());
        }
    }
}
