//! Suggests the known name that is nearest to an unknown one.

use std::fmt;

/// `; did you mean …?`, or nothing.
#[derive(Debug)]
pub struct Suggestion(Option<String>);

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

/// The name of `known` (pairs of a spelling and the name to suggest) that is nearest to `given`.
pub fn suggestion<'a>(
    given: &str,
    known: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Suggestion {
    /// `arm` and `arm64` are this near; `sparc64` and `aarch64` are not.
    const NEAR: f64 = 0.8;

    let nearest = known
        .into_iter()
        .map(|(written, meant)| (strsim::jaro(given, written), meant))
        .filter(|(nearness, _)| *nearness > NEAR)
        // The first of equals; `max_by` would take the last.
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    Suggestion(nearest.map(|(_, meant)| meant.to_owned()))
}
