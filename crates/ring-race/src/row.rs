//! The result of a cell: an object of the JSON output, with everything that its verdict and `overtake merge`
//! need.

use aio_ring_buggy::Variant;
use arch::Arch;
use emulator::digest::Digest;
use emulator::strategy::Strategy;
use serde::{Deserialize, Serialize};

use crate::cell::{Cell, Emulated, Expected, Wrong};
use crate::request::Request;
use crate::scenario::Answer;

/// Version of the JSON output; `overtake merge` refuses another one.
pub const VERSION: u64 = 1;

/// The build that ran: results of different builds cannot be merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// The guest.
    pub guest: Digest,
    /// The plugin; none under plain QEMU.
    pub plugin: Option<Digest>,
}

/// The result of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// [`VERSION`].
    pub version: u64,
    /// The machine.
    #[serde(with = "named")]
    pub target: Arch,
    /// The ring's orderings.
    #[serde(with = "named")]
    pub variant: Variant,
    /// With the plugin, or without.
    #[serde(rename = "emulation")]
    pub emulated: Emulated,
    /// The first seed that was tried; the others follow it.
    pub from_seed: u64,
    /// How many seeds were tried.
    pub seeds: u64,
    /// Events of each run.
    pub events: u64,
    /// Slots of the ring.
    pub slots: u32,
    /// How the free choices were made.
    #[serde(with = "named")]
    pub strategy: Strategy,
    /// How many seeds gave a stale event.
    pub exposed_seeds: u64,
    /// Stale events of all runs.
    pub stale_events: u64,
    /// The first seed that gave a stale event.
    pub first_seed: Option<u64>,
    /// What was run.
    #[serde(flatten)]
    pub build: Build,
}

impl Row {
    /// Before the first run.
    pub fn new(request: &Request, cell: Cell, build: Build) -> Self {
        Row {
            version: VERSION,
            target: cell.target,
            variant: cell.variant,
            emulated: cell.emulated,
            from_seed: request.from_seed,
            seeds: request.seeds,
            events: request.events,
            slots: request.slots,
            strategy: request.strategy,
            exposed_seeds: 0,
            stale_events: 0,
            first_seed: None,
            build,
        }
    }

    /// Adds a run; they are added in the order of their seeds.
    pub fn add(&mut self, seed: u64, answer: &Answer) {
        if answer.stale_events > 0 {
            self.exposed_seeds += 1;
            self.stale_events += answer.stale_events;
            self.first_seed.get_or_insert(seed);
        }
    }

    /// Its cell.
    pub const fn cell(&self) -> Cell {
        Cell {
            target: self.target,
            variant: self.variant,
            emulated: self.emulated,
        }
    }

    /// What is wrong with a row that was read from a file, if `overtake matrix` cannot have printed it.
    pub fn flaw(&self) -> Option<&'static str> {
        let last = self.from_seed.checked_add(self.seeds.wrapping_sub(1));
        let flaws = [
            (self.seeds == 0, "no seed was tried"),
            (last.is_none(), "its seeds exceed 64 bits"),
            (
                self.exposed_seeds > self.seeds,
                "more seeds gave a stale event than were tried",
            ),
            (
                self.stale_events < self.exposed_seeds
                    || (self.exposed_seeds == 0 && self.stale_events > 0),
                "its number of stale events contradicts its number of exposed seeds",
            ),
            (
                match self.first_seed {
                    None => self.exposed_seeds > 0,
                    Some(first) => {
                        self.exposed_seeds == 0
                            || first < self.from_seed
                            || last.is_some_and(|last| first > last)
                    }
                },
                "its first exposed seed is missing, or not one of its seeds",
            ),
            (
                self.build.plugin.is_some() != (self.emulated == Emulated::Weak),
                "it must name a plugin with weak memory, and only then",
            ),
        ];
        let found = flaws.into_iter().find(|(is_so, _)| *is_so);
        found.map(|(_, what)| what)
    }

    /// How it differs from the expected result, if it does.
    pub fn wrong(&self) -> Option<Wrong> {
        match (self.cell().expected(), self.exposed_seeds) {
            (Expected::Never, 1..) => Some(Wrong::Forbidden),
            (Expected::Sometimes, 0) => Some(Wrong::NotExposed),
            _ => None,
        }
    }
}

/// Serialises things by their names.
mod named {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use super::{Arch, Strategy, Variant};

    pub trait Named: Sized + Copy {
        fn name(self) -> &'static str;
        fn called(name: &str) -> Option<Self>;
    }

    impl Named for Arch {
        fn name(self) -> &'static str {
            Arch::name(self)
        }
        fn called(name: &str) -> Option<Self> {
            Arch::ALL.into_iter().find(|target| target.name() == name)
        }
    }

    impl Named for Variant {
        fn name(self) -> &'static str {
            Variant::name(self)
        }
        fn called(name: &str) -> Option<Self> {
            name.parse().ok()
        }
    }

    impl Named for Strategy {
        fn name(self) -> &'static str {
            Strategy::name(self)
        }
        fn called(name: &str) -> Option<Self> {
            Strategy::parse(name)
        }
    }

    pub fn serialize<T: Named, S: Serializer>(one: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(one.name())
    }

    pub fn deserialize<'de, T: Named, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let name = String::deserialize(deserializer)?;
        T::called(&name).ok_or_else(|| de::Error::custom(format!("unknown name `{name}`")))
    }
}

/// A row of ten seeds.
#[cfg(test)]
pub(crate) fn example(
    target: Arch,
    variant: Variant,
    emulated: Emulated,
    exposed_seeds: u64,
) -> Row {
    let digest = |digit: char| {
        let text = format!("\"{}\"", digit.to_string().repeat(64));
        serde_json::from_str(&text).expect("64 digits")
    };
    Row {
        version: VERSION,
        target,
        variant,
        emulated,
        from_seed: 1,
        seeds: 10,
        events: 2000,
        slots: 8,
        strategy: Strategy::Uniform,
        exposed_seeds,
        stale_events: exposed_seeds,
        first_seed: (exposed_seeds > 0).then_some(1),
        build: Build {
            guest: digest('1'),
            plugin: (emulated == Emulated::Weak).then(|| digest('2')),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{example as row, *};

    #[test]
    fn rows_survive_a_round_trip() {
        for emulated in Emulated::ALL {
            let row = row(Arch::Ppc64le, Variant::BarrierOnly, emulated, 3);
            let text = serde_json::to_string(&row).unwrap();
            assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row, "{text}");
        }
    }

    #[test]
    fn flaws_are_found() {
        let good = row(Arch::AArch64, Variant::RelaxedTail, Emulated::Weak, 2);
        assert_eq!(good.flaw(), None);
        let changes: [fn(&mut Row); 9] = [
            |row| row.seeds = 0,
            |row| row.from_seed = u64::MAX,
            |row| row.seeds = 1,
            |row| row.stale_events = 1,
            |row| row.exposed_seeds = 0,
            |row| row.first_seed = None,
            |row| row.first_seed = Some(11),
            |row| row.first_seed = Some(0),
            |row| row.build.plugin = None,
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut bad = good;
            change(&mut bad);
            assert!(bad.flaw().is_some(), "change {index}");
        }
    }
}
