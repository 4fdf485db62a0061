//! How the free choices of a run are made.

/// How the free choices of a run are made: which thread runs, for how long, and when a store becomes visible.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Each choice at random, independent of the others.
    #[default]
    Uniform,
    /// Probabilistic concurrency testing: random priorities that change at random moments.
    Pct,
}

impl Strategy {
    /// Each.
    pub const ALL: [Strategy; 2] = [Strategy::Uniform, Strategy::Pct];

    /// The name on the command line, and for the plugin.
    pub const fn name(self) -> &'static str {
        match self {
            Strategy::Uniform => "uniform",
            Strategy::Pct => "pct",
        }
    }

    /// The strategy called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|strategy| strategy.name() == name)
    }

    /// The name, unless it is the default's.
    pub fn other_than_default(self) -> Option<&'static str> {
        (self != Strategy::default()).then_some(self.name())
    }
}
