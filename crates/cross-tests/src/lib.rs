//! The tests that `ci/cross-test` runs: the ring on one target, by the host's `overtake`.
//!
//! In: nothing. Out: nothing; the tests are in `tests`. Never knows: how `overtake` works.
#![forbid(unsafe_code)]
