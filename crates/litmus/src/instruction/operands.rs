//! Parses the operands of an instruction: text, labels, locations, registers.

use super::piece::{Piece, is_part, is_start};
use crate::Arch;
use crate::abi::{self, Register};
use crate::source::number;

/// Parses operands.
pub struct Operands<'a> {
    arch: Arch,
    known: &'a [&'a str],
    branch: bool,
    /// The instruction so far.
    pub pieces: Vec<Piece>,
    /// The registers that the operands name.
    pub registers: Vec<Register>,
}

impl<'a> Operands<'a> {
    /// Operands of an instruction of `arch` that starts with `mnemonic`; `known` are the labels of
    /// its processor.
    pub fn new(arch: Arch, known: &'a [&'a str], branch: bool, mnemonic: String) -> Self {
        Operands {
            arch,
            known,
            branch,
            pieces: vec![Piece::Text(mnemonic)],
            registers: Vec::new(),
        }
    }

    fn text(&mut self) -> &mut String {
        if !matches!(self.pieces.last(), Some(Piece::Text(_))) {
            self.pieces.push(Piece::Text(String::new()));
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => text,
            _ => unreachable!("it was just put there"),
        }
    }

    /// Parses the operands, or says why they cannot be run.
    pub fn read(&mut self, operands: &str) -> Result<(), String> {
        let mut rest = operands;
        let mut before = ' ';
        while let Some(c) = rest.chars().next() {
            let symbols = self.arch == Arch::X86_64 && !self.branch;
            if symbols
                && matches!(c, '(' | '[')
                && let Some((name, after)) = bracketed(rest)
            {
                let offset = self.take_offset()?;
                self.pieces.push(Piece::Location(name.to_owned(), offset));
                (rest, before) = (after, ')');
                continue;
            }
            if !is_start(c) || is_part(before) {
                self.text().push(c.to_ascii_lowercase());
                before = c;
                rest = &rest[c.len_utf8()..];
                continue;
            }
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(length);
            rest = after;
            if self.known.contains(&word) && before != '%' {
                self.pieces.push(Piece::Label(word.to_owned()));
            } else if self.arch == Arch::X86_64 && before != '%' {
                rest = self.symbol(word, before, after)?;
            } else {
                self.word(word)?;
            }
            before = 'a';
        }
        Ok(())
    }

    /// A word that is not a label: perhaps a register.
    fn word(&mut self, word: &str) -> Result<(), String> {
        let lower = word.to_ascii_lowercase();
        if lower.starts_with('.') {
            return Err(format!("`{word}` is not a label of this processor"));
        }
        if let Some(why) = (abi::of(self.arch).reserved)(&lower) {
            return Err(format!("{why} (`{word}`)"));
        }
        if let Some((register, _)) = Register::named(self.arch, &lower) {
            self.registers.push(register);
        }
        self.text().push_str(&lower);
        Ok(())
    }

    /// A word on x86 that is not a register: a location, as `x`, `x(%rip)` or `x+2(%rip)`. Returns the
    /// rest of the text.
    fn symbol<'t>(&mut self, word: &str, before: char, after: &'t str) -> Result<&'t str, String> {
        if before == '$' || word.starts_with('.') || self.branch {
            return Err(format!(
                "`{word}` is not a number, register or label; write `(x)` for the location x"
            ));
        }
        let (mut offset, mut rest) = (0, after);
        if let Some(digits) = after.strip_prefix(['+', '-']) {
            let length = digits.find(|c| !is_part(c)).unwrap_or(digits.len());
            let value = number(&digits[..length]).filter(|value| *value < 64);
            offset = value.ok_or_else(|| {
                format!("the offset after `{word}` must be a number less than 64")
            })?;
            if after.starts_with('-') {
                offset = -offset;
            }
            rest = &digits[length..];
        }
        let lower = rest.to_ascii_lowercase();
        if lower.starts_with("(%rip)") {
            rest = &rest["(%rip)".len()..];
        } else if rest.starts_with(['(', '[']) {
            return Err(format!(
                "load the address of `{word}` first: `leaq (x),%rax`, or `0:rax=x` initially"
            ));
        }
        self.pieces.push(Piece::Location(word.to_owned(), offset));
        Ok(rest)
    }

    /// Removes the number right before a bracket from the text, and returns it.
    fn take_offset(&mut self) -> Result<i128, String> {
        let text = self.text();
        let begin = text.rfind([',', ' ']).map_or(0, |place| place + 1);
        let written = text[begin..].to_owned();
        if written.is_empty() {
            return Ok(0);
        }
        text.truncate(begin);
        let (sign, digits) = match written.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, written.as_str()),
        };
        let value = number(digits).filter(|value| *value < 64);
        value
            .map(|value| sign * value)
            .ok_or_else(|| format!("`{written}` before a location must be a number less than 64"))
    }

    /// Whether the last operand is a label and nothing else.
    pub fn ends_in_label(&self) -> bool {
        let labels = self
            .pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Label(_)));
        match self.pieces.as_slice() {
            [.., Piece::Text(before), Piece::Label(_)] => {
                labels.count() == 1 && before.ends_with([',', ' '])
            }
            _ => false,
        }
    }
}

/// `(x)` or `[x]` at the beginning: the name, and the rest of the text.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let close = match text.chars().next()? {
        '(' => ')',
        _ => ']',
    };
    let inside = text[1..].trim_start();
    if !inside.starts_with(is_start) {
        return None;
    }
    let length = inside.find(|c| !is_part(c))?;
    let after = inside[length..].trim_start().strip_prefix(close)?;
    Some((&inside[..length], after))
}
