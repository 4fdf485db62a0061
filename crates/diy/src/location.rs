//! Names of memory locations.

/// The name of a location: x, y, z, then a, b, and so on.
#[must_use]
pub fn location_name(location: usize) -> String {
    let letters = ('x'..='z').chain('a'..='w');
    match letters.clone().nth(location) {
        Some(letter) => letter.to_string(),
        None => format!("l{location}"),
    }
}
