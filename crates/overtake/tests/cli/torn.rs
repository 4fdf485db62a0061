//! Single-copy atomicity is the CPU's: what it promises to be one access is never torn, on no CPU that QEMU
//! offers, with several seeds. The guest `torn` says what each mode accesses.

use std::process::Command;
use std::time::Duration;

use arch::Arch;
use emulator::emulation::Emulation;
use emulator::forkserver::ForkServer;
use emulator::guest_path::Placed;
use emulator::home::Home;
use emulator::interrupts::Interrupts;
use emulator::model::Model;
use emulator::plugin_options::PluginOptions;
use emulator::qemu::Qemu;

use crate::support::need::Need;
use crate::support::test::Test;
use crate::support::{home, targets};
use crate::test;

/// The exit status of the guest if a load was torn.
const TORN: i32 = 1;

/// How many seeds are tried. QEMU 7.2 stops all threads for each access of these two modes, which takes a
/// while.
fn seeds(mode: &str) -> u64 {
    match mode {
        _ if !cfg!(target_arch = "x86_64") => 4,
        "quad" | "locked" => 3,
        _ => 15,
    }
}

/// With how many seeds a load is torn.
fn torn(target: Arch, cpu: &str, mode: &str) -> u64 {
    let qemu = Qemu::find(target, None)
        .and_then(|qemu| qemu.with_plugin(&Home::find(Some(&home()))))
        .expect("QEMU and the plugin are there");
    let interrupts = Interrupts::catch().expect("signals can be caught");
    let emulation = Emulation {
        model: Model::Weak,
        seed: 1,
        cpu: Some(cpu.to_owned()),
        options: PluginOptions {
            check: true,
            ..PluginOptions::default()
        },
        limit: Some(Duration::from_secs(120)),
    };
    let guest = home().join("guests").join(target.name()).join("torn");
    let prepare = |command: &mut Command| {
        command.arg(&guest).arg(mode);
        Ok(Placed::default())
    };
    let server = ForkServer::start(&emulation, &qemu, prepare, interrupts).expect("it starts");
    let mut server = server.expect("the guest can be copied");
    let (mut torn, mut values) = (0, 0);
    for seed in 1..=seeds(mode) {
        let run = server.run(seed, interrupts).expect("it runs");
        let outcome = run.outcome.expect("the plugin reports no error");
        match outcome.status.code() {
            Some(0) => values += number(&run.output),
            Some(TORN) => torn += 1,
            _ => panic!("{target} {cpu} {mode}, seed {seed}: {}", run.errors),
        }
    }
    assert!(torn + values > 0, "{target} {cpu} {mode}: nothing was seen");
    torn
}

/// How many values a guest saw: `torn pair: ok 12 values in 600 loads`.
fn number(output: &str) -> u64 {
    let word = output.split(' ').nth(3);
    word.and_then(|word| word.parse().ok())
        .unwrap_or_else(|| panic!("{output}"))
}

/// None of these modes is torn on any of these CPUs.
#[track_caller]
fn whole(target: Arch, cpus: &[&str], modes: &[&str]) {
    for cpu in cpus {
        for mode in modes {
            let torn = torn(target, cpu, mode);
            assert_eq!(torn, 0, "{target} {cpu} {mode}: torn with so many seeds");
        }
    }
}

/// On every CPU.
///
/// - Arm ARM B2.2.1: each access of a register, aligned to its size; a store of a pair by `stxp`.
/// - Intel SDM vol. 3, 9.1.1 and 9.1.2: what lies within a cache line; what is locked, wherever it lies.
/// - Power ISA Book II 1.4: aligned doublewords, and the quadwords of `lq` and `stq`.
/// - RISC-V unprivileged spec, "RVWMO": aligned accesses of XLEN bits.
fn what_every_cpu_promises_is_whole() {
    for target in targets() {
        match target {
            Arch::AArch64 => {
                let cpus = ["cortex-a53", "neoverse-n1"];
                whole(target, &cpus, &["double", "reserved"]);
            }
            Arch::X86_64 => {
                let modes = ["double", "within", "across", "locked", "reserved"];
                whole(target, &["qemu64", "Nehalem"], &modes);
            }
            Arch::Ppc64le => {
                let cpus = ["power8", "power9", "power10"];
                whole(target, &cpus, &["double", "quad"]);
            }
            Arch::Riscv64 => whole(target, &["sifive-u54", "rv64"], &["double"]),
        }
    }
}

/// What FEAT_LSE2 adds, and what was whole before.
const LSE2: [&str; 6] = ["double", "within", "words", "pair", "vector", "reserved"];

/// On newer ones.
///
/// - Arm ARM B2.2.1.1 (FEAT_LSE2): pairs, vector registers, and all that lies within aligned 16 bytes.
/// - Intel SDM vol. 3, 9.1.1: with AVX also aligned 16 bytes.
/// - RISC-V unprivileged spec, "Misaligned Atomicity Granule" (Zama16b): what lies within aligned 16 bytes.
fn what_newer_cpus_promise_is_whole() {
    for target in targets() {
        match target {
            Arch::AArch64 => whole(target, &["max"], &LSE2),
            Arch::X86_64 => {
                let modes = ["double", "within", "across", "locked", "vector", "vex"];
                whole(target, &["Haswell", "max"], &modes);
            }
            Arch::Ppc64le | Arch::Riscv64 => {}
        }
    }
}

fn what_neoverse_v1_promises_is_whole() {
    whole(Arch::AArch64, &["neoverse-v1"], &LSE2);
}

fn what_the_newest_riscv_promises_is_whole() {
    whole(Arch::Riscv64, &["max"], &["double", "within"]);
}

/// Where the CPU makes two accesses, both are seen apart.
fn what_is_not_promised_is_torn() {
    for target in targets() {
        let (cpu, modes): (_, &[&str]) = match target {
            Arch::AArch64 => ("neoverse-n1", &["pair", "pair-across", "words", "vector"]),
            Arch::X86_64 => ("Nehalem", &["vector"]),
            Arch::Ppc64le | Arch::Riscv64 => continue,
        };
        for mode in modes {
            let torn = torn(target, cpu, mode);
            assert_ne!(torn, 0, "{target} {cpu} {mode}: torn with no seed");
        }
    }
}

/// A limit: one store becomes visible as a whole, although no architecture promises it here.
fn a_misaligned_store_is_never_torn() {
    for target in targets() {
        match target {
            Arch::AArch64 => whole(target, &["neoverse-n1"], &["within"]),
            Arch::Riscv64 => whole(target, &["rv64"], &["within", "across", "line"]),
            Arch::X86_64 => whole(target, &["Nehalem"], &["line"]),
            Arch::Ppc64le => {}
        }
    }
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(what_every_cpu_promises_is_whole),
        test!(what_newer_cpus_promise_is_whole),
        test!(what_neoverse_v1_promises_is_whole)
            .needs(Need::Target(Arch::AArch64))
            .needs(Need::Cpu(Arch::AArch64, "neoverse-v1")),
        test!(what_the_newest_riscv_promises_is_whole)
            .needs(Need::Target(Arch::Riscv64))
            .needs(Need::Cpu(Arch::Riscv64, "max")),
        test!(what_is_not_promised_is_torn),
        test!(a_misaligned_store_is_never_torn),
    ]
}
