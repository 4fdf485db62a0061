//! Tests the register flow of AArch64 with a table of instructions, and against an independent
//! disassembler (capstone) with the code of real programs and with many words.

#[path = "../support/mod.rs"]
mod support;

mod aarch64;
mod aarch64_operands;
mod aarch64_roles;
mod binaries;
mod notation;
mod table;
