//! Extraction of numbers from a program's output.

/// Returns the number directly before `word`.
pub(super) fn number_before(text: &str, word: &str) -> Option<u64> {
    let end = if word.is_empty() {
        text.len()
    } else {
        text.find(word)?
    };
    let before = &text[..end];
    let start = before
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |i| i + 1);
    before[start..].parse().ok()
}

/// Removes the terminal's colour codes, `ESC [ … m`.
pub(super) fn without_colours(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain += part.split_once('m').map_or(part, |(_, rest)| rest);
    }
    plain
}
