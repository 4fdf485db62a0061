//! Register flow of RISC-V and Power against an independent disassembler (binutils' `objdump`),
//! over the C library and over words of every opcode: which operands a mnemonic reads and writes
//! is written down here a second time, by its name.

mod names;
mod objdump;
mod ppc64le;
mod random;
mod riscv64;
mod sweep;
mod tables;
