//! The names of the ring's variants, as users write them.

use aio_ring_buggy::Variant;
use emulator::suggestion::suggestion;

use crate::error::Error;

/// The variant called `name`.
pub fn parse(name: &str) -> Result<Variant, Error> {
    name.parse().map_err(|_| Error::UnknownVariant {
        given: name.to_owned(),
        allowed: Variant::ALL
            .iter()
            .map(|variant| variant.name())
            .collect::<Vec<_>>()
            .join(", "),
        hint: suggestion(name, Variant::ALL.iter().map(|v| (v.name(), v.name()))),
    })
}
