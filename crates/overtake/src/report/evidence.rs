//! The evidence that needs no run: source lines, machine code, verdicts.

use ::witness::render::{Evidence, MachineCode, Source, Table};
use aio_ring_buggy::Variant;
use arch::Arch;
use emulator::error::Error;
use emulator::home::Home;
use ring_race::litmus_test::{Code, ordered};
use ring_race::machine_code::{Instruction, shown};
use ring_race::order::{Order, publishing, reader, reading, writer};
use ring_race::request::Request;
use ring_race::scenario::GUEST;
use ring_race::source::{Source as Line, source};

use super::verdict::verdicts;

/// The evidence for each variant; the results of its runs are added later.
pub fn evidence(request: &Request, home: &Home) -> Result<Vec<Evidence>, Error> {
    let mut all = Vec::new();
    for &variant in &request.variants {
        let targets = request.targets.iter();
        let codes: Vec<_> = targets
            .map(|&target| code(home, target, variant))
            .collect::<Result<_, _>>()?;
        all.push(Evidence {
            variant: variant.name().to_owned(),
            summary: format!(
                "{}: {}.",
                if variant.is_sound() {
                    "Sound"
                } else {
                    "Not sound"
                },
                variant.summary()
            ),
            source: source(variant).into_iter().map(line).collect(),
            machine_code: codes.iter().flat_map(sides).collect(),
            verdict: verdicts(&codes),
            run: Table::default(),
        });
    }
    Ok(all)
}

fn code(home: &Home, target: Arch, variant: Variant) -> Result<Code, Error> {
    let guest = home.guest(target, &GUEST)?;
    let publishing = publishing(&guest, target, variant)?;
    let reading = reading(&guest, target, variant)?;
    Ok(Code {
        target,
        writer: writer(target, &publishing),
        publishing,
        reader: reader(target, &reading),
        reading,
    })
}

fn line(Line { at, code, why }: Line) -> Source {
    Source { at, code, why }
}

/// The writer's side and the reader's.
fn sides(code: &Code) -> [MachineCode; 2] {
    let side =
        |name: &str, code: &Code, instructions: &[Instruction], order: Option<&Order>, accesses| {
            MachineCode {
                target: format!(
                    "{}, {name}: {}",
                    code.target,
                    ordered(instructions, order, accesses)
                ),
                assembly: marked(instructions, order),
            }
        };
    [
        side(
            "writer",
            code,
            &code.publishing,
            code.writer.as_ref(),
            "event and tail",
        ),
        side(
            "reader",
            code,
            &code.reading,
            code.reader.as_ref(),
            "tail and event",
        ),
    ]
}

/// Assembly; what an instruction does to the event and the tail stands above it, where a phone has
/// room for it.
fn marked(code: &[Instruction], order: Option<&Order>) -> String {
    let mut text = String::new();
    for (index, one) in code.iter().enumerate() {
        let marks = order.map_or_else(Vec::new, |order| marks(order, index));
        if !marks.is_empty() {
            text += &format!("    // {}:\n", marks.join(", "));
        }
        text += &shown(std::slice::from_ref(one));
    }
    text
}

fn marks(order: &Order, index: usize) -> Vec<&'static str> {
    let mut marks = Vec::new();
    if index == order.event {
        marks.push("the event");
    }
    if index == order.tail {
        marks.push("the tail");
    }
    if order.ordering.iter().any(|(one, _)| *one == index) {
        marks.push("orders");
    }
    marks
}
