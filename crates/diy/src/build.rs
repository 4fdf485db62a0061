//! From a cycle to the steps of its processors and the outcome that it asks for.
//!
//! The writes to a location get the values 1, 2, … in the order of the cycle, which is the coherence
//! order that it asks for. A read is expected to return the value of the write that it reads from,
//! or the value just before the write that follows it by `Fre`.

use crate::cycle::Node;
use crate::{
    Access, Acquire, Annotation, Communication, Cycle, Dependency, Direction, Error, Fence, Kind,
    Observable, Operation, Processor, Release, Step, Test, Value,
};

impl Cycle {
    /// The test that asks whether this cycle can be observed.
    ///
    /// # Errors
    ///
    /// If a processor needs more registers than there are.
    pub fn test_named(&self, name: &str) -> Result<Test, Error> {
        let nodes = self.nodes();
        let values = values(self, &nodes);
        let (steps, places) = steps(self, &nodes, &values);
        Test::new(self.arch(), name, &self.to_string(), steps, |processors| {
            condition(&nodes, &values, &places, processors)
        })
    }
}

/// For each access, the value that it writes or is expected to read; for an `xchg`, the value that
/// it writes.
fn values(cycle: &Cycle, nodes: &[Node]) -> Vec<u64> {
    let relations = cycle.relations();
    let count = nodes.len();
    let before = |index: usize| (index + count - 1) % count;
    let is = |index: usize, wanted: Communication| matches!(relations[index].kind, Kind::External(one) | Kind::Internal(one) if one == wanted);
    let mut values = vec![0; count];
    for run in runs(cycle, nodes) {
        let mut current = 0;
        for &index in &run {
            match nodes[index].direction {
                Direction::Write => current += 1,
                Direction::Read => {}
            }
            values[index] = current;
        }
    }
    let writes = values.clone();
    for (index, node) in nodes.iter().enumerate() {
        if node.direction == Direction::Read {
            if is(before(index), Communication::ReadsFrom) {
                values[index] = writes[before(index)];
            } else if is(index, Communication::FromRead) {
                values[index] = writes[(index + 1) % count] - 1;
            }
        }
    }
    values
}

/// The accesses of each location, in the order of the cycle, from where the cycle reaches it.
fn runs(cycle: &Cycle, nodes: &[Node]) -> Vec<Vec<usize>> {
    let relations = cycle.relations();
    let count = nodes.len();
    let first = relations
        .iter()
        .position(|one| !one.same_location)
        .map_or_else(
            || {
                // One location only: the coherence order that the end of the cycle asks for.
                let tail = relations.iter().rev();
                let same =
                    tail.take_while(|one| one.kind == Kind::External(Communication::Coherence));
                count - same.count() % count
            },
            |change| change + 1,
        );
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for offset in 0..count {
        let index = (first + offset) % count;
        let arrives = !relations[(index + count - 1) % count].same_location;
        match runs.last_mut() {
            Some(run) if !arrives => run.push(index),
            _ => runs.push(vec![index]),
        }
    }
    runs
}

/// The steps of each processor, and for each access its processor and step.
fn steps(cycle: &Cycle, nodes: &[Node], values: &[u64]) -> (Vec<Vec<Step>>, Vec<(usize, usize)>) {
    let processors = nodes.last().map_or(0, |node| node.processor + 1);
    let mut steps: Vec<Vec<Step>> = vec![Vec::new(); processors];
    let mut places = Vec::new();
    // The dependencies of the next access, from the relation before it.
    let (mut address, mut data) = (None, None);
    for (index, node) in nodes.iter().enumerate() {
        let steps = &mut steps[node.processor];
        let mut access = access(*node, values[index]);
        access.address = address.take();
        access.data = data.take();
        steps.push(Step::Access(access));
        let source = steps.len() - 1;
        places.push((node.processor, source));
        match cycle.relations()[index].kind {
            Kind::External(_) | Kind::Internal(_) | Kind::ProgramOrder => {}
            Kind::Fence(fence) => steps.push(Step::Fence(fence)),
            Kind::Dependency(Dependency::Address) => address = Some(source),
            Kind::Dependency(Dependency::Data) => data = Some(source),
            Kind::Dependency(Dependency::Control) => steps.push(Step::Branch { source }),
            Kind::Dependency(Dependency::ControlSync) => {
                steps.push(Step::Branch { source });
                steps.extend(Fence::context_synchronising(cycle.arch()).map(Step::Fence));
            }
        }
    }
    (steps, places)
}

fn access(node: Node, value: u64) -> Access {
    let access = match (node.direction, node.annotation) {
        (Direction::Read, _) => Access::read(node.location),
        (Direction::Write, Annotation::Atomic) => {
            Access::new(Operation::Exchange, node.location, Value::Constant(value))
        }
        (Direction::Write, _) => Access::write(node.location, value),
    };
    // RISC-V's annotations on plain accesses are RCpc: only atomics can be RCsc.
    let (acquire, release) = match (node.annotation, node.pc) {
        (Annotation::Plain | Annotation::Atomic, _) => (Acquire::No, Release::No),
        (Annotation::Acquire, true) | (Annotation::AcquirePc, _) => (Acquire::Pc, Release::No),
        (Annotation::Acquire, false) => (Acquire::Sc, Release::No),
        (Annotation::Release, true) => (Acquire::No, Release::Pc),
        (Annotation::Release, false) => (Acquire::No, Release::Sc),
    };
    access.ordered(acquire, release)
}

/// The final values of locations with two writes or an exchange, then what each processor read.
fn condition(
    nodes: &[Node],
    values: &[u64],
    places: &[(usize, usize)],
    processors: &[Processor],
) -> Vec<(Observable, u64)> {
    let mut condition = Vec::new();
    let locations = nodes.iter().map(|node| node.location + 1).max();
    let count = nodes.len();
    // A location's last access in the order of the cycle comes just before a change of location;
    // for the first location that is at the end of its part at the start of the cycle.
    let wrap = nodes
        .iter()
        .position(|node| node.location != 0)
        .unwrap_or(0);
    for location in 0..locations.unwrap_or(0) {
        let order = (0..count).map(|offset| (wrap + offset) % count);
        let writes: Vec<usize> = order
            .filter(|&index| {
                nodes[index].location == location && nodes[index].direction == Direction::Write
            })
            .collect();
        let exchanged = writes
            .iter()
            .any(|&index| nodes[index].annotation == Annotation::Atomic);
        if let Some(&last) = writes.last()
            && (writes.len() > 1 || exchanged)
        {
            condition.push((Observable::Location(location), values[last]));
        }
    }
    for (index, &(processor, step)) in places.iter().enumerate() {
        let Step::Access(access) = processors[processor].steps[step] else {
            continue;
        };
        if let Some(register) = access.result {
            let observable = Observable::Register {
                processor,
                register,
            };
            let written_too = u64::from(access.operation.writes());
            condition.push((observable, values[index] - written_too));
        }
    }
    condition
}
