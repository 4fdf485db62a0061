use axioms::{Model, suite};
use conformance::*;
use diy::*;
use weakmem::Rules;
#[test]
fn all() {
    let step: usize = std::env::var("STEP")
        .ok()
        .and_then(|x| x.parse().ok())
        .unwrap_or(1);
    for arch in [Arch::AArch64, Arch::Ppc64le, Arch::Riscv64] {
        let (mut a, mut f, mut br) = (0, 0, 0);
        for entry in suite(arch).unwrap().into_iter().step_by(step) {
            if std::env::var("ONLY").is_ok_and(|it| it != entry.name) {
                continue;
            }
            let test = entry.test(arch).unwrap();
            let found = mutated_outcomes(&test, Rules::of(arch), Mutation::Independent);
            let allowed = entry.states.of(Model::MultiCopyAtomic);
            if found.contains(BROKEN) {
                br += 1;
                println!("BROKEN {arch} {}", entry.name);
            }
            for s in &found {
                if s != BROKEN && !allowed.contains(s.as_str()) {
                    println!("FORBIDDEN {arch} {} {s}", entry.name);
                }
            }
            for s in allowed.iter() {
                a += 1;
                let s: &str = s.as_ref();
                if found.contains(s) {
                    f += 1
                } else {
                    println!("missing {arch} {} {s}", entry.name);
                }
            }
        }
        println!("{arch} {f}/{a} broken {br}");
    }
}
