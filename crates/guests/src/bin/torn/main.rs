//! Single-copy atomicity: does a load ever return parts of two stores?
//!
//! `torn MODE` starts a thread that stores the numbers from 1 on, each in both halves of one access.
//! The first thread loads both halves. It prints one line that begins with `torn MODE:`. Exit status:
//! 0, no load was torn; 1, some were, and a line on stderr says how many; 2, wrong usage.
//!
//! What is torn, and what the CPU promises not to be:
//!
//! | mode | access | whole on |
//! |---|---|---|
//! | `double` | 8 bytes, aligned | every CPU |
//! | `within` | 8 bytes, not aligned, within aligned 16 | x86-64; AArch64 with FEAT_LSE2; RISC-V with Zama16b |
//! | `across` | 8 bytes, across the border of two such 16 | x86-64 |
//! | `line` | 8 bytes, across the border of two cache lines | no CPU |
//! | `locked` | the same, with `lock` | x86-64 |
//! | `pair` | two registers of 8 bytes, aligned to 16 | AArch64 with FEAT_LSE2 |
//! | `pair-across` | the same, aligned to 8 only | no CPU |
//! | `words` | two registers of 4 bytes, within aligned 16 | AArch64 with FEAT_LSE2 |
//! | `vector` | a register of 16 bytes, aligned | AArch64 with FEAT_LSE2, x86-64 with AVX |
//! | `vex` | the same, with an instruction of AVX | x86-64 with AVX |
//! | `quad` | `lq` and `stq`, aligned | Power |
//! | `reserved` | both threads add 1 to each half, by `ldxp` and `stxp` or `lock cmpxchg16b` | AArch64, x86-64 |
//!
//! (QEMU 7.2 alone never ends a loop of `lqarx` and `stqcx.` on two threads.)

#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg_attr(target_arch = "powerpc64", path = "powerpc64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
mod access;
mod block;
mod experiment;

use std::process::ExitCode;

use overtake_guests::args::usage_error;
use overtake_guests::check::conclude;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let asked = arguments.next();
    let mode = access::MODES
        .iter()
        .find(|mode| Some(mode.name) == asked.as_deref());
    let (Some(mode), None) = (mode, arguments.next()) else {
        let names: Vec<_> = access::MODES.iter().map(|mode| mode.name).collect();
        return usage_error("torn", &format!("give one mode of {}", names.join(", ")));
    };
    conclude(&format!("torn {}", mode.name), experiment::run(mode))
}
