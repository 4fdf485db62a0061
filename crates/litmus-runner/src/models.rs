//! The verdicts of the models on a test, without a guest.

use axioms::Model;
use diy::Test;
use weakmem::Rules;

/// Whether the outcome that a test asks about is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Possible {
    /// By the axioms of the architecture.
    pub allowed: bool,
    /// By the model that overtake runs.
    pub reached: bool,
}

/// Explores a test exhaustively, by the axioms and by overtake's model.
///
/// # Errors
///
/// The test is too large, or of a form that the axioms do not know.
pub fn possible(test: &Test) -> Result<Possible, axioms::Error> {
    let wanted = test.wanted();
    // The plugin makes no store early yet.
    let rules = Rules {
        load_buffering: false,
        ..Rules::of(test.arch)
    };
    Ok(Possible {
        allowed: axioms::outcomes(test)?.of(Model::Allowed).contains(&wanted),
        reached: conformance::outcomes(test, rules).contains(&wanted),
    })
}

#[cfg(test)]
mod tests {
    use arch::Arch;
    use diy::from_name;

    use super::{Possible, possible};

    #[test]
    fn message_passing_is_weak_on_arm_and_strong_on_x86() {
        for (arch, expected) in [(Arch::AArch64, true), (Arch::X86_64, false)] {
            let test = from_name("MP", arch).unwrap();
            let both = Possible {
                allowed: expected,
                reached: expected,
            };
            assert_eq!(possible(&test).unwrap(), both, "{arch}");
        }
    }
}
