//! Messages on standard error.

use std::fmt::Display;

/// Says what went wrong.
pub fn error(error: &impl Display) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    anstream::eprintln!("{red}error:{red:#} {error}");
}

/// Says something in one line that cannot be taken for the guest's.
pub fn say(line: &str) {
    let dim = anstyle::Style::new().dimmed();
    anstream::eprintln!("{dim}overtake: {line}{dim:#}");
}
