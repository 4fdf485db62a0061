//! The table of variants.

use core::error::Error;
use core::fmt;
use core::str::FromStr;

/// Writes the enum, the list of its values and what is known of each from one table.
macro_rules! variants {
    ($($variant:ident = $name:literal, sound: $sound:literal, $summary:literal;)+) => {
        /// A choice of orderings, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Variant {
            $(
                #[doc = concat!("`", $name, "`: ", $summary, ".")]
                $variant,
            )+
        }

        impl Variant {
            /// All variants, the sound ones first.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name on a command line and in a report.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Does it order all that must be ordered?
            #[must_use]
            pub const fn is_sound(self) -> bool {
                match self {
                    $(Self::$variant => $sound,)+
                }
            }

            /// What it is, in a few words.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$variant => $summary,)+
                }
            }
        }
    };
}

variants! {
    Release = "release", sound: true,
        "Release stores and Acquire loads";
    Wmb = "wmb", sound: true,
        "the patch of 2003: a write barrier before the tail store";
    RelaxedTail = "relaxed-tail", sound: false,
        "the tail store is Relaxed";
    BarrierOnly = "barrier-only", sound: false,
        "Linux 2.5.74: a compiler barrier before the tail store, the write barrier after it";
    RelaxedReader = "relaxed-reader", sound: false,
        "the tail load is Relaxed";
    RelaxedHead = "relaxed-head", sound: false,
        "the head store is Relaxed";
    BarrierOnlyReader = "barrier-only-reader", sound: false,
        "Linux 2.5.74: the consumer has compiler barriers alone";
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Variant {
    type Err = UnknownVariant;

    fn from_str(name: &str) -> Result<Self, UnknownVariant> {
        Self::ALL
            .iter()
            .copied()
            .find(|variant| variant.name() == name)
            .ok_or(UnknownVariant)
    }
}

/// No variant has this name. The message names those that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVariant;

impl fmt::Display for UnknownVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown variant: take one of ")?;
        for (i, variant) in Variant::ALL.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{variant}")?;
        }
        Ok(())
    }
}

impl Error for UnknownVariant {}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::string::ToString;

    #[test]
    fn names_lead_back() {
        for &variant in Variant::ALL {
            assert_eq!(variant.name().parse(), Ok(variant));
            assert_eq!(variant.to_string(), variant.name());
        }
    }

    #[test]
    fn sound_ones_come_first() {
        assert!(Variant::ALL.is_sorted_by_key(|variant| !variant.is_sound()));
    }

    #[test]
    fn unknown_name_lists_the_known() {
        let error = "Release".parse::<Variant>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown variant: take one of release, wmb, relaxed-tail, barrier-only, \
             relaxed-reader, relaxed-head, barrier-only-reader"
        );
    }

    /// The crate's documentation shows the same table.
    #[test]
    fn documentation_is_up_to_date() {
        let documentation = include_str!("lib.rs");
        for &variant in Variant::ALL {
            let sound = if variant.is_sound() { "yes" } else { "no" };
            let row = std::format!("//! | `{variant}` | [`{variant:?}`] | {sound} |\n");
            assert!(documentation.contains(&row), "not there: {row}");
        }
    }
}
