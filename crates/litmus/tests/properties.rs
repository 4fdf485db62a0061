//! Any text is parsed or refused.

use litmus::{Raw, Test};
use proptest::prelude::*;

const TESTS: [&str; 3] = [
    "AArch64 t\n\"d\"\nK=v\n{ 0:X1=x; int y=-1; uint64_t 1:X2; }\n P0 | P1 ;\n STR W0,[X1] | L: CBZ W0,L ;\n\
     locations [x;]\n~exists (0:X1=x /\\ (y=2 \\/ ~(1:W2=0x7)))\n",
    "X86_64 t\n{ }\n P0 ;\n lock addl $1,4(x) ;\n movl y+2(%rip),%eax ;\nforall (0:eax=1 => x=0)\n",
    "RISCV t\n(* c (* d *) *)\n{ [x]=1; 0:a0=x; }\n P0 ;\n amoadd.w.aq.rl x5,x6,(a0) ;\nfilter (x=1)\nexists (0:x5=1)\n",
];

/// Parses a text; if it is a test, does everything with it.
fn exercise(text: &str) {
    let Ok(test) = Test::parse(text) else { return };
    let lines = text.lines().count() + 1;
    match test.assembly() {
        Ok(assembly) => {
            assert_eq!(assembly.lines.len(), assembly.text.lines().count());
            assert!(assembly.lines.iter().flatten().all(|line| *line <= lines));
        }
        Err(error) => assert!(error.position.line <= lines),
    }
    let entries = vec![0; test.processors.len()];
    let _ = test.plan(&entries, 1);
    let mut histogram = litmus::Histogram::default();
    let zeros = vec![Raw::Number(0); test.observables.len()];
    assert!(histogram.add(&test, 1, &zeros));
    assert!(!test.condition.shown(&test.observables).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in ".*") {
        exercise(&text);
        exercise(&format!("PPC t\n{text}"));
        exercise(&format!("AArch64 t\n{{ }}\n P0 ;\n {text} ;\nexists (x=1)"));
        exercise(&format!("X86_64 t\n{{ {text} }}\n P0 ;\n ;\nexists ({text})"));
    }

    #[test]
    fn words_of_the_format(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "{", "}", ";", "|", "P0", "P1", "exists", "~", "(", ")", "[", "]", "x", "=", "1",
                "0:", "X1", "rax", "%rax", "/\\", "\\/", "\n", " ", "int", "*", "&", "-", ":", ",",
                "locations", "filter", "not", "(*", "*)", "\"", "L:", "B", "jmp", "(%rip)", "+", "é",
            ]),
            0..40,
        ),
        head in prop::sample::select(vec!["AArch64 t\n", "X86_64 t\n{ }\n P0 ;\n", "RISCV t\n{", ""]),
    ) {
        exercise(&format!("{head}{}", words.concat()));
        exercise(&format!("{head}{}", words.join(" ")));
    }

    #[test]
    fn damaged_tests(which in 0..TESTS.len(), from in 0.0..1.0, length in 0..12_usize, with in ".{0,3}") {
        let text = TESTS[which];
        exercise(text);
        let at = |place: usize| (place..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len());
        let from = at((from * text.len() as f64) as usize);
        let to = at((from + length).min(text.len()));
        exercise(&format!("{}{with}{}", &text[..from], &text[to..]));
    }

    #[test]
    fn any_state(state in ".*") {
        for arch in litmus::Arch::ALL {
            let once = litmus::canonical(arch, &state);
            prop_assert_eq!(&litmus::canonical(arch, &once), &once);
        }
    }
}
