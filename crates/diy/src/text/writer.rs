//! One processor while it is written: its free registers, addresses, labels and lines of code.

use crate::{Access, Arch, Error, Operation, Processor, Register, Step, Value};

/// One processor while it is written.
pub(crate) struct Writer<'a> {
    arch: Arch,
    processor: usize,
    step: usize,
    /// The next free label.
    labels: &'a mut usize,
    free: Vec<Register>,
    addresses: Vec<(Register, usize)>,
    code: Vec<String>,
    /// The result of each step so far.
    results: Vec<Option<Register>>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(arch: Arch, processor: usize, labels: &'a mut usize) -> Writer<'a> {
        let mut free: Vec<Register> = Register::all(arch).collect();
        free.reverse();
        Writer {
            arch,
            processor,
            step: 0,
            labels,
            free,
            addresses: Vec::new(),
            code: Vec::new(),
            results: Vec::new(),
        }
    }

    /// Reserves the registers that the steps name.
    pub(crate) fn reserve(&mut self, steps: &[Step]) {
        for step in steps {
            if let Step::Access(access) = step {
                let taken = [access.result, access.status];
                self.free
                    .retain(|register| !taken.contains(&Some(*register)));
            }
        }
    }

    /// Ends a step and records its result.
    pub(crate) fn end_step(&mut self, result: Option<Register>) {
        self.results.push(result);
        self.step += 1;
    }

    /// The processor, written.
    pub(crate) fn finish(self, steps: Vec<Step>) -> Processor {
        Processor {
            steps,
            addresses: self.addresses,
            code: self.code,
        }
    }

    /// A label that no other branch of the test uses.
    pub(crate) fn label(&mut self) -> String {
        let label = format!("LC{:02}", *self.labels);
        *self.labels += 1;
        label
    }

    /// Checks that the access lies within a location.
    pub(crate) fn check_place(&self, access: &Access) -> Result<(), Error> {
        let (size, offset) = (access.size, access.offset);
        if matches!(size, 1 | 2 | 4 | 8 | 16) && offset % size == 0 && offset <= 16 - size {
            return Ok(());
        }
        Err(self.wrong(&format!(
            "{size} bytes at offset {offset}: expected 1, 2, 4, 8 or 16, aligned, within 16 bytes"
        )))
    }

    pub(crate) fn line(&mut self, instruction: impl Into<String>) {
        self.code.push(instruction.into());
    }

    /// Allocates a register.
    pub(crate) fn fresh(&mut self) -> Result<Register, Error> {
        self.free.pop().ok_or(Error::Registers {
            processor: self.processor,
            arch: self.arch,
        })
    }

    /// Allocates an even register and the one after it.
    pub(crate) fn fresh_pair(&mut self) -> Result<[Register; 2], Error> {
        let free = |number: u8| self.free.contains(&Register(number));
        let even = self.free.iter().rev().map(|register| register.0);
        let mut even = even.filter(|number| number % 2 == 0 && free(number + 1));
        let first = even.next().ok_or(Error::Registers {
            processor: self.processor,
            arch: self.arch,
        })?;
        let pair = [first, first + 1].map(Register);
        self.free.retain(|register| !pair.contains(register));
        Ok(pair)
    }

    /// The register that holds the address of a location.
    pub(crate) fn base(&mut self, location: usize) -> Result<Register, Error> {
        let mut known = self.addresses.iter();
        if let Some((register, _)) = known.find(|(_, known)| *known == location) {
            return Ok(*register);
        }
        let register = self.fresh()?;
        self.addresses.push((register, location));
        Ok(register)
    }

    /// The register for the value that the access reads: the one that it names, or a new one.
    pub(crate) fn destination(&mut self, access: &mut Access) -> Result<Register, Error> {
        if access.discards {
            return Err(self.no_instruction(access));
        }
        let register = match access.result {
            Some(register) => register,
            None => self.fresh()?,
        };
        access.result = Some(register);
        Ok(register)
    }

    /// The register for the status of the access: the one that it names, or a new one.
    pub(crate) fn status(&mut self, access: &mut Access) -> Result<Register, Error> {
        let register = match access.status {
            Some(register) => register,
            None => self.fresh()?,
        };
        access.status = Some(register);
        Ok(register)
    }

    /// The register with the result of an earlier step.
    pub(crate) fn result(&self, source: usize) -> Result<Register, Error> {
        let result = self.results.get(source).copied().flatten();
        result.ok_or_else(|| {
            self.wrong(&format!(
                "it depends on step {source}: expected an earlier step that reads"
            ))
        })
    }

    /// An error about this step.
    pub(crate) fn wrong(&self, message: &str) -> Error {
        Error::Step {
            processor: self.processor,
            step: self.step,
            message: message.to_owned(),
        }
    }

    /// An error: there is no such instruction.
    pub(crate) fn no_instruction(&self, access: &Access) -> Error {
        self.wrong(&format!(
            "{} has no instruction for {:?} of {} bytes at offset {} with {:?}: expected an operation that it has",
            self.arch.herd_name(), access.operation, access.size, access.offset, access.order
        ))
    }

    /// The registers on which the value and the address depend.
    pub(crate) fn sources(
        &self,
        access: &Access,
    ) -> Result<(Option<Register>, Option<Register>), Error> {
        let data = access.data.map(|step| self.result(step)).transpose()?;
        let address = access.address.map(|step| self.result(step)).transpose()?;
        if data.is_none() && matches!(access.value, Value::Plus(_)) {
            return Err(self.wrong("it writes a sum: expected `data` to name the other summand"));
        }
        if data.is_some() && !access.operation.writes() {
            return Err(self.wrong("it only reads: expected no `data`"));
        }
        let compares = matches!(access.operation, Operation::CompareExchange(_));
        if access.expected.is_some() && !compares {
            return Err(self.wrong("it compares nothing: expected no `expected`"));
        }
        Ok((data, address))
    }

    /// Whether the access is of four bytes at the start of its location.
    pub(crate) const fn is_whole(access: &Access) -> bool {
        access.size == 4 && access.offset == 0
    }

    /// Whether the access is a plain read or write.
    pub(crate) const fn is_simple(access: &Access) -> bool {
        matches!(access.operation, Operation::Read | Operation::Write)
    }
}
