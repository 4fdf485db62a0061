//! What a guest learns about the machine and the time.

/// What a guest learns about the machine and the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// How many CPUs it sees.
    pub cpus: u32,
    /// Which time its system calls tell.
    pub time: Time,
}

/// Which time a guest's system calls tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Time {
    /// The schedule's: it advances with the instructions that run, and jumps while all threads sleep.
    #[default]
    Schedule,
    /// The host's.
    Host,
}

impl Surroundings {
    /// The CPUs that a guest sees unless told otherwise.
    pub const CPUS: u32 = 4;

    /// The plugin's options that differ from its defaults.
    pub fn options(self) -> Vec<String> {
        let mut options = Vec::new();
        if self.cpus != Self::CPUS {
            options.push(format!("cpus={}", self.cpus));
        }
        if self.time != Time::default() {
            options.push(format!("time={}", self.time.name()));
        }
        options
    }
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            cpus: Self::CPUS,
            time: Time::default(),
        }
    }
}

impl Time {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Schedule, Self::Host];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Host => "host",
        }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}
