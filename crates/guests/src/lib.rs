//! The guests: programs with two or more threads that check what they saw.
//!
//! In: a command line. Out: a line with the result, and an exit status. Never knows: how the
//! program is run. The same binary runs on hardware, under plain QEMU and under overtake.
//!
//! | program | what it tests |
//! |---|---|
//! | `aio-ring-race` | the ring's race of 2003: `complete` against `read_evt` |
//! | `dekker` | store buffering, the race that x86 has too |
//! | `std-mix` | the threads, locks and channels of Rust's standard library, all at once |
//! | `crates-mix` | queues, deques, seqlocks and pointer swaps of well-kept crates |
//! | `endings` | the ordinary ways in which programs and threads end, fork and wait |
//! | `zeroing` | shared memory that is zeroed, moved, protected and unmapped |
//! | `fastbins` | `malloc` and `free` of small chunks from four threads |
//! | `aba` | a location that changes and changes back under a reservation |
//! | `forbidden` | outcomes that no architecture allows, or that this one forbids |
//! | `litmus` | a litmus test in machine code |
//! | `publication` | address and control dependencies: a node that a pointer or number publishes |
//! | `first-touch` | a limit of overtake: a page is weak only once two threads share it |
//! | `behind` | message passing behind system calls, without the acquire |
//! | `alone`, `growth` | nothing: they are work for the benchmark |
//!
//! Unless a program's page says otherwise, the exit status is 0 if all is well, 1 if the program
//! saw something wrong, and 2 for wrong usage, with one line on stderr that says what is allowed.

pub mod args;
pub mod check;
pub mod fastbins;
pub mod pages;
pub mod race;
