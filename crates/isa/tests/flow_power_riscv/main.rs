//! Tests the register flow of RISC-V and Power against an independent disassembler (binutils'
//! `objdump`), with the C library and with words of every opcode.
//!
//! Which operands an instruction reads and writes is written down here a second time, by
//! mnemonic.

mod names;
mod objdump;
mod ppc64le;
mod random;
mod riscv64;
mod sweep;
mod tables;
