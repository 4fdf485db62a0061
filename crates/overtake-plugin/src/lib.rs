//! The QEMU plugin of overtake: gives the emulated CPUs of a user-mode QEMU the weak memory of
//! their architecture.
//!
//! It is exported once for each version of QEMU's plugin interface, by the crates
//! `overtake-plugin-v1` and `overtake-plugin-v2`.
//!
//! How an access flows, from where the guest's first thread makes another (`instrument`):
//!
//! 1. `translate`: QEMU translates a block of guest code; each instruction is decoded (`isa`)
//!    and gets the callbacks that its effect needs.
//! 2. `callbacks`: the only `extern "C"` functions. A thread that is not the holder of the
//!    token waits in its first callback (`token`), so one guest thread runs at a time. Most are
//!    answered by a look at a few numbers (`fast`).
//! 3. `engine`: what the holder's access, fence or system call does: asks `pages` whether the
//!    page is shared, and tells the model (`weakmem`).
//! 4. `views`: guest memory holds what the running thread may see; at a hand-off one thread's
//!    view is taken out and the next one's is put in.
//!
//! # Limits
//!
//! - Only pages that two threads have touched are weak, from the second thread's first access on:
//!   the very first race on a page is lost. Pages of stacks are given back (`stacks`). Of what the
//!   first thread touched when it was the only one, pages of zeros count as untouched.
//! - A thread that has not touched shared memory for long sees all that is visible (`engine`).
//! - Memory that is mapped `MAP_SHARED` is not weak: it may have other addresses, and others write
//!   it.
//! - Instructions, for the budget and the trace's hash, are counted from the first `clone` on.
//! - A system call that may read memory makes the pending stores of all threads visible.
//! - On x86_64 the frame of the first SIGBUS or SIGSEGV that the guest brings about by an access, and
//!   handles, may count as accesses of its own (`spurious`).
//! - The limits of the model itself: see `weakmem`.

mod callbacks;

mod affinity;
mod assumption;
mod engine;
mod fast;
mod finish;
mod forkserver;
mod guest_memory;
mod host_thread;
mod identity;
mod install;
mod instruction_bytes;
mod instrument;
mod options;
mod pages;
mod parent;
mod plugin;
mod report;
mod run;
mod scheduling;
mod self_maps;
mod spin;
mod spurious;
mod stacks;
mod syscall;
mod syscall_class;
mod token;
mod trace;
mod translate;
mod views;

pub use install::{Info, NEWEST_INTERFACE, PluginId, install};
