//! The part of Rust's lexical structure that separates code from comments and strings.

/// Replaces comments, strings and characters by spaces. Lines keep their numbers.
pub(super) fn blank(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous = ' ';
    while let Some(c) = rest.chars().next() {
        // In `br"…"`, the prefix starts a string only if it is not the end of an identifier.
        let length = if is_word(previous) {
            None
        } else {
            raw_string(rest)
        };
        let length = length.or_else(|| match c {
            '/' if rest.starts_with("//") => Some(rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => Some(block_comment(rest)),
            '"' => Some(quoted(rest, '"')),
            '\'' if is_character(rest) => Some(quoted(rest, '\'')),
            _ => None,
        });
        let (part, is_code) = match length {
            Some(length) => (&rest[..length], false),
            None => (&rest[..c.len_utf8()], true),
        };
        for c in part.chars() {
            code.push(if is_code || c == '\n' { c } else { ' ' });
        }
        previous = if is_code { c } else { ' ' };
        rest = &rest[part.len()..];
    }
    code
}

/// Returns the words of blanked code, with their lines and the character after each.
pub(super) fn words(code: &str) -> impl Iterator<Item = (usize, &str, Option<char>)> {
    code.lines().enumerate().flat_map(|(index, line)| {
        let mut rest = line;
        std::iter::from_fn(move || {
            rest = &rest[rest.find(is_word)?..];
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            Some((index + 1, word, after.chars().next()))
        })
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the length of the block comment at the start. Block comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Returns the length of the raw string at the start, `r"…"`, `r#"…"#`, `br"…"` or `cr"…"`; `None`
/// if there is none (`r#word` is a raw identifier).
fn raw_string(text: &str) -> Option<usize> {
    let after = text
        .strip_prefix(['b', 'c'])
        .unwrap_or(text)
        .strip_prefix('r')?;
    let body = after.trim_start_matches('#');
    let hashes = &after[..after.len() - body.len()];
    let body = body.strip_prefix('"')?;
    let end = format!("\"{hashes}");
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(text.len() - body.len() + length)
}

/// Returns the length of the string or character at the start, including its quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Whether the quote at the start begins a character, not a lifetime: `'a'`, `'\n'`, `'''`.
fn is_character(text: &str) -> bool {
    let mut after = text.chars().skip(1);
    match after.next() {
        Some('\\') => true,
        Some(_) => after.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_comments_and_strings() {
        // Runs of spaces are shown as one space; the number of characters stays the same.
        let cases = [
            ("a // unsafe\nb", "a \nb"),
            ("a /* x /* y */ z */ b", "a b"),
            ("/* open\nx", " \n "),
            (r#"f("un\"safe") + 1"#, "f( ) + 1"),
            ("f(r#\"a \" // b\"#) c", "f( ) c"),
            (r#"br"\" x"#, " x"),
            ("'\"' 'a' '\\'' x", " x"),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ("r#unsafe", "r#unsafe"),
            ("xr\"a\"", "xr "),
            ("\"open", " "),
            ("\"ä\" é", " é"),
        ];
        for (text, expected) in cases {
            let code = blank(text);
            assert_eq!(code.chars().count(), text.chars().count(), "{text}");
            let mut shown = code;
            while shown.contains("  ") {
                shown = shown.replace("  ", " ");
            }
            assert_eq!(shown, expected, "{text}");
        }
    }

    #[test]
    fn splits_words() {
        let words: Vec<_> = words("dbg!(x)\n\n#[unsafe(y)] unsafe_code").collect();
        assert_eq!(
            words,
            [
                (1, "dbg", Some('!')),
                (1, "x", Some(')')),
                (3, "unsafe", Some('(')),
                (3, "y", Some(')')),
                (3, "unsafe_code", None),
            ]
        );
    }
}
