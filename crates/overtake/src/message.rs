//! Messages on standard error.

use std::fmt::Display;

/// Prints an error.
pub fn error(error: &impl Display) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    anstream::eprintln!("{red}error:{red:#} {error}");
}

/// Prints one line that cannot be mistaken for the guest's output.
pub fn say(line: &str) {
    let dim = anstyle::Style::new().dimmed();
    anstream::eprintln!("{dim}overtake: {line}{dim:#}");
}
