//! The litmus test that corresponds to a variant's machine code: message passing with the orderings of both
//! sides.

use std::fmt::Write as _;

use arch::Arch;
use diy::{Fence, Test, cycle_from_name};

use crate::machine_code::Instruction;
use crate::order::{Order, Place};

/// The two functions of a variant on a target, and what orders them, if that was found.
pub struct Code {
    /// For this target.
    pub target: Arch,
    /// That publishes an event.
    pub publishing: Vec<Instruction>,
    /// What orders its stores.
    pub writer: Option<Order>,
    /// That reads an event.
    pub reading: Vec<Instruction>,
    /// What orders its loads.
    pub reader: Option<Order>,
}

/// The test that corresponds to a variant's machine code: message passing with the orderings of the writer and
/// the reader.
///
/// # Errors
///
/// A message that says what was not found in the machine code, or has no name in litmus tests.
pub fn test(code: &Code) -> Result<Test, String> {
    let arch = code.target;
    let unknown = |side: &str| format!("the {side}'s accesses were not found in its machine code");
    let writer = code.writer.as_ref().ok_or_else(|| unknown("writer"))?;
    let reader = code.reader.as_ref().ok_or_else(|| unknown("reader"))?;
    let name = format!(
        "MP+{}+{}",
        part(arch, &code.publishing, writer)?,
        part(arch, &code.reading, reader)?
    );
    let cycle = cycle_from_name(&name, arch).map_err(|error| error.to_string())?;
    cycle.test().map_err(|error| error.to_string())
}

/// What a name of a litmus test calls what stands between two accesses.
fn part(arch: Arch, code: &[Instruction], order: &Order) -> Result<String, String> {
    let between: Vec<_> = order.between().map(|index| &code[index]).collect();
    match between.as_slice() {
        // A branch does not order loads; the axioms know that.
        [] if order.branch && arch != Arch::X86_64 => Ok("ctrl".to_owned()),
        [] => Ok("po".to_owned()),
        [one] => known(arch, one, order.branch)
            .ok_or_else(|| format!("`{}` has no name in litmus tests", one.name())),
        several => {
            let mut text = "more than one instruction orders the accesses:".to_owned();
            for one in several {
                let _ = write!(text, " `{}`", one.name());
            }
            Err(text)
        }
    }
}

/// What it calls an instruction.
fn known(arch: Arch, instruction: &Instruction, branch: bool) -> Option<String> {
    match instruction.mnemonic.as_str() {
        "stlr" => return Some("popl".to_owned()),
        "ldar" => return Some("poap".to_owned()),
        "ldapr" => return Some("poqp".to_owned()),
        "isync" if branch => return Some("ctrlisync".to_owned()),
        "isync" => return None,
        _ => {}
    }
    let plain = |text: &str| text.to_lowercase().replace(' ', "");
    let name = plain(&instruction.name());
    let mut fences = Fence::all(arch).iter();
    let fence = fences.find(|fence| plain(fence.instruction) == name)?;
    Some(fence.token.to_owned())
}

/// What orders a function's two accesses, in a few words.
pub fn ordered(code: &[Instruction], order: Option<&Order>, accesses: &str) -> String {
    let Some(order) = order else {
        return "accesses not found".to_owned();
    };
    let mut between: Vec<_> = order.between().map(|index| code[index].name()).collect();
    between.dedup();
    let elsewhere = order.ordering.iter().find(|(index, place)| {
        *place == Place::After && *index > order.tail.max(order.event) && order.tail > order.event
    });
    match (between.as_slice(), elsewhere) {
        ([], Some((late, _))) => format!("{} after {accesses}: too late", code[*late].name()),
        ([], None) if order.branch => format!("only a branch between {accesses}"),
        ([], None) => format!("nothing between {accesses}"),
        (names, _) => format!("{} orders {accesses}", names.join(", ")),
    }
}
