//! The QEMU plugin that gives a guest's emulated CPUs the weak memory of their architecture.
//!
//! In: QEMU's callbacks (translated blocks, memory accesses, system calls) and the plugin's
//! options. Out: bytes written to guest memory, and a report, trace and recorded schedule as files.
//! Never knows: the rules of the memory model (`weakmem`), how QEMU was started, or what a run is
//! for.
//!
//! QEMU 7.2 and QEMU 9.0 or newer need different versions of the plugin interface. The crates
//! `overtake-plugin-v1` and `overtake-plugin-v2` export this crate once for each.
//!
//! The path of an access, once the guest has a second thread (`instrument`):
//!
//! 1. `translate`: QEMU translates a block of guest code. `isa` decodes each instruction, and the
//!    instruction gets the callbacks that its effect needs.
//! 2. `callbacks`: QEMU calls the plugin. A thread that does not hold the token waits in its first
//!    callback (`token`), so one guest thread runs at a time. Most callbacks return after a few
//!    comparisons (`fast`).
//! 3. `engine`: performs the holder's access, fence or system call. It asks `pages` whether the
//!    page is shared, and passes the step to the model (`weakmem`).
//! 4. `views`: while a thread runs, guest memory holds what that thread may observe. A hand-off
//!    swaps one thread's view for the next one's.
//!
//! # Limits
//!
//! - Only pages that two threads have touched are weak, from the second thread's first access on.
//!   So the first race on a page is missed, except on some pages with every fourth seed (`early`).
//!   A page of a stack can become its owner's own page again (`stacks`), and so can a page that only
//!   one thread still uses (`lone`). Pages that the first thread touched while it was alone, and that
//!   hold only zeros, count as untouched.
//! - Loads from a shared page that no thread has stored to for long are not counted, and end no quantum
//!   (`lone`).
//! - A thread that has not touched shared memory for a while sees all committed stores (`engine`).
//! - Memory that is mapped `MAP_SHARED` is unmodelled: it may be mapped at other addresses too, and
//!   other processes may write it.
//! - The budget and the trace hash count instructions from the first `clone` on.
//! - A system call commits the pending stores of all threads, unless `syscall_table` has a row for
//!   it, or it is a futex operation.
//! - On x86_64, QEMU's accesses to the signal frame of the guest's first handled SIGBUS or SIGSEGV
//!   may count as accesses of the guest (`spurious`).
//! - For the limits of the model, see `weakmem`.

mod callbacks;

mod affinities;
mod affinity;
mod assumption;
mod blocks;
mod clock;
mod copyable;
mod cpu_files;
mod early;
mod engine;
mod fast;
mod finish;
mod forkserver;
mod guest_memory;
mod host_thread;
mod identity;
mod inputs;
mod install;
mod instruction_bytes;
mod instrument;
mod interrupt;
mod io_thread;
mod ipc;
mod kept;
mod last_words;
mod lone;
mod lookahead;
mod options;
mod output;
mod pages;
mod parent;
mod placement;
mod plugin;
mod report;
mod rewritten;
mod run;
mod scheduling;
mod self_maps;
mod signals;
mod spin;
mod spurious;
mod stacks;
mod standard;
mod syscall;
mod syscall_class;
mod syscall_sleep;
mod syscall_table;
mod syscall_writes;
mod time_thread;
mod token;
mod trace;
mod translate;
mod untouched;
mod views;
mod wanted;

pub use install::{Info, NEWEST_INTERFACE, PluginId, install};
