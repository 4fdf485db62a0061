//! The file of a schedule.
//!
//! Lines of text: `overtake schedule 3`; a name and a value for each fact about the run; an empty
//! line; the choices in the order in which they were made; `end CHECKSUM`, over all lines before it.

use std::fmt;

use crate::Error;
use crate::choices::{Choices, Line};

/// Version of the format; a reader refuses another one, but for 2, which has no `late`.
pub const VERSION: u32 = 3;

/// The versions that are read.
const KNOWN: [&str; 2] = ["2", "3"];

const FIRST: &str = "overtake schedule ";

/// Choices, and the run that they belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Facts about the run, as names and values: the program, its target, the seed … A name is one
    /// word, a value one line.
    pub about: Vec<(String, String)>,
    /// The choices.
    pub choices: Choices,
}

impl Schedule {
    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.about.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    ///
    /// The text is not a complete schedule of this version.
    pub fn parse(text: &str) -> Result<Schedule, Error> {
        let first = text.lines().next().unwrap_or_default();
        let version = first.strip_prefix(FIRST).ok_or(Error::NotASchedule)?;
        if !KNOWN.contains(&version) {
            return Err(Error::Version {
                found: version.to_owned(),
                known: VERSION,
            });
        }
        let (body, end) = text
            .strip_suffix('\n')
            .and_then(|text| text.rsplit_once('\n'))
            .ok_or(Error::Truncated)?;
        let checksum = end.strip_prefix("end ").ok_or(Error::Truncated)?;
        if checksum != checksum_of(body) {
            return Err(Error::Checksum);
        }
        let mut schedule = Schedule::default();
        let mut lines = body.lines().enumerate().skip(1);
        let bad = |(index, text): (usize, &str)| Error::Line {
            line: index + 1,
            text: text.to_owned(),
        };
        for line in lines.by_ref().take_while(|(_, text)| !text.is_empty()) {
            let (name, value) = line.1.split_once(' ').ok_or_else(|| bad(line))?;
            schedule.about.push((name.to_owned(), value.to_owned()));
        }
        for line in lines {
            match Line::parse(line.1).ok_or_else(|| bad(line))? {
                Line::Turn(turn) => schedule.choices.turns.push(turn),
                Line::Deviation(deviation) => schedule.choices.deviations.push(deviation),
                Line::Begins(_) => return Err(bad(line)),
            }
        }
        Ok(schedule)
    }
}

fn checksum_of(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

/// The file's text.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut body = format!("{FIRST}{VERSION}\n");
        for (name, value) in &self.about {
            // A value is one line.
            let value = value.replace(['\n', '\r'], " ");
            body += &format!("{name} {value}\n");
        }
        body.push('\n');
        let mut deviations = self.choices.deviations.iter().peekable();
        for (index, turn) in self.choices.turns.iter().enumerate() {
            while let Some(deviation) = deviations.next_if(|it| it.turn <= index) {
                body += &format!("{}\n", Line::Deviation(*deviation));
            }
            body += &format!("{}\n", Line::Turn(*turn));
        }
        for deviation in deviations {
            body += &format!("{}\n", Line::Deviation(*deviation));
        }
        let body = body.strip_suffix('\n').unwrap_or(&body);
        writeln!(f, "{body}\nend {}", checksum_of(body))
    }
}
