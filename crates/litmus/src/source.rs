//! The text of a test without its comments, and its words one by one.
//!
//! Written by hand rather than with winnow: an error here names the line, what was expected and the
//! word found instead, and the parsers add to the test as they go. With winnow that takes an error
//! type and a stateful stream of our own around the same functions.

use crate::error::{Error, Position};

/// A text in which comments are blanked out, so that offsets are those of the file.
#[derive(Debug)]
pub struct Source {
    text: String,
    /// The text with its comments, for columns.
    original: String,
}

impl Source {
    /// Blanks out comments: `(* … *)`, which may be nested, and `// …` after white space.
    pub fn new(text: &str) -> Result<Self, Error> {
        let mut plain = String::with_capacity(text.len());
        let mut opened = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if rest.starts_with("(*") {
                opened.push(position_of(text, text.len() - rest.len()));
                plain.push_str("  ");
                rest = &rest[2..];
            } else if opened.is_empty() && rest.starts_with("//") && plain.ends_with(is_between) {
                let length = rest.find('\n').unwrap_or(rest.len());
                plain.extend(std::iter::repeat_n(' ', length));
                rest = &rest[length..];
            } else if !opened.is_empty() && rest.starts_with("*)") {
                opened.pop();
                plain.push_str("  ");
                rest = &rest[2..];
            } else {
                if opened.is_empty() || c == '\n' {
                    plain.push(c);
                } else {
                    // The same number of bytes.
                    plain.extend(std::iter::repeat_n(' ', c.len_utf8()));
                }
                rest = &rest[c.len_utf8()..];
            }
        }
        match opened.first() {
            Some(position) => Err(Error::new(
                *position,
                "this comment has no end: close it with `*)`",
            )),
            None => Ok(Source {
                text: plain,
                original: text.to_owned(),
            }),
        }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of an offset.
    pub fn position(&self, offset: usize) -> Position {
        position_of(&self.original, offset)
    }
}

/// Whether a comment may follow.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '|' | '{')
}

fn position_of(text: &str, offset: usize) -> Position {
    let before = &text[..offset.min(text.len())];
    let line = before.rsplit('\n').next().unwrap_or_default();
    Position {
        line: line_of(text, offset),
        column: Some(1 + line.chars().count()),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

/// A word of an initial state or of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A name.
    Name(String),
    /// A number, without a sign.
    Number(i128),
    /// A punctuation mark or an operator.
    Sign(&'static str),
}

/// Punctuation marks and operators, the longer ones first.
const SIGNS: [&str; 23] = [
    "/\\", "\\/", "=>", "<>", "!=", "==", "&&", "||", ":", "=", ";", "[", "]", "(", ")", "{", "}",
    "*", "&", ",", "~", "!", "-",
];

/// A cursor over the words of a part of the source.
#[derive(Debug)]
pub struct Words<'a> {
    source: &'a Source,
    at: usize,
    end: usize,
}

impl<'a> Words<'a> {
    /// The words from one offset up to another.
    pub fn new(source: &'a Source, at: usize, end: usize) -> Self {
        Words { source, at, end }
    }

    fn rest(&self) -> &'a str {
        &self.source.text[self.at..self.end]
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// The place of the next word.
    pub fn position(&mut self) -> Position {
        self.skip_space();
        self.source.position(self.at)
    }

    /// The offset of the next word.
    pub fn place(&mut self) -> usize {
        self.skip_space();
        self.at
    }

    /// Goes back to an offset that [`Words::place`] returned.
    pub fn back_to(&mut self, place: usize) {
        self.at = place;
    }

    /// Whether nothing is left.
    pub fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.at == self.end
    }

    /// Takes the next word.
    pub fn next(&mut self) -> Result<Option<Token>, Error> {
        self.skip_space();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(None);
        };
        if first.is_ascii_alphabetic() || matches!(first, '_' | '%' | '.') {
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$');
            let length = rest[1..]
                .find(|c| !is_part(c))
                .map_or(rest.len(), |length| length + 1);
            self.at += length;
            let name = rest[..length].trim_start_matches('%');
            // `P0:r1` is `0:r1`.
            let processor = name.strip_prefix('P').and_then(number);
            let is_processor = rest[length..].trim_start().starts_with(':');
            return Ok(Some(match processor.filter(|_| is_processor) {
                Some(processor) => Token::Number(processor),
                None => Token::Name(name.to_owned()),
            }));
        }
        if first.is_ascii_digit() {
            let length = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            let written = &rest[..length];
            let number = number(written).ok_or_else(|| {
                Error::new(
                    self.position(),
                    format!("`{written}` is not a number of at most 64 bits"),
                )
            })?;
            self.at += length;
            return Ok(Some(Token::Number(number)));
        }
        match SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            Some(sign) => {
                self.at += sign.len();
                Ok(Some(Token::Sign(sign)))
            }
            None => Err(Error::new(
                self.position(),
                format!("unexpected character `{first}`"),
            )),
        }
    }

    /// The next word, without taking it.
    pub fn peek(&mut self) -> Result<Option<Token>, Error> {
        let place = self.place();
        let token = self.next();
        self.at = place;
        token
    }

    /// Takes the next word if it is this sign.
    pub fn takes(&mut self, sign: &str) -> Result<bool, Error> {
        let place = self.place();
        if matches!(self.next()?, Some(Token::Sign(found)) if found == sign) {
            return Ok(true);
        }
        self.at = place;
        Ok(false)
    }

    /// Whether this sign is next.
    pub fn is_next(&mut self, sign: &str) -> Result<bool, Error> {
        Ok(matches!(self.peek()?, Some(Token::Sign(found)) if found == sign))
    }

    /// Takes the next word if it is this name.
    pub fn takes_name(&mut self, name: &str) -> Result<bool, Error> {
        let found = matches!(self.peek()?, Some(Token::Name(found)) if found == name);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// Takes this sign, which must be next.
    pub fn expect(&mut self, sign: &str, after: &str) -> Result<(), Error> {
        if self.takes(sign)? {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{sign}` {after}")))
        }
    }

    /// The error that something else than the next word was expected.
    pub fn unexpected(&mut self, expected: &str) -> Error {
        let found = match self.rest().split_whitespace().next() {
            Some(word) => format!("`{word}`"),
            None => "nothing".to_owned(),
        };
        let found = found.trim_end_matches(';').to_owned();
        Error::new(
            self.position(),
            format!("expected {expected}, found {found}"),
        )
    }
}

/// A number as C writes it, of at most 64 bits.
pub fn number(written: &str) -> Option<i128> {
    let digits = written.replace('_', "");
    let lower = digits.to_ascii_lowercase();
    let lower = lower.trim_end_matches(['u', 'l']);
    let value = match lower.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => lower.parse(),
    };
    value.ok().map(i128::from)
}

#[cfg(test)]
mod tests {
    use super::{Source, Token, Words, number};

    #[test]
    fn comments_are_white_space() {
        let source = Source::new("a (* b\n (* c *) ü *) d\ne").unwrap();
        assert_eq!(source.text().len(), "a (* b\n (* c *) ü *) d\ne".len());
        let words: Vec<_> = source.text().split_whitespace().collect();
        assert_eq!(words, ["a", "d", "e"]);
        assert_eq!(
            source
                .position(source.text().find('d').unwrap())
                .to_string(),
            "2:15"
        );
        assert_eq!(
            Source::new("x\n(* y").unwrap_err().position.to_string(),
            "2:1"
        );
        let source = Source::new("a//b // c\n| // d").unwrap();
        let words: Vec<_> = source.text().split_whitespace().collect();
        assert_eq!(words, ["a//b", "|"]);
    }

    #[test]
    fn words() {
        let source = Source::new(r"0:X1=-0x10 /\ [x]").unwrap();
        let mut words = Words::new(&source, 0, source.text().len());
        let mut found = Vec::new();
        while let Some(token) = words.next().unwrap() {
            found.push(token);
        }
        assert_eq!(
            found,
            [
                Token::Number(0),
                Token::Sign(":"),
                Token::Name("X1".to_owned()),
                Token::Sign("="),
                Token::Sign("-"),
                Token::Number(16),
                Token::Sign("/\\"),
                Token::Sign("["),
                Token::Name("x".to_owned()),
                Token::Sign("]"),
            ]
        );
    }

    #[test]
    fn numbers() {
        assert_eq!(number("0x1F"), Some(31));
        assert_eq!(number("7ul"), Some(7));
        assert_eq!(number("0x10000000000000000"), None);
        assert_eq!(number("3x"), None);
    }
}
