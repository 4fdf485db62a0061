//! What is between two accesses of a processor: nothing, a dependency, a fence.

use crate::{Arch, Dependency, Fence, Step, Through};

/// What is between an access and the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// Program order only.
    Po,
    /// A dependency.
    Depends(Dependency),
    /// A dependency through something that is no general register.
    Through(Dependency, Through),
    /// The value that a compare-and-swap expects depends on the first access.
    Expected,
    /// A fence.
    Fence(Fence),
}

impl Link {
    /// The fence with this name in names of tests.
    pub(super) fn fence(arch: Arch, token: &str) -> Option<Link> {
        let mut fences = Fence::all(arch).iter();
        fences
            .find(|fence| fence.token == token)
            .map(|fence| Link::Fence(*fence))
    }

    /// Its name in names of tests.
    pub(super) fn token(self, arch: Arch) -> String {
        match self {
            Link::Po => "po".to_owned(),
            Link::Expected => "expected".to_owned(),
            Link::Fence(fence) => fence.token.to_owned(),
            Link::Depends(dependency) => dependency.letters(arch).to_lowercase(),
            Link::Through(dependency, through) => {
                let through = match through {
                    Through::Select => "csel",
                    Through::ConditionalCompare => "ccmp",
                    Through::Flags if arch == Arch::Ppc64le => "cr",
                    Through::Flags => "nzcv",
                    Through::Carry => "carry",
                    Through::RoundingMode if arch == Arch::AArch64 => "fpcr",
                    Through::RoundingMode => "frm",
                    Through::Status => "fflags",
                };
                format!("{}.{through}", dependency.letters(arch).to_lowercase())
            }
        }
    }

    /// Whether it can stand between a first access with a result, or without, and a second one that
    /// writes, or does not.
    pub(super) fn fits(self, has_result: bool, writes: bool) -> bool {
        let dependency = match self {
            Link::Po | Link::Fence(_) => return true,
            Link::Expected => return has_result,
            Link::Depends(dependency) | Link::Through(dependency, _) => dependency,
        };
        has_result && (dependency != Dependency::Data || writes)
    }

    /// Adds it, and then the second access's steps, to those up to the first access, whose result is
    /// that of the step `source`.
    pub(super) fn join(
        self,
        arch: Arch,
        steps: &mut Vec<Step>,
        mut source: usize,
        second: Vec<Step>,
    ) {
        if let Link::Through(_, through) = self {
            steps.push(Step::Copy { source, through });
            source = steps.len() - 1;
        }
        let (mut address, mut data, mut expected) = (None, None, None);
        match self {
            Link::Po => {}
            Link::Expected => expected = Some(source),
            Link::Fence(fence) => steps.push(Step::Fence(fence)),
            Link::Depends(dependency) | Link::Through(dependency, _) => match dependency {
                Dependency::Address => address = Some(source),
                Dependency::Data => data = Some(source),
                Dependency::Control => steps.push(Step::Branch { source }),
                Dependency::ControlSync => {
                    steps.push(Step::Branch { source });
                    steps.extend(Fence::context_synchronising(arch).map(Step::Fence));
                }
            },
        }
        for step in second {
            steps.push(match step {
                Step::Access(mut access) => {
                    access.address = address;
                    access.data = data.filter(|_| access.operation.writes());
                    access.expected = expected;
                    Step::Access(access)
                }
                other => other,
            });
        }
    }
}
