//! What is said of cycles and names that make no sense.

use diy::{Access, Arch, Cycle, Operation, Step, Test, Value, from_name};

fn cycle(arch: Arch, line: &str) -> String {
    match Cycle::parse(arch, line) {
        Ok(cycle) => format!("{cycle}"),
        Err(error) => format!("{error}"),
    }
}

fn name(arch: Arch, name: &str) -> String {
    match from_name(name, arch) {
        Ok(test) => test.cycle,
        Err(error) => format!("{error}"),
    }
}

#[test]
fn cycles_that_make_no_sense() {
    use Arch::{AArch64, Ppc64le as Ppc, Riscv64 as Riscv, X86_64};
    let long = "PosWW ".repeat(24) + "Coe";
    let lines = [
        (AArch64, "PodWW Rfe PodWR Fre"),
        (AArch64, "PodWW Rfe PodRR Rfe"),
        (AArch64, "PosWW Coi"),
        (AArch64, "PodWW Rfe PosRR Fre"),
        (AArch64, ""),
        (AArch64, long.as_str()),
        (AArch64, "PodWW Rfe LwSyncdRR Fre"),
        (AArch64, "PodWW Rfe Nonsense Fre"),
        (AArch64, "PodWW Rfe DpDatadR Fre"),
        (AArch64, "PodWWPA Rfe PodRR Fre"),
        (AArch64, "PodWWPL RfePP PodRR Fre"),
        (X86_64, "MFencedWW Rfe DpAddrdR Fre"),
        (X86_64, "PodWWPL Rfe PodRR Fre"),
        (Ppc, "DMB.SYdWW Rfe PodRR Fre"),
        (Riscv, "Fence.x.ydWW Rfe PodRR Fre"),
    ];
    let said: Vec<String> = lines
        .iter()
        .map(|(arch, line)| {
            format!(
                "{} {:.40}\n    {}",
                arch.herd_name(),
                line,
                cycle(*arch, line)
            )
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn names_that_make_no_sense() {
    let names = [
        (Arch::AArch64, "XY"),
        (Arch::AArch64, "MPX+po+addr"),
        (Arch::AArch64, "MP+dmb.sy"),
        (Arch::AArch64, "MP+dmb.sy+addr+po"),
        (Arch::AArch64, "MP+dmb.sy+"),
        (Arch::AArch64, "MP+lwsync+addr"),
        (Arch::AArch64, "MP+data+po"),
        (Arch::X86_64, "MP+mfence+addr"),
        (Arch::Ppc64le, ""),
    ];
    let said: Vec<String> = names
        .iter()
        .map(|(arch, text)| format!("{} {text}\n    {}", arch.herd_name(), name(*arch, text)))
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn steps_that_make_no_sense() {
    let build = |arch, steps| match Test::new(arch, "T", "by hand", vec![steps], |_| Vec::new()) {
        Ok(test) => format!("{test}"),
        Err(error) => format!("{error}"),
    };
    let compare = Access::new(Operation::CompareExchange(0), 0, Value::Constant(1));
    let mut depends = Access::write(0, 1);
    depends.data = Some(0);
    let said = [
        build(Arch::Riscv64, vec![Step::Access(compare)]),
        build(Arch::AArch64, vec![Step::Branch { source: 3 }]),
        build(Arch::Ppc64le, vec![Step::Access(depends)]),
        build(Arch::Riscv64, vec![Step::Access(Access::read(0)); 30]),
    ];
    insta::assert_snapshot!(said.join("\n"));
}
