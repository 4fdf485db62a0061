//! Programs that run on two or more threads and judge what they saw.
//!
//! They know nothing of how they are run: the same binary runs on hardware, under plain QEMU and
//! under overtake. Each prints its result and says by its exit status what to think of it.
//!
//! | program | what it is |
//! |---|---|
//! | `aio-ring-race` | the scenario of 2003: `complete` against `read_evt` |
//! | `dekker` | store buffering, the race that x86 shows too |
//! | `std-mix` | what Rust's standard library has for threads, all at once |
//! | `crates-mix` | queues, deques, seqlocks and pointer swaps of well-kept crates |
//! | `endings` | all ordinary ways in which programs and threads end, fork and wait |
//! | `zeroing` | shared memory that is zeroed, moved, protected and unmapped |
//! | `fastbins` | `malloc` and `free` of small chunks from four threads |
//! | `aba` | a location that is changed and changed back under a reservation |
//! | `forbidden` | outcomes that no architecture allows, or this one does not |
//! | `litmus` | a litmus test that is given as machine code |
//! | `publication` | a node behind a published pointer or number: address and control dependencies |
//! | `first-touch` | the limit of an emulator that makes only shared pages weak |
//!
//! Exit status of all of them, where a program's own table says nothing else: 0, all well; 1, the
//! program saw what it should not; 2, wrong usage, with one line on stderr that says what is
//! allowed.

pub mod args;
pub mod check;
pub mod fastbins;
pub mod pages;
pub mod race;
