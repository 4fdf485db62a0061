//! Tests are parsed, or refused with the line of the error.

use litmus::{Arch, Error, Raw, Test, Type, Value};

/// A test with every feature of the format.
const FULL: &str = r#"(* A comment (* in a comment *). *)
AArch64 everything
"A description,
in two lines { ;"
Key=a value | of any kind
{ int x=1; uint64_t y = 0x8000000000000000; [z]=-3; *w = 2; int *p = &x; x=7;
  0:X1=x; uint32_t 0:X2=0x1ff; 1:X1=p;; 1:X2=-1; int64_t 1:X3 }
 P0          | P1: ;
 (* two *)   | LDR X4,[X1] ;
 top: LDR W0,[X1] | ;
 CBNZ W0,top
             | end: ;
locations [x; y; 0:X0; [p]; u int;]
filter (x=1 \/ ~(x<>1))
forall (not 0:W0=2 /\ (1:X4=x \/ 1:X4=y => 1:X3=-1) /\ [p]=&x /\ true)
"#;

fn error(text: &str) -> Error {
    Test::parse(text).expect_err("it is wrong")
}

#[test]
fn everything_is_read() {
    let test = Test::parse(FULL).unwrap();
    assert_eq!(
        (test.arch, test.name.as_str()),
        (Arch::AArch64, "everything")
    );
    let locations: Vec<_> = test
        .locations
        .iter()
        .map(|one| format!("{}: {:?} = {}", one.name, one.kind, one.value))
        .collect();
    insta::assert_snapshot!("locations", locations.join("\n"));
    insta::assert_snapshot!("condition", test.condition.shown(&test.observables));
    let names: Vec<_> = test.observables.iter().map(|one| &one.name).collect();
    assert_eq!(names, ["x", "y", "0:X0", "p", "u", "1:X4", "1:X3"]);
    assert_eq!(
        test.observables[2].kind,
        Type::Undeclared,
        "the first mention counts"
    );
    assert_eq!(test.processors[1].registers[1].value, Value::Number(-1));
}

#[test]
fn conditions_hold_or_not() {
    let of = |condition: &str| {
        let text = format!("PPC t\n{{ x=0; }}\n P0 ;\n li r1,1 ;\n{condition}\n");
        Test::parse(&text).unwrap()
    };
    for (condition, state, holds) in [
        ("exists (x=1 /\\ 0:r1=2)", [1, 2], true),
        ("exists (x=1 /\\ 0:r1=2)", [1, 3], false),
        ("exists x=1 /\\ 0:r1=5 \\/ 0:r1=2", [0, 2], true),
        ("exists ~(x=1 \\/ 0:r1=2)", [0, 3], true),
        ("exists ~ ~ x=1 /\\ not (0:r1=2)", [1, 2], false),
        ("exists (x=1 => 0:r1=2)", [0, 7], true),
        ("exists (x=1 => 0:r1=2)", [1, 7], false),
        ("exists (x=0xffffffff /\\ 0:r1!=-2)", [0xffff_ffff, 0], true),
        ("exists (x=-1 /\\ 0:r1=-1)", [0xffff_ffff, u64::MAX], true),
    ] {
        let test = of(condition);
        let mut histogram = litmus::Histogram::default();
        assert!(histogram.add(&test, 5, &state.map(Raw::Number)));
        let expected = if holds { (5, 0) } else { (0, 5) };
        assert_eq!(histogram.witnesses(), expected, "{condition} {state:?}");
    }
}

#[test]
fn states_are_sorted_and_of_their_types() {
    let test = Test::parse(
        "RISCV t\n{ uint8_t b; p=x; 0:x10=x; }\n P0 ;\n lw x5,0(x10) ;\n\
         locations [b; p; x]\nfilter (x=3)\nexists (0:x9=x /\\ 0:x10=1)\n",
    )
    .unwrap();
    let names: Vec<_> = test.observables.iter().map(|one| &one.name).collect();
    assert_eq!(names, ["b", "p", "x", "0:x9", "0:x10"]);
    let mut histogram = litmus::Histogram::default();
    let number = Raw::Number;
    let x = Raw::Address(test.location("x").unwrap());
    for (count, x_holds) in [(3, 3), (4, 2)] {
        let state = [number(0x1ff), x, number(x_holds), x, number(1)];
        assert!(histogram.add(&test, count, &state));
    }
    let states: Vec<_> = histogram.outcomes.iter().collect();
    let (state, outcome) = states[0];
    assert_eq!(state, "0:x10=1; 0:x9=x; b=255; p=x; x=3");
    assert_eq!(
        (states.len(), outcome.count, outcome.positive),
        (1, 3, true)
    );
    assert!(!histogram.add(&test, 1, &[number(1)]), "too few values");
}

#[test]
fn wrong_tests_are_refused_with_their_line() {
    let body = |line: &str| {
        format!("AArch64 t\n{{ 0:X1=x; }}\n P0 ;\n MOV W0,#1 ;\n {line} ;\nexists (0:X0=1)")
    };
    let end = |line: &str| format!("PPC t\n{{ 0:r1=x; }}\n P0 ;\n li r2,1 ;\n{line}");
    let begin = |line: &str| format!("X86_64 t\n{{\n{line}\n}}\n P0 ;\n mfence ;\nexists (x=1)");
    let texts = [
        String::new(),
        "MIPS t".to_owned(),
        "AArch64".to_owned(),
        "AArch64 t\nwhat is this\n{ }".to_owned(),
        "AArch64 t\n\"no end".to_owned(),
        "AArch64 t\n{ x=1;".to_owned(),
        "AArch64 t\n{ }\n(* no end".to_owned(),
        "AArch64 t\n{ }\n".to_owned(),
        "AArch64 t\n{ }\n P0 | P2 ;\n | ;\nexists (x=1)".to_owned(),
        "AArch64 t\n{ }\n P0 ;\n ISB | ISB ;\nexists (x=1)".to_owned(),
        "AArch64 t\n{ }\n P0 ;\n ISB\nexists (x=1)".to_owned(),
        begin("float x;"),
        begin("int x[2];"),
        begin("x={1,2};"),
        begin("0:xmm0=1;"),
        begin("0:rax;\n3:rax=1;"),
        begin("x=1 y=2;"),
        begin("x=0x10000000000000000;"),
        begin("uint32_t x=y;"),
        body("RET"),
        body("L: MOV W0,#1 ;\n L:"),
        body("B L"),
        body(".align 2"),
        body("MOV X0,SP"),
        body("É"),
        end(""),
        end("exists"),
        end("exists (0:r1=1"),
        end("exists (1:r1=1)"),
        end("exists (0:r99=1)"),
        end("exists (0:r1=y)"),
        end("exists (x=1) exists (x=2)"),
        end("exists (x=1) with"),
        end("~forall (x=1)"),
        end(&format!("exists {}x=1", "(".repeat(1000))),
        end("exists (x ? 1)"),
    ];
    let shown: Vec<_> = texts
        .iter()
        .map(|text| {
            let mut text = text.clone();
            let error = error(&text);
            text.truncate(
                text.char_indices()
                    .nth(120)
                    .map_or(text.len(), |(at, _)| at),
            );
            format!("{text:?}\n    {error}")
        })
        .collect();
    insta::assert_snapshot!("errors", shown.join("\n"));
}
