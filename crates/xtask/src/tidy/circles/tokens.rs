//! Paths in tokens that need not be Rust: a macro's arguments, a macro's rules, or an attribute.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::ext::IdentExt;

use super::tree::{How, Named};

/// Passes each path in the tokens to `found`. A single word counts if it starts with a capital
/// letter or is called.
pub(super) fn paths(tokens: TokenStream, found: &mut impl FnMut(Named)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => paths(group.stream(), found),
            TokenTree::Ident(ident) if may_start(&tokens[..at], &ident.to_string()) => {
                let mut path = vec![ident.unraw().to_string()];
                while let Some(TokenTree::Ident(next)) = tokens.get(at + 3)
                    && is_punct(&tokens, at + 1, ':')
                    && is_punct(&tokens, at + 2, ':')
                {
                    path.push(next.unraw().to_string());
                    at += 3;
                }
                let is_call = matches!(tokens.get(at + 1), Some(TokenTree::Group(group))
                    if group.delimiter() == Delimiter::Parenthesis);
                let is_macro = is_punct(&tokens, at + 1, '!') && !is_punct(&tokens, at + 2, '=');
                let how = if is_macro && path.len() == 1 {
                    How::Macro
                } else {
                    How::Path
                };
                let counts = path.len() > 1
                    || is_call
                    || is_macro
                    || path[0].starts_with(char::is_uppercase);
                if counts {
                    let line = ident.span().start().line;
                    found(Named { path, line, how });
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether a path may start with this word after these tokens, because it is not a field, a method,
/// a lifetime, a macro's variable, or the word of `<T>::word`.
fn may_start(before: &[TokenTree], word: &str) -> bool {
    let last = |n: usize| match before.len().checked_sub(n).map(|at| &before[at]) {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    };
    match last(1) {
        Some('.') => last(2) == Some('.'),
        Some('\'') => false,
        Some('$') => word == "crate",
        Some(':') => last(2) != Some(':'),
        _ => true,
    }
}

fn is_punct(tokens: &[TokenTree], at: usize, c: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}
