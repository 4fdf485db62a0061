//! Sanitises text from outside: names of programs, source lines, output of guests.
//!
//! A terminal obeys control characters, and a document that contains one is not well-formed. Each
//! is replaced by its picture (`␛`), so that it stays visible. maud escapes tags.

/// The text with line breaks kept.
pub fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' => out.push('\n'),
            '\t' => out.push_str("    "),
            c => out.push(shown(c)),
        }
    }
    out
}

/// The text as a single line.
pub fn line(text: &str) -> String {
    block(text).replace('\n', "\u{240a}")
}

/// The character, or a visible one in its place.
fn shown(c: char) -> char {
    match c {
        // The pictures of U+0000 to U+001F lie at U+2400, in the same order.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        // C1 controls; characters that turn the direction of text; what is no character in XML.
        '\u{80}'..='\u{9f}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{fffe}'
        | '\u{ffff}' => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::{block, line};

    #[test]
    fn controls_become_pictures() {
        assert_eq!(line("a\x1b[31mb\0\x7f\u{9b}\u{202e}c"), "a␛[31mb␀␡��c");
        assert_eq!(line("a\r\nb\nc\td\re"), "a␊b␊c    d␍e");
        assert_eq!(block("a\r\nb\n"), "a\nb\n");
    }

    #[test]
    fn other_text_stays() {
        assert_eq!(line("<größer> & \"ü\" 👩🏽"), "<größer> & \"ü\" 👩🏽");
    }
}
