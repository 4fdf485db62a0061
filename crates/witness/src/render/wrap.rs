//! Lines of styled spans, and how they are wrapped.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::clean;

/// The role of a span of text, which decides its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nothing special.
    Plain,
    /// A heading, or the most important part.
    Strong,
    /// Less important.
    Dim,
    /// What went wrong.
    Bad,
    /// What helps.
    Good,
    /// A step that is not an access.
    Quiet,
}

/// A span of sanitised text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub role: Role,
}

/// A line of spans.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Span>);

impl Line {
    /// A line of one span.
    pub fn of(role: Role, text: &str) -> Self {
        Line::default().and(role, text)
    }

    /// The line with a span added at its end.
    pub fn and(mut self, role: Role, text: &str) -> Self {
        let text = clean::line(text);
        if text.is_empty() {
            return self;
        }
        match self.0.last_mut() {
            Some(last) if last.role == role => last.text.push_str(&text),
            _ => self.0.push(Span { text, role }),
        }
        self
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.0.iter().map(|span| span.text.width()).sum()
    }

    /// Its text without roles.
    pub fn text(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }

    /// The line wrapped to at most `width` columns; all lines but the first are indented.
    pub fn wrapped(&self, width: usize, indent: usize) -> Vec<Line> {
        let width = width.max(indent + 4);
        let mut lines = Vec::new();
        let mut line = Line::default();
        let mut used = 0;
        // A line with nothing but its indentation.
        let mut empty = true;
        // Spaces to write if another word follows on the same line.
        let mut owed = 0;
        for (spaces, word, role) in self.0.iter().flat_map(tokens) {
            owed += spaces;
            if empty && !lines.is_empty() {
                owed = 0;
            }
            if word.is_empty() {
                continue;
            }
            if !empty && used + owed + word.width() > width {
                lines.push(std::mem::replace(&mut line, indentation(indent)));
                (used, owed) = (indent, 0);
            }
            line = line.and(role, &" ".repeat(owed));
            used += std::mem::take(&mut owed);
            let mut rest = word;
            while used + rest.width() > width {
                let (head, tail) = rest.split_at(fitting(rest, width.saturating_sub(used)));
                line = line.and(role, head);
                lines.push(std::mem::replace(&mut line, indentation(indent)));
                (used, rest) = (indent, tail);
            }
            line = line.and(role, rest);
            used += rest.width();
            empty = false;
        }
        if !empty || lines.is_empty() {
            lines.push(line);
        }
        lines
    }
}

fn indentation(indent: usize) -> Line {
    if indent == 0 {
        return Line::default();
    }
    Line::of(Role::Plain, &" ".repeat(indent))
}

/// Words with the number of spaces before them; the last one may be empty. A path may also be
/// broken after a `/` or a `::`.
fn tokens(span: &Span) -> impl Iterator<Item = (usize, &str, Role)> {
    let mut rest = span.text.as_str();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let word = rest.trim_start_matches(' ');
        let spaces = rest.len() - word.len();
        let end = word.char_indices().find_map(|(i, c)| match c {
            ' ' => Some(i),
            '/' => Some(i + 1),
            ':' if word[i..].starts_with("::") => Some(i + 2),
            _ => None,
        });
        let (word, tail) = word.split_at(end.unwrap_or(word.len()));
        rest = tail;
        Some((spaces, word, span.role))
    })
}

/// How many bytes of the text fit; at least one character.
fn fitting(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (i, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width && i > 0 {
            return i;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Line, Role};

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        let lines = Line::of(Role::Plain, text).wrapped(width, 2);
        lines.iter().map(Line::text).collect()
    }

    #[test]
    fn broken_between_words() {
        assert_eq!(wrapped("a bc def", 8), ["a bc def"]);
        assert_eq!(wrapped("a bc  def", 8), ["a bc", "  def"]);
        assert_eq!(wrapped("", 8), [""]);
        assert_eq!(wrapped("  a", 8), ["  a"]);
    }

    #[test]
    fn broken_in_long_words() {
        assert_eq!(
            wrapped("src/render/a.rs:1", 12),
            ["src/render/", "  a.rs:1"]
        );
        assert_eq!(wrapped("ab::cd::ef", 8), ["ab::cd::", "  ef"]);
        assert_eq!(wrapped("abcdefgh", 6), ["abcdef", "  gh"]);
        assert_eq!(wrapped("漢字漢字", 6), ["漢字漢", "  字"]);
        assert_eq!(wrapped("x abcdefghi", 6), ["x", "  abcd", "  efgh", "  i"]);
    }

    #[test]
    fn roles_survive() {
        let line = Line::of(Role::Strong, "load x = 0").and(Role::Bad, "  (stale)");
        assert_eq!(line.wrapped(30, 0), std::slice::from_ref(&line));
        let lines = line.wrapped(11, 0);
        assert_eq!(lines[0], Line::of(Role::Strong, "load x = 0"));
        assert_eq!(lines[1], Line::of(Role::Bad, "(stale)"));
    }
}
