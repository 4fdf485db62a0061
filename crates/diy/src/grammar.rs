//! Parsers that the text of a relation and the name of a test share.

use winnow::combinator::opt;
use winnow::error::EmptyError;
use winnow::prelude::*;
use winnow::stream::Stream;

use crate::Annotation;

/// The result of a parser. It carries no reason: the callers know what was expected.
pub(crate) type Parsed<T> = winnow::Result<T, EmptyError>;

/// Parses the longest of these words that the text starts with; returns its meaning.
pub(crate) fn longest<'i, W: AsRef<str>, T: Copy>(
    words: &[(W, T)],
) -> impl Parser<&'i str, T, EmptyError> {
    move |input: &mut &'i str| {
        let fitting = words
            .iter()
            .filter(|(word, _)| input.starts_with(word.as_ref()));
        let found = fitting.max_by_key(|(word, _)| word.as_ref().len());
        let (word, meaning) = found.ok_or(EmptyError)?;
        input.next_slice(word.as_ref().len());
        Ok(*meaning)
    }
}

/// Parses two annotations, written with these letters, or none.
pub(crate) fn annotations<'i, W: AsRef<str>>(
    letters: &[(W, Annotation)],
) -> impl Parser<&'i str, Option<(Annotation, Annotation)>, EmptyError> {
    opt((longest(letters), longest(letters)))
}
