//! Progress bars on a terminal, and a sign of life elsewhere.

use std::cell::Cell;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use diagnosis::cost::Budget;
use indicatif::{ProgressBar, ProgressStyle};

use crate::message::say;

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

/// How often a command without a terminal says that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(60);

/// The phases of an explanation: how much of its budget is used up, and what it does. On a terminal a bar; elsewhere
/// a line on standard error each minute.
pub struct Phases<'a> {
    budget: &'a Budget,
    bar: ProgressBar,
    /// When it last said something, if there is no terminal.
    said: Cell<Instant>,
}

impl<'a> Phases<'a> {
    /// Of an explanation with this budget.
    pub fn new(budget: &'a Budget) -> Self {
        let bar = match budget.whole {
            Some(whole) if std::io::stderr().is_terminal() => {
                let style = ProgressStyle::with_template("{bar:20} {msg} ({elapsed})");
                let bar = ProgressBar::new(u64::try_from(whole.as_millis()).unwrap_or(u64::MAX));
                bar.set_style(style.expect("it is well-formed"));
                bar.enable_steady_tick(Duration::from_millis(120));
                bar
            }
            _ => spinner(),
        };
        Self {
            budget,
            bar,
            said: Cell::new(Instant::now()),
        }
    }

    /// It does this now.
    pub fn say(&self, message: String) {
        if self.bar.is_hidden() {
            if self.said.get().elapsed() >= SIGN_OF_LIFE {
                self.said.set(Instant::now());
                let spent = self.budget.spent().as_secs();
                say(&format!("{message} ({spent} s of processor time so far)"));
            }
            return;
        }
        let spent = self.budget.spent().as_millis();
        self.bar
            .set_position(u64::try_from(spent).unwrap_or(u64::MAX));
        self.bar.set_message(message);
    }

    /// It is done.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
