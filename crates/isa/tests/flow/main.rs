//! Register flow: tables of instructions, and the decoders against an independent disassembler
//! (capstone) over the code of real programs and over many words.

#[path = "../support/mod.rs"]
mod support;

mod aarch64;
mod aarch64_operands;
mod aarch64_roles;
mod binaries;
mod notation;
mod table;
