//! A litmus test: its program, and the final values that it asks for.

use std::fmt;

use crate::text::write_program;
use crate::{Arch, Error, Processor, Register, Step, location_name};

/// A place whose final value is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Observable {
    /// A memory location.
    Location(usize),
    /// A register of a processor.
    Register {
        /// The processor.
        processor: usize,
        /// The register.
        register: Register,
    },
}

/// A litmus test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The architecture.
    pub arch: Arch,
    /// Its name.
    pub name: String,
    /// The cycle that it was made from, or another description.
    pub cycle: String,
    /// The processors.
    pub processors: Vec<Processor>,
    /// How many memory locations there are. All are initially 0.
    pub locations: usize,
    /// The outcome that the test asks for, in the order in which it is written.
    pub condition: Vec<(Observable, u64)>,
}

impl Test {
    /// A test of these steps. Results without a register get one; then `condition` states the outcome
    /// for the processors with all registers chosen.
    ///
    /// # Errors
    ///
    /// If a step depends on a wrong step, or the architecture has no instruction for it.
    pub fn new(
        arch: Arch,
        name: &str,
        cycle: &str,
        steps: Vec<Vec<Step>>,
        condition: impl FnOnce(&[Processor]) -> Vec<(Observable, u64)>,
    ) -> Result<Test, Error> {
        let locations = steps.iter().flatten().filter_map(|step| match step {
            Step::Access(access) => Some(access.location + 1),
            Step::Fence(_) | Step::Branch { .. } | Step::Copy { .. } => None,
        });
        let locations = locations.max().unwrap_or(0);
        let processors = write_program(arch, steps)?;
        let condition = condition(&processors);
        Ok(Test {
            arch,
            name: name.to_owned(),
            cycle: cycle.to_owned(),
            processors,
            locations,
            condition,
        })
    }

    /// The observables in the order of states.
    #[must_use]
    pub fn observables(&self) -> Vec<Observable> {
        let mut named: Vec<(String, Observable)> = self
            .condition
            .iter()
            .map(|(observable, _)| (self.observable_name(*observable), *observable))
            .collect();
        named.sort();
        named.dedup();
        named
            .into_iter()
            .map(|(_, observable)| observable)
            .collect()
    }

    /// The name of `observable` in states: `1:X3`, `x`.
    #[must_use]
    pub fn observable_name(&self, observable: Observable) -> String {
        match observable {
            Observable::Location(location) => location_name(location),
            Observable::Register {
                processor,
                register,
            } => format!("{processor}:{}", register.name(self.arch)),
        }
    }

    /// A final state, such as `1:X1=1; 1:X3=0; x=2`, from the final value of each observable.
    #[must_use]
    pub fn state(&self, value: impl Fn(Observable) -> u64) -> String {
        let values = self
            .observables()
            .into_iter()
            .map(|one| format!("{}={}", self.observable_name(one), value(one)));
        values.collect::<Vec<_>>().join("; ")
    }

    /// The state that the condition asks for.
    #[must_use]
    pub fn wanted(&self) -> String {
        self.state(|wanted| {
            let mut values = self.condition.iter();
            let found = values.find(|(observable, _)| *observable == wanted);
            found.map_or(0, |(_, value)| *value)
        })
    }

    /// How many memory accesses there are.
    #[must_use]
    pub fn accesses(&self) -> usize {
        let steps = self.processors.iter().flat_map(|one| &one.steps);
        steps.filter(|step| matches!(step, Step::Access(_))).count()
    }

    /// How many bytes of a location are accessed, from its start on.
    #[must_use]
    pub fn length(&self, location: usize) -> u8 {
        let steps = self.processors.iter().flat_map(|one| &one.steps);
        let ends = steps.filter_map(|step| match step {
            Step::Access(access) if access.location == location => {
                Some(access.offset + access.size)
            }
            _ => None,
        });
        ends.max().unwrap_or(0)
    }

    fn write_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<(usize, &[String])> = self
            .processors
            .iter()
            .map(|processor| {
                let widths = processor.code.iter().map(String::len);
                (widths.max().unwrap_or(0).max(2), processor.code.as_slice())
            })
            .collect();
        let rows = columns.iter().map(|(_, code)| code.len()).max();
        let header = (0..columns.len()).map(|index| format!("P{index}"));
        write_row(f, &columns, header)?;
        for row in 0..rows.unwrap_or(0) {
            let cells = columns
                .iter()
                .map(|(_, code)| code.get(row).cloned().unwrap_or_default());
            write_row(f, &columns, cells)?;
        }
        Ok(())
    }
}

fn write_row(
    f: &mut fmt::Formatter<'_>,
    columns: &[(usize, &[String])],
    cells: impl Iterator<Item = String>,
) -> fmt::Result {
    let cells = columns
        .iter()
        .zip(cells)
        .map(|((width, _), cell)| format!("{cell:width$}"));
    writeln!(f, " {} ;", cells.collect::<Vec<_>>().join(" | "))
}

/// The text of a `.litmus` file.
impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.arch.herd_name(), self.name)?;
        writeln!(f, "\"{}\"", self.cycle)?;
        writeln!(f, "{{")?;
        for (index, processor) in self.processors.iter().enumerate() {
            let entries = processor.addresses.iter().map(|(register, location)| {
                let register = register.name(self.arch);
                format!("{index}:{register}={};", location_name(*location))
            });
            let line = entries.collect::<Vec<_>>().join(" ");
            if !line.is_empty() {
                writeln!(f, "{line}")?;
            }
        }
        for location in 0..self.locations {
            let name = location_name(location);
            match self.length(location) {
                0..=4 => {}
                5..=8 => writeln!(f, "uint64_t {name};")?,
                _ => writeln!(f, "uint128_t {name};")?,
            }
        }
        writeln!(f, "}}")?;
        self.write_table(f)?;
        let wanted = self.condition.iter().map(|(observable, value)| {
            let name = self.observable_name(*observable);
            match observable {
                Observable::Location(_) => format!("[{name}]={value}"),
                Observable::Register { .. } => format!("{name}={value}"),
            }
        });
        writeln!(f, "exists ({})", wanted.collect::<Vec<_>>().join(" /\\ "))
    }
}
