//! Text has enough contrast: 4.5 to 1 (WCAG 2, AA), light and dark.

use witness::render::{html, sample, svg};

/// The relative luminance of a colour `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let value = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The text after the last `key`, up to a semicolon: the last declaration wins.
fn value<'a>(css: &'a str, key: &str) -> &'a str {
    let (_, rest) = css.rsplit_once(key).unwrap_or_else(|| panic!("no {key}"));
    let (value, _) = rest.split_once(';').unwrap();
    value.trim()
}

fn assert_readable(css: &str, pairs: &[(&str, &str)]) {
    for (text, ground) in pairs {
        let ratio = contrast(value(css, text), value(css, ground));
        assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2}");
    }
}

#[test]
fn pages() {
    let html = html(&sample::page());
    let dark = html
        .split("@media (prefers-color-scheme: dark)")
        .nth(1)
        .unwrap();
    let light = html
        .split("@media (prefers-color-scheme: dark)")
        .next()
        .unwrap();
    for css in [light, dark] {
        let mut pairs = vec![
            ("--good:", "--good-ground:"),
            ("--bad:", "--bad-ground:"),
            ("--note:", "--note-ground:"),
        ];
        for text in [
            "--ink:", "--dim:", "--link:", "--good:", "--bad:", "--note:",
        ] {
            pairs.extend([(text, "--ground:"), (text, "--panel:")]);
        }
        assert_readable(css, &pairs);
    }
}

#[test]
fn pictures() {
    let svg = svg(&sample::message_passing());
    let (light, _) = svg.split_once("@media").unwrap();
    let (all, _) = svg.split_once("</style>").unwrap();
    for css in [light, all] {
        let mut pairs = Vec::new();
        for text in ["text { fill:", ".dim { fill:", ".bad { fill:"] {
            for ground in [
                "ground { fill:",
                "lane { fill:",
                "story .box { fill:",
                "stale.box { fill:",
            ] {
                pairs.push((text, ground));
            }
        }
        for edge in ["po", "rf", "fr", "co", "reordered"] {
            let label = format!(".{edge}.label {{ fill:").leak();
            pairs.extend([(&*label, "ground { fill:"), (&*label, "lane { fill:")]);
        }
        pairs.push((".words.reordered { fill:", "ground { fill:"));
        assert_readable(css, &pairs);
    }
}
