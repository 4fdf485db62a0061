//! Progress bars on a terminal.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for `length` things, on standard error; hidden if that is not a terminal.
pub fn bar(length: u64, of_what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}, {eta} to go")
        .expect("the template is well formed");
    ProgressBar::new(length)
        .with_style(style)
        .with_message(of_what)
}

/// A spinner with a message, on standard error; hidden if that is not a terminal.
pub fn spinner() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    let bar = ProgressBar::new_spinner().with_style(style.expect("it is well-formed"));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
