//! Runs guests under QEMU with overtake's plugin, and returns what the plugin reported.
//!
//! In: a program for one of the four architectures, a seed, options for the plugin. Out: how the guest
//! ended, what it printed, and what was tested. It must never know what a program means: whether a run
//! failed, or what the ring or a litmus test is. Nor must it know how the memory model works.
//!
//! | module | concept |
//! |---|---|
//! | [`target`], [`target_name`] | what is known of a machine that can be emulated; its names |
//! | [`cpu`], [`cpu_choice`] | what the memory model must know of an emulated CPU; which CPU that is |
//! | [`home`] | the folder with the plugin and the guests |
//! | [`sources`] | the sources that this program was built from, in which the home can be built |
//! | [`guest`] | a program to run, and the machine that it was built for |
//! | [`guest_path`] | runs overtake's own guests from a path of fixed length |
//! | [`padding`] | keeps the lengths of paths, arguments and environment from moving a guest's stack |
//! | [`qemu`], `probes` | a QEMU, what it can do, and how to start it; a cache of that |
//! | [`plugin_api`], [`plugin_options`] | which plugin a QEMU loads, and what the plugin is asked to do |
//! | [`model`], [`strategy`] | the guest's memory model; how the free choices of a run are made |
//! | [`process`], [`interrupts`] | a child process with a time limit; what asks overtake to end: signals, used-up processor time |
//! | [`processor_time`] | the processor time of a command with its children |
//! | [`emulation`], [`outcome`] | one run under QEMU; what the plugin's report means |
//! | [`captured`], [`temporary`] | a run with its output captured; files and folders for one run |
//! | `written` | what the plugin writes, without the zeros that follow it |
//! | [`forkserver`], [`pool`] | a guest that is started once for many seeds; a pool of these |
//! | [`parallel`] | runs tasks in parallel |
//! | [`digest`] | the SHA-256 of a file |
//! | [`disassembler`] | the disassembler for a target |
//! | [`surroundings`] | what a guest learns about the machine and the time |
//! | [`error`], [`limits`], [`suggestion`] | the errors; the limit that one comes from; the known name nearest to a wrong one |
#![forbid(unsafe_code)]

pub mod captured;
pub mod cpu;
pub mod cpu_choice;
pub mod digest;
pub mod disassembler;
pub mod emulation;
pub mod error;
pub mod forkserver;
pub mod guest;
pub mod guest_path;
pub mod home;
pub mod interpreter;
pub mod interrupts;
pub mod limits;
pub mod model;
pub mod outcome;
pub mod padding;
pub mod parallel;
pub mod plugin_api;
pub mod plugin_options;
pub mod pool;
mod probes;
pub mod process;
pub mod processor_time;
pub mod qemu;
pub mod sources;
pub mod static_glibc;
pub mod strategy;
pub mod suggestion;
pub mod surroundings;
pub mod target;
pub mod target_name;
pub mod temporary;
pub mod tested;
pub mod thread_numbers;
mod written;
