//! Writes a function for each processor, for the GNU assembler.
//!
//! The function's argument is the address of a block (see [`crate::plan`]). The function saves the
//! preserved registers there, loads the test's initial registers, zeroes the other registers that
//! the test uses, runs the test's instructions, and stores the observed registers in the block. The
//! address stays in a register that the test does not use. The function does not use the stack,
//! because on some architectures a test may use the stack pointer as an ordinary register.

use crate::Arch;
use crate::abi::{self, Frame, Register};
use crate::error::Error;
use crate::instruction::{Piece, Statement};
use crate::plan::{Block, STRIDE};
use crate::test::Test;
use crate::value::Value;

/// Text for the assembler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembly {
    /// The text.
    pub text: String,
    /// For each line of the text, the line of the test that it comes from.
    pub lines: Vec<Option<usize>>,
}

/// The symbol of a processor's function.
pub fn entry(processor: usize) -> String {
    format!("litmus_entry_{processor}")
}

/// Registers that hold addresses while a processor's function runs.
struct Addresses {
    /// Of the block.
    block: Register,
    /// Of the first location, where instructions name locations.
    locations: Option<Register>,
}

impl Test {
    /// The test in the language of the GNU assembler.
    ///
    /// # Errors
    ///
    /// A processor leaves no register free.
    pub fn assembly(&self) -> Result<Assembly, Error> {
        let mut out = Assembly {
            text: String::new(),
            lines: Vec::new(),
        };
        let frame = &abi::of(self.arch).frame;
        out.line(".text", None);
        if !frame.begin.is_empty() {
            out.line(frame.begin, None);
        }
        for processor in 0..self.processors.len() {
            self.function(processor, frame, &mut out)?;
        }
        Ok(out)
    }

    fn function(&self, processor: usize, frame: &Frame, out: &mut Assembly) -> Result<(), Error> {
        let abi = abi::of(self.arch);
        let name = |register: Register| {
            let name = register.name(self.arch).to_ascii_lowercase();
            format!("{}{name}", frame.prefix)
        };
        let addresses = self.addresses(processor)?;
        let block = self.block(processor)?;
        let offset = |word: usize| 8 * word;
        let results_at = block.inputs.len();
        let own_at = results_at + block.results.len();
        let entry = entry(processor);
        let (argument, base) = (name(abi.argument), name(addresses.block));

        out.line(".balign 16", None);
        out.line(&format!(".globl {entry}"), None);
        out.line(&format!("{entry}:"), None);
        for (index, register) in block.own.iter().enumerate() {
            let at = offset(own_at + index);
            out.line(&(frame.store)(&name(*register), &argument, at), None);
        }
        if addresses.block != abi.argument {
            out.line(&(frame.copy)(&base, &argument), None);
        }
        for (index, (register, _)) in block.inputs.iter().enumerate() {
            let register = register.or(addresses.locations).unwrap_or(addresses.block);
            let at = offset(index);
            out.line(&(frame.load)(&name(register), &base, at), None);
        }
        for register in self.used(processor) {
            if !block.inputs.iter().any(|(to, _)| *to == Some(register))
                && !is_zero(self.arch, register)
            {
                out.line(&(frame.zero)(&name(register)), None);
            }
        }
        for statement in &self.processors[processor].body {
            for label in &statement.labels {
                out.line(
                    &format!("{}:", local(processor, label)),
                    Some(statement.line),
                );
            }
            if !statement.pieces.is_empty() {
                let locations = addresses.locations.map(name).unwrap_or_default();
                let text = self.rendered(processor, statement, &locations);
                out.line(&text, Some(statement.line));
            }
        }
        for (index, register) in block.results.iter().enumerate() {
            let at = offset(results_at + index);
            out.line(&(frame.store)(&name(*register), &base, at), None);
        }
        // Restore the register that holds the block's address last.
        let last = |(_, register): &(usize, &Register)| **register == addresses.block;
        let mut own: Vec<_> = block.own.iter().enumerate().collect();
        own.sort_by_key(last);
        for (index, register) in own {
            let at = offset(own_at + index);
            out.line(&(frame.load)(&name(*register), &base, at), None);
        }
        out.line(frame.end, None);
        Ok(())
    }

    fn rendered(&self, processor: usize, statement: &Statement, locations: &str) -> String {
        statement
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Label(label) => local(processor, label),
                Piece::Location(name, offset) => {
                    let index = self.location(name).unwrap_or_default();
                    format!("{}({locations})", (index * STRIDE) as i128 + offset)
                }
            })
            .collect()
    }

    /// The registers that a processor uses or that are observed, sorted.
    fn used(&self, processor: usize) -> Vec<Register> {
        let one = &self.processors[processor];
        let mut used: Vec<_> = one
            .body
            .iter()
            .flat_map(|statement| statement.registers.iter().copied())
            .chain(one.registers.iter().map(|initial| initial.register))
            .chain(self.results(processor))
            .collect();
        used.sort();
        used.dedup();
        used
    }

    fn names_locations(&self, processor: usize) -> bool {
        let body = &self.processors[processor].body;
        body.iter()
            .any(|statement| statement.locations().next().is_some())
    }

    fn addresses(&self, processor: usize) -> Result<Addresses, Error> {
        let used = self.used(processor);
        let mut free = abi::of(self.arch)
            .free
            .iter()
            .map(|number| Register(*number))
            .filter(|register| !used.contains(register));
        let full = || {
            let line = self.processors[processor].body.first();
            Error::new(
                line.map_or(1, |statement| statement.line),
                format!("P{processor} uses all registers: leave one or two for overtake"),
            )
        };
        let block = free.next().ok_or_else(full)?;
        let locations = if self.names_locations(processor) {
            Some(free.next().ok_or_else(full)?)
        } else {
            None
        };
        Ok(Addresses { block, locations })
    }

    /// The layout of a processor's block.
    pub(crate) fn block(&self, processor: usize) -> Result<Block, Error> {
        let one = &self.processors[processor];
        let addresses = self.addresses(processor)?;
        let used = self.used(processor);
        let mut inputs: Vec<_> = used
            .iter()
            .filter_map(|register| {
                let value = one.initial(*register)?;
                let zero = *value == Value::Number(0) || is_zero(self.arch, *register);
                (!zero).then(|| (Some(*register), value.clone()))
            })
            .collect();
        if addresses.locations.is_some()
            && let Some(first) = self.locations.first()
        {
            inputs.push((None, Value::Address(first.name.clone())));
        }
        let taken = used
            .into_iter()
            .chain([addresses.block])
            .chain(addresses.locations);
        let preserved = abi::of(self.arch).preserved;
        Ok(Block {
            inputs,
            results: self.results(processor).collect(),
            own: taken
                .filter(|register| preserved.contains(&register.0))
                .collect(),
        })
    }
}

/// Whether the register is always zero.
fn is_zero(arch: Arch, register: Register) -> bool {
    arch == Arch::Riscv64 && register == Register(0)
}

/// A processor's label in the assembly.
fn local(processor: usize, label: &str) -> String {
    format!(".L{processor}_{label}")
}

impl Assembly {
    fn line(&mut self, text: &str, from: Option<usize>) {
        self.text.push_str(text);
        self.text.push('\n');
        self.lines.push(from);
    }
}
