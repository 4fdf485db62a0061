//! Parses documents as trees, and checks them.

use std::collections::HashSet;

use roxmltree::{Document, ParsingOptions};

/// Elements that load or run something from elsewhere.
const FETCHING: [&str; 12] = [
    "audio",
    "base",
    "embed",
    "foreignObject",
    "iframe",
    "image",
    "img",
    "link",
    "object",
    "script",
    "use",
    "video",
];

/// The page as XML: void elements are closed.
pub fn closed(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(start) = rest.find("<meta ") {
        let end = start + rest[start..].find('>').unwrap();
        out.push_str(&rest[..end]);
        out.push('/');
        rest = &rest[end..];
    }
    out.push_str(rest);
    out.replace("<wbr>", "<wbr/>")
}

/// The tree of a well-formed document.
pub fn tree(text: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).unwrap()
}

/// The document is self-contained, ids are unique, and references resolve.
pub fn assert_self_contained(text: &str) {
    let tree = tree(text);
    let mut ids = HashSet::new();
    for id in tree.descendants().filter_map(|node| node.attribute("id")) {
        assert!(ids.insert(id), "{id}");
    }
    for node in tree.descendants() {
        let name = node.tag_name().name();
        assert!(!FETCHING.contains(&name), "{name}");
        if name == "style" {
            let style = node.text().unwrap();
            assert!(!style.contains("url(") && !style.contains("@import"));
        }
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            match name {
                "href" => {
                    let id = value.strip_prefix('#');
                    assert!(id.is_some_and(|id| ids.contains(id)), "{value}");
                }
                "aria-labelledby" => {
                    assert!(value.split(' ').all(|id| ids.contains(id)), "{value}");
                }
                _ => assert!(
                    !name.starts_with("on") && !name.starts_with("src") && name != "style",
                    "{name}"
                ),
            }
        }
    }
}

/// The document contains nothing that looks like a URL, not even in text.
pub fn assert_no_addresses(text: &str) {
    let text = text.replace(r#" xmlns="http://www.w3.org/2000/svg""#, "");
    for address in ["http", "//", "src="] {
        assert!(!text.contains(address), "{address}");
    }
}
