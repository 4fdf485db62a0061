//! The assembly and the plan of one small test for each architecture.

use litmus::{Error, Test};

fn check(name: &str, text: &str) {
    let test = Test::parse(text).unwrap();
    let assembly = test.assembly().unwrap();
    assert_eq!(assembly.text.lines().count(), assembly.lines.len());
    let entries: Vec<_> = (0..test.processors.len()).map(|index| 16 * index).collect();
    let plan = test.plan(&entries, 10).unwrap();
    let lines = assembly.text.lines().zip(&assembly.lines);
    let lines: Vec<_> = lines
        .map(|(line, from)| match from {
            Some(from) => format!("{from:>2}  {line}"),
            None => format!("    {line}"),
        })
        .collect();
    insta::assert_snapshot!(name, format!("{}\n---\n{plan}", lines.join("\n")));
}

#[test]
fn aarch64() {
    check(
        "aarch64",
        "AArch64 t\n{ 0:X1=x; 0:X19=5; 1:X9=x; }\n P0 | P1 ;\n STR W19,[X1] | Loop: LDAXR W0,[X9] ;\n \
         DMB SY | CBZ W0,Loop ;\nexists (1:X0=5 /\\ 0:X30=0 /\\ x=5)",
    );
}

#[test]
fn ppc() {
    check(
        "ppc",
        "PPC t\n{ 0:r1=x; 0:r3=7; 0:r13=0; }\n P0 ;\n stw r3,0(r1) ;\n lwsync ;\n bdnz- L ;\n L: ;\n\
         exists (0:r13=0 /\\ 0:r0=0)",
    );
}

#[test]
fn riscv() {
    check(
        "riscv",
        "RISCV t\n{ 0:a0=x; 0:x5=y; 0:tp=3; }\n P0 ;\n lr.w.aq.rl s1,(a0) ;\n L: bne s1,x0,L ;\n\
         exists (0:x9=0)",
    );
}

#[test]
fn x86_64() {
    check(
        "x86_64",
        "X86_64 t\n{ uint64_t y; 0:rsi=y; }\n P0 ;\n MOVL $1,[x] ;\n movq 4(y),%r11 ;\n \
         lock cmpxchgl %ecx,z(%rip) ;\nexists (0:rax=0 /\\ 0:r11d=0)",
    );
}

#[test]
fn a_register_must_be_left() {
    let registers = [
        "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r9", "r10", "r11", "r12", "r13",
        "r14", "r15",
    ];
    let rows = registers.map(|name| format!(" incq %{name} ;\n"));
    let text = format!("X86_64 t\n{{ }}\n P0 ;\n{}exists (x=1)", rows.concat());
    let test = Test::parse(&text).unwrap();
    assert_eq!(
        test.assembly().unwrap_err(),
        Error::new(4, "P0 uses all registers: leave one or two for overtake")
    );
    assert!(test.plan(&[0], 1).is_err());
}
