//! The names of architectures, as litmus tests have them.

use arch::Arch;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Reads the name of an architecture.
pub fn arch() -> impl TypedValueParser<Value = Arch> {
    PossibleValuesParser::new(Arch::ALL.map(Arch::herd_name))
        .map(|name| Arch::from_herd_name(&name).expect("one of the names"))
}
