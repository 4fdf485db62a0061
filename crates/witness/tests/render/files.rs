//! Files for a browser.

use std::fs;
use std::path::Path;

use witness::render::{html, sample, svg};

/// Writes the samples into the target folder, where one can look at them:
/// `target/tmp/render/page.html`, `…/message-passing.svg` and so on.
#[test]
fn written_for_a_browser() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("render");
    fs::create_dir_all(&folder).unwrap();
    for (name, story) in [
        ("message-passing", sample::message_passing()),
        ("store-buffering", sample::store_buffering()),
        ("three-threads", sample::three_threads()),
    ] {
        fs::write(folder.join(format!("{name}.svg")), svg(&story)).unwrap();
    }
    fs::write(folder.join("page.html"), html(&sample::page())).unwrap();
}
