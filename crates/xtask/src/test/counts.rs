//! The numbers of tests, read from a test runner's output.

use std::collections::BTreeMap;

use super::text::{number_before, without_colours};

/// The outcomes of a test run.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The number of tests that passed.
    pub passed: u64,
    /// The number of tests that failed, including those that timed out.
    pub failed: u64,
    /// The names of the skipped tests, with the reason if the runner shows it.
    pub skipped: BTreeMap<String, Option<String>>,
}

impl Counts {
    /// Returns the number of tests that ran.
    #[must_use]
    pub fn ran(&self) -> u64 {
        self.passed + self.failed
    }

    /// Adds the outcomes of another run.
    pub fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped.extend(other.skipped);
    }

    /// Counts a line of `cargo test`: `test NAME ... ignored, REASON` or `test result: …`.
    pub fn libtest_line(&mut self, line: &str) {
        let line = without_colours(line);
        let Some(rest) = line.strip_prefix("test ") else {
            return;
        };
        if let Some(result) = rest.strip_prefix("result: ") {
            self.passed += number_before(result, " passed").unwrap_or(0);
            self.failed += number_before(result, " failed").unwrap_or(0);
        } else if let Some((name, outcome)) = rest.split_once(" ... ")
            && let Some(reason) = outcome.strip_prefix("ignored")
        {
            // libtest-mimic writes the reason in parentheses.
            let reason = reason.strip_prefix(", ").or_else(|| {
                let reason = reason.strip_prefix(" (")?;
                reason.strip_suffix(')')
            });
            let reason = reason.map(str::to_owned);
            self.skipped.insert(name.trim_end().to_owned(), reason);
        }
    }

    /// Counts a line of `cargo nextest run --status-level=skip`: `SKIP [ ] (───) BINARY NAME` or
    /// `Summary [ 0.1s] 3 tests run: 2 passed, 1 failed, 1 skipped`. nextest shows no reasons.
    pub fn nextest_line(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim_start();
        if let Some(result) = line.strip_prefix("Summary ") {
            // A run that was cancelled has `3/5 tests run`.
            let run = number_before(result, " tests run").or(number_before(result, " test run"));
            let run = match result.split_once('/') {
                Some((before, _)) => number_before(before, "").or(run),
                None => run,
            };
            let passed = number_before(result, " passed").unwrap_or(0);
            self.passed += passed;
            self.failed += run.unwrap_or(passed).saturating_sub(passed);
        } else if let Some(rest) = line.strip_prefix("SKIP ") {
            let name = rest.rsplit_once(") ").map_or(rest, |(_, name)| name);
            self.skipped.insert(name.trim().to_owned(), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libtest(lines: &[&str]) -> Counts {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.libtest_line(line));
        counts
    }

    fn nextest(lines: &[&str]) -> Counts {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.nextest_line(line));
        counts
    }

    #[test]
    fn counts_the_lines_of_libtest() {
        let counts = libtest(&[
            "test setup::tests::x ... ok",
            "test a::b ... ignored, no browser",
            "test c               ... ignored",
            "test d               ... ignored (too long (here))",
            "test result: ok. 8 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
        ]);
        assert_eq!((counts.passed, counts.failed, counts.ran()), (9, 2, 11));
        let skipped: Vec<_> = counts.skipped.into_iter().collect();
        let expected = [
            ("a::b", Some("no browser")),
            ("c", None),
            ("d", Some("too long (here)")),
        ]
        .map(|(name, reason)| (name.to_owned(), reason.map(str::to_owned)));
        assert_eq!(skipped, expected);
    }

    #[test]
    fn counts_the_lines_of_nextest() {
        let counts = nextest(&[
            "        PASS [   0.004s] xtask x",
            "        SKIP [         ] (───) overtake::conditional report::a_browser",
            "     Summary [   0.010s] 3 tests run: 3 passed (1 slow), 1 skipped",
        ]);
        assert_eq!((counts.passed, counts.failed), (3, 0));
        let name = "overtake::conditional report::a_browser".to_owned();
        assert_eq!(counts.skipped.into_keys().collect::<Vec<_>>(), [name]);

        let counts = nextest(&[
            "\x1b[31;1m     Summary\x1b[0m [   0.010s] \x1b[1m30\x1b[0m tests run: \
             \x1b[1m27\x1b[0m \x1b[32;1mpassed\x1b[0m, \x1b[1m2\x1b[0m failed, 1 timed out, 0 skipped",
        ]);
        assert_eq!((counts.passed, counts.failed), (27, 3));
        let counts =
            nextest(&["     Summary [   0.010s] 5/30 tests run: 4 passed, 1 failed, 0 skipped"]);
        assert_eq!((counts.passed, counts.failed), (4, 1));
        let counts = nextest(&["     Summary [   0.010s] 1 test run: 1 passed, 46 skipped"]);
        assert_eq!((counts.passed, counts.failed), (1, 0));
    }
}
